/*
 * rpm_tags.h - the tags of an installed rpm that a rebuilt one has again.
 *
 * Numbers and types are those of rpm 4.18's rpmtag.h and of the headers that rpmbuild writes. What only
 * describes the installation or the old file (states, install time, signatures, digests over the old header,
 * the tables of file classes that rpmbuild derives) is left out.
 *
 * X(name, number, type, how it is asked)
 *   HEAD   in one query with the others
 *   ALONE  in a query of its own, as it may be long
 *   EACH   one value a file, in a query of its own
 */
#ifndef AVSWAP_CORE_PAYLOAD_RPM_TAGS_H
#define AVSWAP_CORE_PAYLOAD_RPM_TAGS_H

#define RPM_DEPENDENCY_TAGS(X, kind, n, v, f)                                                                \
    X(kind##NAME, n, STRINGS, ALONE)                                                                         \
    X(kind##VERSION, v, STRINGS, ALONE)                                                                      \
    X(kind##FLAGS, f, INT32, ALONE)

#define RPM_TAGS(X)                                                                                          \
    X(NAME, 1000, STRING, HEAD)                                                                              \
    X(VERSION, 1001, STRING, HEAD)                                                                           \
    X(RELEASE, 1002, STRING, HEAD)                                                                           \
    X(EPOCH, 1003, INT32, HEAD)                                                                              \
    X(SUMMARY, 1004, I18N, HEAD)                                                                             \
    X(DESCRIPTION, 1005, I18N, HEAD)                                                                         \
    X(BUILDTIME, 1006, INT32, HEAD)                                                                          \
    X(BUILDHOST, 1007, STRING, HEAD)                                                                         \
    X(DISTRIBUTION, 1010, STRING, HEAD)                                                                      \
    X(VENDOR, 1011, STRING, HEAD)                                                                            \
    X(LICENSE, 1014, STRING, HEAD)                                                                           \
    X(PACKAGER, 1015, STRING, HEAD)                                                                          \
    X(GROUP, 1016, I18N, HEAD)                                                                               \
    X(URL, 1020, STRING, HEAD)                                                                               \
    X(OS, 1021, STRING, HEAD)                                                                                \
    X(ARCH, 1022, STRING, HEAD)                                                                              \
    X(SOURCERPM, 1044, STRING, HEAD)                                                                         \
    X(RPMVERSION, 1064, STRING, HEAD)                                                                        \
    X(PREFIXES, 1098, STRINGS, HEAD)                                                                         \
    X(OPTFLAGS, 1122, STRING, HEAD)                                                                          \
    X(DISTURL, 1123, STRING, HEAD)                                                                           \
    X(PLATFORM, 1132, STRING, HEAD)                                                                          \
    X(FILEDIGESTALGO, 5011, INT32, HEAD)                                                                     \
    X(BUGURL, 5012, STRING, HEAD)                                                                            \
    X(ENCODING, 5062, STRING, HEAD)                                                                          \
    X(MODULARITYLABEL, 5096, STRING, HEAD)                                                                   \
    X(PREIN, 1023, STRING, ALONE)                                                                            \
    X(POSTIN, 1024, STRING, ALONE)                                                                           \
    X(PREUN, 1025, STRING, ALONE)                                                                            \
    X(POSTUN, 1026, STRING, ALONE)                                                                           \
    X(VERIFYSCRIPT, 1079, STRING, ALONE)                                                                     \
    X(PRETRANS, 1151, STRING, ALONE)                                                                         \
    X(POSTTRANS, 1152, STRING, ALONE)                                                                        \
    X(PREINPROG, 1085, STRINGS, HEAD)                                                                        \
    X(POSTINPROG, 1086, STRINGS, HEAD)                                                                       \
    X(PREUNPROG, 1087, STRINGS, HEAD)                                                                        \
    X(POSTUNPROG, 1088, STRINGS, HEAD)                                                                       \
    X(VERIFYSCRIPTPROG, 1091, STRINGS, HEAD)                                                                 \
    X(PRETRANSPROG, 1153, STRINGS, HEAD)                                                                     \
    X(POSTTRANSPROG, 1154, STRINGS, HEAD)                                                                    \
    X(PREINFLAGS, 5020, INT32, HEAD)                                                                         \
    X(POSTINFLAGS, 5021, INT32, HEAD)                                                                        \
    X(PREUNFLAGS, 5022, INT32, HEAD)                                                                         \
    X(POSTUNFLAGS, 5023, INT32, HEAD)                                                                        \
    X(PRETRANSFLAGS, 5024, INT32, HEAD)                                                                      \
    X(POSTTRANSFLAGS, 5025, INT32, HEAD)                                                                     \
    X(VERIFYSCRIPTFLAGS, 5026, INT32, HEAD)                                                                  \
    X(TRIGGERSCRIPTS, 1065, STRINGS, ALONE)                                                                  \
    X(TRIGGERSCRIPTPROG, 1092, STRINGS, HEAD)                                                                \
    X(TRIGGERSCRIPTFLAGS, 5027, INT32, HEAD)                                                                 \
    X(TRIGGERINDEX, 1069, INT32, HEAD)                                                                       \
    X(FILETRIGGERSCRIPTS, 5066, STRINGS, ALONE)                                                              \
    X(FILETRIGGERSCRIPTPROG, 5067, STRINGS, HEAD)                                                            \
    X(FILETRIGGERSCRIPTFLAGS, 5068, INT32, HEAD)                                                             \
    X(FILETRIGGERINDEX, 5070, INT32, HEAD)                                                                   \
    X(FILETRIGGERPRIORITIES, 5084, INT32, HEAD)                                                              \
    X(TRANSFILETRIGGERSCRIPTS, 5076, STRINGS, ALONE)                                                         \
    X(TRANSFILETRIGGERSCRIPTPROG, 5077, STRINGS, HEAD)                                                       \
    X(TRANSFILETRIGGERSCRIPTFLAGS, 5078, INT32, HEAD)                                                        \
    X(TRANSFILETRIGGERINDEX, 5080, INT32, HEAD)                                                              \
    X(TRANSFILETRIGGERPRIORITIES, 5085, INT32, HEAD)                                                         \
    RPM_DEPENDENCY_TAGS(X, PROVIDE, 1047, 1113, 1112)                                                        \
    RPM_DEPENDENCY_TAGS(X, REQUIRE, 1049, 1050, 1048)                                                        \
    RPM_DEPENDENCY_TAGS(X, CONFLICT, 1054, 1055, 1053)                                                       \
    RPM_DEPENDENCY_TAGS(X, OBSOLETE, 1090, 1115, 1114)                                                       \
    RPM_DEPENDENCY_TAGS(X, TRIGGER, 1066, 1067, 1068)                                                        \
    RPM_DEPENDENCY_TAGS(X, ORDER, 5035, 5036, 5037)                                                          \
    RPM_DEPENDENCY_TAGS(X, RECOMMEND, 5046, 5047, 5048)                                                      \
    RPM_DEPENDENCY_TAGS(X, SUGGEST, 5049, 5050, 5051)                                                        \
    RPM_DEPENDENCY_TAGS(X, SUPPLEMENT, 5052, 5053, 5054)                                                     \
    RPM_DEPENDENCY_TAGS(X, ENHANCE, 5055, 5056, 5057)                                                        \
    RPM_DEPENDENCY_TAGS(X, FILETRIGGER, 5069, 5071, 5072)                                                    \
    RPM_DEPENDENCY_TAGS(X, TRANSFILETRIGGER, 5079, 5081, 5082)                                               \
    X(CHANGELOGTIME, 1080, INT32, ALONE)                                                                     \
    X(CHANGELOGNAME, 1081, STRINGS, ALONE)                                                                   \
    X(CHANGELOGTEXT, 1082, STRINGS, ALONE)                                                                   \
    X(DIRNAMES, 1118, STRINGS, ALONE)                                                                        \
    X(BASENAMES, 1117, STRINGS, EACH)                                                                        \
    X(DIRINDEXES, 1116, INT32, EACH)                                                                         \
    X(FILESIZES, 1028, INT32, EACH)                                                                          \
    X(FILEMODES, 1030, INT16, EACH)                                                                          \
    X(FILERDEVS, 1033, INT16, EACH)                                                                          \
    X(FILEMTIMES, 1034, INT32, EACH)                                                                         \
    X(FILEDIGESTS, 1035, STRINGS, EACH)                                                                      \
    X(FILELINKTOS, 1036, STRINGS, EACH)                                                                      \
    X(FILEFLAGS, 1037, INT32, EACH)                                                                          \
    X(FILEUSERNAME, 1039, STRINGS, EACH)                                                                     \
    X(FILEGROUPNAME, 1040, STRINGS, EACH)                                                                    \
    X(FILEVERIFYFLAGS, 1045, INT32, EACH)                                                                    \
    X(FILEDEVICES, 1095, INT32, EACH)                                                                        \
    X(FILEINODES, 1096, INT32, EACH)                                                                         \
    X(FILELANGS, 1097, STRINGS, EACH)                                                                        \
    X(FILECOLORS, 1140, INT32, EACH)                                                                         \
    X(FILECAPS, 5010, STRINGS, EACH)                                                                         \
    X(FILESTATES, 1029, INT32, EACH)

/* Tags that are made, not asked. */
#define RPM_TAG_I18NTABLE 100u
#define RPM_TAG_SIZE 1009u
#define RPM_TAG_PAYLOADFORMAT 1124u
#define RPM_TAG_PAYLOADCOMPRESSOR 1125u
#define RPM_TAG_PAYLOADFLAGS 1126u
#define RPM_TAG_LONGSIZE 5009u
#define RPM_TAG_PAYLOADDIGEST 5092u
#define RPM_TAG_PAYLOADDIGESTALGO 5093u
#define RPM_SIG_LONGSIZE 270u
#define RPM_SIG_LONGARCHIVESIZE 271u
#define RPM_SIG_SHA256 273u
#define RPM_SIG_SIZE 1000u
#define RPM_SIG_PAYLOADSIZE 1007u

#define RPM_ALGO_MD5 1
#define RPM_ALGO_SHA256 8
#define RPM_FILE_GHOST 64  /* FILEFLAGS: owned, but not brought */
#define RPM_STATE_NORMAL 0 /* FILESTATES: installed */

#endif
