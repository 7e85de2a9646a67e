/*
 * first.h - what most of this folder includes, compiled once (cmd/windows/windows.mk) because it takes longer than all else in a file.
 *
 * A file still includes what it uses: this only makes that fast.
 */
#ifndef AVSWAP_CORE_OS_WIN32_FIRST_H
#define AVSWAP_CORE_OS_WIN32_FIRST_H

#define COBJMACROS

#include <winsock2.h>
#include <windows.h>

#endif
