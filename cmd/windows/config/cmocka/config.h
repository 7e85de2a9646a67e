/* cmocka's config.h for mingw-w64 on x86-64. */
#ifndef AVSWAP_CMOCKA_CONFIG_H
#define AVSWAP_CMOCKA_CONFIG_H

#define HAVE_INTTYPES_H 1
#define HAVE_IO_H 1
#define HAVE_MALLOC_H 1
#define HAVE_SIGNAL_H 1
#define HAVE_STRINGS_H 1
#define HAVE_TIME_H 1
#define HAVE_UNISTD_H 1
#define HAVE_STRUCT_TIMESPEC 1
#define HAVE_GCC_THREAD_LOCAL_STORAGE 1
#define HAVE_SNPRINTF 1
#define HAVE_VSNPRINTF 1
#define WORDS_SIZEOF_VOID_P 8

#endif
