/*
 * fixture_windows.h - facts of a Windows 10 PC at FIXTURE_NOW, in the form of fixture_read(); `members` say what else is
 * there.
 */
#ifndef AVSWAP_TESTS_UNIT_FIXTURE_WINDOWS_H
#define AVSWAP_TESTS_UNIT_FIXTURE_WINDOWS_H

#include "tests/unit/fixture.h"

#define WINDOWS_OF(type)                                                                                               \
    "'collected_at':'" FIXTURE_NOW "','machine':{'id':'m1','hostname':'pc'},"                                          \
    "'os':{'family':'windows','id':'windows','version_id':'10.0.19045','arch':'x86_64','init':'scm','type':'" type     \
    "','edition':'Professional'},'memory_mib':4096,'package_lock':{'held':false},"                                     \
    "'disks':[{'path':'C:/','free_mib':9000},{'path':'D:/data','free_mib':5}],"                                        \
    "'folders':[{'name':'ProgramData','path':'D:/ProgramData'},{'name':'ProgramFiles','path':'C:/Program Files'},"     \
    "{'name':'ProgramFiles(x86)','path':'C:/Program Files (x86)'},{'name':'SystemRoot','path':'C:/Windows'}]"
#define WINDOWS WINDOWS_OF("client") ","

#endif
