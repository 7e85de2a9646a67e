#include "core/catalog/source.h"
#include "core/base/limits.h"
#include "core/os/path.h"

#include <string.h>

struct authority { /* parts of a text, none ended by a NUL */
    const char *user, *host, *port; /* NULL: not there */
    size_t user_n, host_n, port_n;
};

/* HOST[:PORT], HOST also as [v6]. */
static bool part_host(const char *host, const char *end, struct authority *ret, struct err *e)
{
    const char *host_end, *rest;

    if (host < end && *host == '[') {
        host++;
        host_end = memchr(host, ']', (size_t)(end - host));
        if (!host_end)
            return err_set(e, ERR_USAGE, "a '[' of the address is not closed");
        rest = host_end + 1;
    } else {
        host_end = memchr(host, ':', (size_t)(end - host));
        host_end = host_end ? host_end : end;
        rest = host_end;
    }
    ret->host = host;
    ret->host_n = (size_t)(host_end - host);
    if (rest == end)
        return true;
    ret->port = rest + 1;
    ret->port_n = (size_t)(end - rest) - 1;
    return (*rest == ':' && ret->port_n && ret->port_n <= 5 && strspn(ret->port, "0123456789") >= ret->port_n) ||
           err_set(e, ERR_USAGE, "the address has no port number behind its ':'");
}

static bool begins_badly(const char *s, size_t n)
{
    return n == 0 || *s == '-';
}

static bool part_authority(const char *s, size_t n, struct authority *ret, struct err *e)
{
    const char *at = memchr(s, '@', n);

    memset(ret, 0, sizeof *ret);
    if (at && memchr(s, ':', (size_t)(at - s)))
        return err_set(e, ERR_USAGE, "the address holds a password, which every user of this host could see: leave it to git's "
                                     "credential helper or to a key");
    if (at) {
        ret->user = s;
        ret->user_n = (size_t)(at - s);
    }
    if (!part_host(at ? at + 1 : s, s + n, ret, e))
        return false;
    if (begins_badly(ret->host, ret->host_n) || (ret->user && begins_badly(ret->user, ret->user_n)))
        return err_set(e, ERR_USAGE, "the address has no host or user, or one that begins with '-'");
    return true;
}

/* [USER@]HOST[:PORT] */
static bool read_authority(const char *s, size_t n, struct arena *a, struct source *ret, struct err *e)
{
    struct authority x;

    if (!part_authority(s, n, &x, e))
        return false;
    ret->host = arena_strndup(a, x.host, x.host_n);
    ret->user = x.user ? arena_strndup(a, x.user, x.user_n) : NULL;
    ret->port = x.port ? arena_strndup(a, x.port, x.port_n) : NULL;
    return (ret->host && (!x.user || ret->user) && (!x.port || ret->port)) || err_nomem(e);
}

static bool read_url(const char *given, size_t skip, enum source_kind kind, struct arena *a, struct source *ret, struct err *e)
{
    const char *s = given + skip;
    size_t n = strcspn(s, "/");

    ret->kind = kind;
    ret->url = arena_strdup(a, given);
    if (!ret->url)
        return err_nomem(e);
    if (!s[n] || !s[n + 1])
        return err_set(e, ERR_USAGE, "the address names no repository behind its host");
    ret->path = arena_strdup(a, s + n + (s[n + 1] == '~')); /* "/~user" is a home, as git reads it */
    return ret->path ? read_authority(s, n, a, ret, e) : err_nomem(e);
}

/* HOST:PATH, as git and scp write it: no '/' before the ':'. */
static bool is_short_ssh(const char *s)
{
    const char *colon = strchr(s, ':');

    return colon && colon != s && strcspn(s, "/") > (size_t)(colon - s);
}

static bool read_short_ssh(const char *given, struct arena *a, struct source *ret, struct err *e)
{
    const char *colon = strchr(given, ':');

    ret->kind = SOURCE_SSH;
    ret->url = arena_strdup(a, given);
    ret->path = arena_strdup(a, colon + 1);
    if (!ret->url || !ret->path)
        return err_nomem(e);
    if (!colon[1])
        return err_set(e, ERR_USAGE, "the address names no repository behind its host");
    return read_authority(given, (size_t)(colon - given), a, ret, e);
}

static bool read_path(const char *given, struct arena *a, struct source *ret, struct err *e)
{
    ret->kind = SOURCE_FILE;
    ret->url = os_path_real(given, a, e);
    return ret->url != NULL;
}

bool source_read(const char *given, struct arena *a, struct source *ret, struct err *e)
{
    memset(ret, 0, sizeof *ret);
    if (!*given || strlen(given) >= LIMIT_PATH)
        return err_set(e, ERR_USAGE, "a source is a path, file://, https://, ssh:// or HOST:PATH");
    for (const unsigned char *p = (const unsigned char *)given; *p; p++)
        if (*p < 0x20 || *p == 0x7f)
            return err_set(e, ERR_USAGE, "the source has control characters in it");
    if (text_starts(given, "https://"))
        return read_url(given, 8, SOURCE_HTTPS, a, ret, e);
    if (text_starts(given, "ssh://"))
        return read_url(given, 6, SOURCE_SSH, a, ret, e);
    if (text_starts(given, "file:///"))
        return read_path(given + 7, a, ret, e);
    if (strstr(given, "://"))
        return err_set(e, ERR_USAGE, "'%.*s' is no way to fetch a catalogue: only https, ssh and file know who answers",
                       (int)strcspn(given, ":"), given);
    return is_short_ssh(given) ? read_short_ssh(given, a, ret, e) : read_path(given, a, ret, e);
}
