/*
 * rebuild_impl.h - what the dpkg and the rpm side of rebuild.h share. Included by rebuild*.c and their tests
 * only.
 *
 * A job lives for one rebuild. Everything it allocates is in its own arena, which rebuild_root() frees; only
 * what stands in `ret` goes to the caller's. Temporary files carry the job's prefix and are gone at the end.
 */
#ifndef AVSWAP_CORE_PAYLOAD_REBUILD_IMPL_H
#define AVSWAP_CORE_PAYLOAD_REBUILD_IMPL_H

#include "core/base/digest.h"
#include "core/payload/md5.h"
#include "core/payload/rebuild.h"

#include <sys/stat.h>

struct archive;
struct archive_entry;
struct sink;

/* Sorted texts with a value each. */
struct pair {
    const char *key;
    const char *value;
};
struct pairs {
    struct pair *v;
    size_t n;
    size_t cap;
};

struct rebuild_job {
    const char *root; /* put in front of every path of the system; "" on this machine */
    const char *name;
    const char *dir;
    struct arena arena;
    struct pairs users, groups; /* id -> name, of root's /etc/passwd and /etc/group */
    struct rebuilt *ret;
    struct arena *ret_arena;
};

struct rebuild_file {
    const char *path; /* as the package has it: "/opt/x" */
    const char *disk; /* where it lies */
    const char *link; /* target of a symbolic link, else NULL */
    struct stat st;
};

/* The same as rebuild_package(), for a system below `root` ("": this one). */
bool rebuild_root(const char *root, const char *manager, const char *name, const char *dir, struct arena *a,
                  struct rebuilt *ret, struct err *e) MUST_CHECK;
bool rebuild_deb(struct rebuild_job *j, struct err *e) MUST_CHECK;
bool rebuild_rpm(struct rebuild_job *j, struct err *e) MUST_CHECK;

/* Fills f from the disk; *ret_there is false when there is no such file (then st and link are unset). */
bool rebuild_look(struct rebuild_job *j, struct rebuild_file *f, bool *ret_there, struct err *e) MUST_CHECK;
/* Owner, mode, times, type and link target of f; the name in the package is the caller's. */
bool rebuild_describe(const struct rebuild_job *j, const struct rebuild_file *f, struct archive_entry *entry,
                      struct err *e) MUST_CHECK;
/* Name of an owner, NULL when the system knows none. */
const char *rebuild_owner(const struct pairs *names, long long id);

enum { HASH_MD5 = 1, HASH_SHA256 = 2 };
struct hashes {
    unsigned want; /* the others come out as of nothing */
    struct digest sha256;
    struct md5 md5;
    char sha256_hex[DIGEST_TEXT];
    char md5_hex[MD5_TEXT];
};
/* A regular file's `size` bytes to take() in blocks, and through both digests (NULL: neither). */
bool rebuild_pour(const char *path, long long size,
                  bool (*take)(void *arg, const void *p, size_t n, struct err *e), void *arg,
                  struct hashes *h, struct err *e) MUST_CHECK;

/* A writer of one archive file, gzip or none, that ends in a sink. */
struct member {
    struct archive *a;
    struct sink *sink;
};
/* format: one of libarchive's archive_write_set_format_...(). */
bool member_open(struct member *m, struct sink *s, const char *to, int (*format)(struct archive *), bool gzip,
                 struct err *e) MUST_CHECK;
/* Entry header, then (path not NULL) the file's bytes. */
bool member_put(struct member *m, struct archive_entry *entry, const char *path, struct hashes *h,
                struct err *e) MUST_CHECK;
/* A whole small file from memory, root's, mode 0644. */
bool member_text(struct member *m, const char *name, long long mtime, const char *p, size_t n,
                 struct err *e) MUST_CHECK;
/* A file copied under a new name, owned by root. */
bool member_copy(struct member *m, const char *name, unsigned mode, long long mtime, const char *path,
                 struct err *e) MUST_CHECK;
/* Ends the archive; its file is whole afterwards. digest may be NULL. */
bool member_done(struct member *m, char digest[DIGEST_TEXT], struct err *e) MUST_CHECK;
/* Removes what there is, unless done; harmless on zeroed memory. */
void member_drop(struct member *m);

bool pairs_add(struct pairs *p, struct arena *a, const char *key, const char *value,
               struct err *e) MUST_CHECK;
void pairs_sort(struct pairs *p);
/* NULL when there is none. */
const struct pair *pairs_find(const struct pairs *p, const char *key);

/* Absolute, no empty, "." or ".." part, no control character: as a package may list it. */
bool rebuild_path_ok(const char *path);
/* A file of the system as text in the job's arena; absent_ok: "" then. */
const char *rebuild_text(struct rebuild_job *j, const char *path, bool absent_ok, size_t *ret_len,
                         struct err *e);

#endif
