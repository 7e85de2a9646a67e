/* jansson's own configuration: the seed of its hash tables comes from CryptGenRandom (hashtable_seed.c). */
#ifndef AVSWAP_JANSSON_PRIVATE_CONFIG_H
#define AVSWAP_JANSSON_PRIVATE_CONFIG_H

#define HAVE_ATOMIC_BUILTINS 1
#define HAVE_STDINT_H 1
#define HAVE_SYS_TYPES_H 1
#define HAVE_SYS_STAT_H 1
#define HAVE_FCNTL_H 1
#define HAVE_UNISTD_H 1
#define INITIAL_HASHTABLE_ORDER 3
#define USE_WINDOWS_CRYPTOAPI 1

#endif
