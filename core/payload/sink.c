#include "core/payload/sink.h"

#include <archive.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SINK_BLOCK (256 << 10)

static bool sink_fresh(struct sink *s, const char *to, long long max, struct err *e)
{
    memset(s, 0, sizeof *s);
    int n = snprintf(s->to, sizeof s->to, "%s", to);
    int m = snprintf(s->part, sizeof s->part, "%s.part", to);
    if (n < 0 || m < 0 || (size_t)m >= sizeof s->part)
        return err_set(e, ERR_LIMIT, "the path is too long: %.200s...", to);
    s->max = max;
    digest_init(&s->digest);
    s->log = os_log_open(s->part, e);
    return s->log != NULL;
}

bool sink_restart(struct sink *s, struct err *e)
{
    digest_init(&s->digest);
    s->bytes = 0;
    return os_log_cut(s->log, 0, e);
}

bool sink_open(struct sink *s, const char *to, long long max, struct err *e)
{
    if (!sink_fresh(s, to, max, e))
        return false;
    if (sink_restart(s, e))
        return true;
    sink_drop(s);
    return false;
}

static bool sink_reread(void *arg, const void *p, size_t n, struct err *e)
{
    struct sink *s = arg;
    (void)e;
    digest_add(&s->digest, p, n);
    s->bytes += (long long)n;
    return true;
}

bool sink_resume(struct sink *s, const char *to, long long max, struct err *e)
{
    if (!sink_fresh(s, to, max, e))
        return false;
    bool ok = os_file_pour(s->part, sink_reread, s, e);
    if (ok && s->bytes > max)
        ok = sink_restart(s, e);
    if (!ok)
        sink_drop(s);
    return ok;
}

bool sink_add(struct sink *s, const void *p, size_t n, struct err *e)
{
    if (n > (unsigned long long)(s->max - s->bytes))
        return err_set(e, ERR_LIMIT, "%s would be larger than %lld bytes", s->to, s->max);
    if (!os_log_append(s->log, p, n, e))
        return false;
    digest_add(&s->digest, p, n);
    s->bytes += (long long)n;
    return true;
}

bool sink_done(struct sink *s, char digest[DIGEST_TEXT], struct err *e)
{
    if (!os_log_sync(s->log, e)) {
        sink_drop(s);
        return false;
    }
    os_log_close(s->log);
    s->log = NULL;
    char hex[DIGEST_TEXT];
    digest_end(&s->digest, hex);
    if (digest != NULL)
        memcpy(digest, hex, sizeof hex);
    return os_file_rename(s->part, s->to, e);
}

void sink_drop(struct sink *s)
{
    if (s->log == NULL)
        return;
    os_log_close(s->log);
    s->log = NULL;
    /* The caller is already reporting why; a part that stays is cut by the next sink_open(). */
    struct err ignored = ERR_INIT;
    (void)!os_tree_remove(s->part, &ignored);
}

bool sink_keep(struct sink *s, struct err *e)
{
    bool ok = os_log_sync(s->log, e);
    os_log_close(s->log);
    s->log = NULL;
    return ok;
}

static la_ssize_t sink_write(struct archive *a, void *arg, const void *p, size_t n)
{
    struct sink *s = arg;
    if (sink_add(s, p, n, &s->first))
        return (la_ssize_t)n;
    archive_set_error(a, s->first.os != 0 ? s->first.os : EIO, "%s", s->first.text);
    return -1;
}

bool sink_gzip(struct archive *a, const char *to, struct err *e)
{
    return (archive_write_add_filter_gzip(a) == ARCHIVE_OK &&
            archive_write_set_filter_option(a, "gzip", "timestamp", NULL) == ARCHIVE_OK &&
            archive_write_set_filter_option(a, "gzip", "compression-level", SINK_GZIP_LEVEL) == ARCHIVE_OK) ||
           sink_blame(NULL, a, to, e);
}

bool sink_attach(struct sink *s, struct archive *a, struct err *e)
{
    /* The last block is not padded: the formats end by themselves. */
    if (archive_write_set_bytes_per_block(a, SINK_BLOCK) != ARCHIVE_OK ||
        archive_write_set_bytes_in_last_block(a, 1) != ARCHIVE_OK ||
        archive_write_open(a, s, NULL, sink_write, NULL) != ARCHIVE_OK)
        return sink_blame(s, a, s->to, e);
    return true;
}

bool sink_none(struct err *e)
{
    return err_set(e, ERR_OS, "libarchive does not start: memory ran out, or libarchive.so.13 cannot be loaded (Debian "
                              "package libarchive13)");
}

bool sink_blame(const struct sink *s, struct archive *a, const char *what, struct err *e)
{
    if (s != NULL && s->first.code != ERR_NONE) {
        *e = s->first;
        return err_wrap(e, "%s", what);
    }
    const char *why = archive_error_string(a);
    err_set(e, archive_errno(a) == ENOMEM ? ERR_NOMEM : ERR_IO, "%s: %s", what,
            why != NULL ? why : "libarchive failed without a reason");
    e->os = archive_errno(a);
    return false;
}
