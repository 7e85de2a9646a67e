#include "core/payload/deb_query.h"

#include "core/base/limits.h"
#include "core/os/file.h"

#include <stdio.h>
#include <string.h>

/* The value of a field's first line, "" when there is none, NULL out of memory. */
static const char *deb_field(struct arena *a, const char *stanza, size_t len, const char *field)
{
    const char *line;
    size_t n, name = strlen(field);
    for (const char *at = stanza; text_line(&at, stanza + len, &line, &n);) {
        if (n <= name || strncmp(line, field, name) != 0 || line[name] != ':')
            continue;
        for (line += name + 1, n -= name + 1; n > 0 && (*line == ' ' || *line == '\t'); n--)
            line++;
        return arena_strndup(a, line, n);
    }
    return "";
}

/* The next stanza from *at; false at the end. */
static bool deb_stanza(const char **at, const char *end, const char **ret, size_t *ret_len)
{
    const char *line, *start = NULL;
    size_t n;
    while (text_line(at, end, &line, &n)) {
        if (n > 0 && start == NULL)
            start = line;
        if (n > 0)
            *ret_len = (size_t)(line + n - start);
        else if (start != NULL)
            break;
    }
    *ret = start;
    return start != NULL;
}

bool deb_word(const char *s, const char *more)
{
    for (const char *p = s; *p != '\0'; p++)
        if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') ||
              strchr(more, *p) != NULL))
            return false;
    return s[0] != '\0' && s[0] != '.';
}

/* Takes the stanza when it is the package asked for and its files are all there. */
static bool deb_take(struct deb_package *d, const char *stanza, size_t len, const char *name,
                     const char *arch, const char **ret_state, struct err *e)
{
    static const char *const whole[] = {" installed", " triggers-pending", " triggers-awaited",
                                        " half-configured", " unpacked"};
    struct arena *a = &d->j->arena;
    const char *package = deb_field(a, stanza, len, "Package");
    if (package == NULL)
        return err_nomem(e);
    if (!text_eq(package, name))
        return true;
    const char *has = deb_field(a, stanza, len, "Architecture"), *state = deb_field(a, stanza, len, "Status");
    const char *version = deb_field(a, stanza, len, "Version");
    if (has == NULL || state == NULL || version == NULL)
        return err_nomem(e);
    if (arch != NULL && !text_eq(arch, has))
        return true;
    *ret_state = state;
    bool there = false;
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        there = there || text_ends(state, whole[i]);
    if (!there)
        return true;
    if (d->stanza != NULL)
        return err_set(e, ERR_INPUT, "it is installed for %s and %s: name one as %s:%s", d->arch, has, name,
                       has);
    if (!deb_word(has, "-") || !deb_word(version, ".+-:~"))
        return err_set(e, ERR_INPUT, DPKG "/status gives it a version or architecture that cannot be");
    d->stanza = stanza;
    d->stanza_len = len;
    d->package = package;
    d->arch = has;
    d->version = version;
    return true;
}

static bool deb_find(struct deb_package *d, struct err *e)
{
    struct rebuild_job *j = d->j;
    char *name = arena_strdup(&j->arena, j->name);
    if (name == NULL)
        return err_nomem(e);
    char *arch = strchr(name, ':');
    if (arch != NULL)
        *arch++ = '\0';
    if (!deb_word(name, "+-.") || (arch != NULL && !deb_word(arch, "-")))
        return err_set(e, ERR_INPUT, "this is not a package name");
    size_t len, stanza_len = 0;
    const char *text = rebuild_text(j, DPKG "/status", false, &len, e), *stanza, *state = NULL;
    if (text == NULL)
        return false;
    for (const char *at = text; deb_stanza(&at, text + len, &stanza, &stanza_len);)
        if (!deb_take(d, stanza, stanza_len, name, arch, &state, e))
            return false;
    if (d->stanza == NULL)
        return err_set(e, ERR_NOT_FOUND, "it is not installed (dpkg: %s)", state != NULL ? state : "unknown");
    d->info = arena_printf(&j->arena, DPKG "/info/%s:%s", d->package, d->arch);
    const char *list = d->info != NULL ? arena_printf(&j->arena, "%s%s.list", j->root, d->info) : NULL;
    if (list == NULL)
        return err_nomem(e);
    if (!os_file_exists(list))
        d->info = arena_printf(&j->arena, DPKG "/info/%s", d->package);
    return d->info != NULL || err_nomem(e);
}

const char *deb_info(struct deb_package *d, const char *extension, bool absent_ok, size_t *ret_len,
                     struct err *e)
{
    const char *path = arena_printf(&d->j->arena, "%s.%s", d->info, extension);
    if (path == NULL) {
        err_nomem(e);
        return NULL;
    }
    return rebuild_text(d->j, path, absent_ok, ret_len, e);
}

static bool deb_read_list(struct deb_package *d, struct err *e)
{
    struct arena *a = &d->j->arena;
    size_t len, n;
    const char *text = deb_info(d, "list", false, &len, e), *line;
    if (text == NULL)
        return false;
    for (const char *at = text; text_line(&at, text + len, &line, &n);) {
        char *path = arena_strndup(a, line, n);
        if (path == NULL)
            return err_nomem(e);
        bool top = text_eq(path, "/.");
        if (!top && !rebuild_path_ok(path))
            return err_set(e, ERR_INPUT, "%s.list: line %zu: '%.200s' is not a plain absolute path", d->info,
                           d->list.n + 1, path);
        char *above = arena_strndup(a, path, top ? 0 : (size_t)(strrchr(path, '/') - path));
        if (above == NULL)
            return err_nomem(e);
        if (!pairs_add(&d->list, a, path, NULL, e) || !pairs_add(&d->parents, a, above, NULL, e))
            return false;
    }
    pairs_sort(&d->parents);
    return true;
}

/* "md5  path" lines, the path without its leading '/' */
static bool deb_read_md5sums(struct deb_package *d, struct err *e)
{
    struct arena *a = &d->j->arena;
    size_t len, n;
    const char *text = deb_info(d, "md5sums", true, &len, e), *line;
    if (text == NULL)
        return false;
    for (const char *at = text; text_line(&at, text + len, &line, &n);) {
        if (n < MD5_TEXT + 2)
            continue;
        char *path = arena_printf(a, "/%.*s", (int)(n - MD5_TEXT - 1), line + MD5_TEXT + 1);
        char *md5 = arena_strndup(a, line, MD5_TEXT - 1);
        if (path == NULL || md5 == NULL)
            return err_nomem(e);
        if (!pairs_add(&d->recorded, a, path, md5, e))
            return false;
    }
    return true;
}

/* Cuts "/path md5 [flags]" in two; NULL when there is no digest ("newconffile", between unpacking and
 * configuring). */
static char *conffile_md5(char *path)
{
    char *md5 = strchr(path, ' ');
    while (md5 != NULL && strspn(md5 + 1, "0123456789abcdef") != MD5_TEXT - 1)
        md5 = strchr(md5 + 1, ' ');
    if (md5 == NULL)
        return NULL;
    *md5++ = '\0';
    md5[MD5_TEXT - 1] = '\0';
    return md5;
}

/* The status file's field "Conffiles:", one a line, each after a space */
static bool deb_read_conffiles(struct deb_package *d, struct err *e)
{
    struct arena *a = &d->j->arena;
    const char *line;
    size_t n;
    bool inside = false;
    for (const char *at = d->stanza; text_line(&at, d->stanza + d->stanza_len, &line, &n);) {
        if (n == 0 || (*line != ' ' && *line != '\t')) {
            inside = n >= 10 && strncmp(line, "Conffiles:", 10) == 0;
            continue;
        }
        if (!inside)
            continue;
        char *path = arena_strndup(a, line + 1, n - 1);
        if (path == NULL)
            return err_nomem(e);
        char *md5 = conffile_md5(path);
        if (md5 != NULL && !pairs_add(&d->recorded, a, path, md5, e))
            return false;
    }
    return true;
}

/* Three lines each: what is diverted, where to, and by which package (":" the administrator). */
static bool deb_read_diversions(struct deb_package *d, struct err *e)
{
    struct arena *a = &d->j->arena;
    size_t len, n, at_line = 0;
    const char *text = rebuild_text(d->j, DPKG "/diversions", true, &len, e), *line, *part[3];
    if (text == NULL)
        return false;
    for (const char *at = text; text_line(&at, text + len, &line, &n); at_line++) {
        part[at_line % 3] = arena_strndup(a, line, n);
        if (part[at_line % 3] == NULL)
            return err_nomem(e);
        if (at_line % 3 != 2 || text_eq(part[2], d->package))
            continue;
        if (!rebuild_path_ok(part[0]) || !rebuild_path_ok(part[1]))
            return err_set(e, ERR_INPUT, DPKG "/diversions: line %zu: not a plain absolute path", at_line);
        if (!pairs_add(&d->diverted, a, part[0], part[1], e))
            return false;
    }
    pairs_sort(&d->diverted);
    return true;
}

bool deb_query(struct deb_package *d, struct err *e)
{
    if (!deb_find(d, e) || !deb_read_list(d, e) || !deb_read_md5sums(d, e) || !deb_read_conffiles(d, e) ||
        !deb_read_diversions(d, e))
        return false;
    pairs_sort(&d->recorded);
    return true;
}
