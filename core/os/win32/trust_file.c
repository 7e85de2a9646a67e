#include "core/base/limits.h"
#include "core/base/list.h"
#include "core/os/file.h"
#include "core/os/trust.h"
#include "core/os/win32/certificate.h"
#include "core/os/win32/environment.h"
#include "core/os/win32/folders.h"
#include "core/os/win32/hklm.h"
#include "core/os/win32/key.h"
#include "core/os/win32/local_file.h"
#include "core/os/win32/value.h"

#include <string.h>

#define VARIABLE "NODE_EXTRA_CA_CERTS"
#define PROFILES "HKLM/SOFTWARE/Microsoft/Windows NT/CurrentVersion/ProfileList"
#define BEGIN "-----BEGIN CERTIFICATE-----"
#define END "-----END CERTIFICATE-----"

struct finder {
    struct facts *f;
    struct arena *a;
    struct environment environment;
    size_t left;   /* bytes that may still be read */
    struct err *e; /* the first thing that could not be looked at; the rest is looked at all the same */
};

/* --- what is in a file --- */

/* False: no certificate, or no memory. */
static bool add_subject(struct finder *x, const BYTE *der, DWORD n, struct strs *subjects, struct err *e)
{
    PCCERT_CONTEXT c = CertCreateCertificateContext(X509_ASN_ENCODING, der, n);
    const char **slot = c ? LIST_ADD(x->a, subjects) : NULL;

    if (slot)
        *slot = certificate_name(&c->pCertInfo->Subject, x->a);
    if (c && (!slot || !*slot))
        err_nomem(e);
    if (c)
        CertFreeCertificateContext(c);
    return slot && *slot;
}

static bool add_block(struct finder *x, const char *text, size_t n, struct strs *subjects, struct err *e)
{
    DWORD room = (DWORD)n;
    BYTE *der = mem_alloc(n + 1);
    bool ok = der || err_nomem(e);

    ok = ok && CryptStringToBinaryA(text, (DWORD)n, CRYPT_STRING_BASE64, der, &room, NULL, NULL) &&
         add_subject(x, der, room, subjects, e);
    mem_free(der);
    return ok;
}

/* PEM, as Node.js and pip take it, or a single certificate as it is exported. */
static bool add_subjects(struct finder *x, const struct buf *b, struct strs *subjects, struct err *e)
{
    const char *at = strstr(buf_str(b), BEGIN), *end;
    bool whole = true;

    if (!at)
        whole = b->len && add_subject(x, (const BYTE *)b->data, (DWORD)b->len, subjects, e);
    for (; at && e->code == ERR_NONE; at = strstr(end, BEGIN)) {
        at += strlen(BEGIN);
        end = strstr(at, END);
        if (!end || !add_block(x, at, (size_t)(end - at), subjects, e))
            whole = false;
        if (!end)
            break;
    }
    return whole || e->code != ERR_NONE || err_set(e, ERR_INPUT, "something in it cannot be read as a certificate");
}

/* Where there is none the setting alone is the fact: it leads nowhere. */
static bool read_file(struct finder *x, struct trust_file *t, struct err *e)
{
    struct buf b;
    bool ok;

    buf_init(&b, x->left);
    ok = local_file_read(t->file, &b, e) && (add_subjects(x, &b, &t->subjects, e) || err_wrap(e, "'%s'", t->file));
    x->left -= b.len;
    buf_free(&b);
    if (ok || e->code != ERR_NOT_FOUND)
        return ok;
    err_clear(e);
    return true;
}

static bool add(struct finder *x, const char *setting, const char *file, struct err *e)
{
    struct trust_file *t = setting && file ? LIST_ADD(x->a, &x->f->trust_files) : NULL;

    if (!t)
        return err_nomem(e);
    *t = (struct trust_file){.setting = setting, .file = file};
    return read_file(x, t, e) || err_wrap(e, "%s", setting);
}

/* --- NODE_EXTRA_CA_CERTS --- */

struct user {
    struct arena *a;
    const char *profile; /* with '\\'; NULL: the machine */
};

static const char *of_profile(void *arg, const char *name, size_t n)
{
    static const struct {
        const char *name, *below;
    } rows[] = {{"USERPROFILE", ""}, {"APPDATA", "\\AppData\\Roaming"}, {"LOCALAPPDATA", "\\AppData\\Local"}};
    const struct user *u = arg;

    for (size_t i = 0; u->profile && i < sizeof rows / sizeof *rows; i++)
        if (strlen(rows[i].name) == n && strncasecmp(rows[i].name, name, n) == 0)
            return arena_printf(u->a, "%s%s", u->profile, rows[i].below);
    return NULL;
}

/* What the variable names, with %Name% as that user sees it. */
static bool named(struct finder *x, const char *key, const char *text, const char *profile, struct err *e)
{
    struct user u = {x->a, profile};
    const struct value_names names = {of_profile, &u};
    const char *with;

    if (!value_expand(text, &names, x->a, &with, e))
        return false;
    return add(x, arena_printf(x->a, "%s/" VARIABLE, key), environment_path(&x->environment, with ? with : text, x->a, e), e);
}

static bool look_at_variable(struct finder *x, const char *key, const char *profile, struct err *e)
{
    struct registry_value v = {NULL};
    void *handle;
    bool ok;

    if (!key_open(key, "64", KEY_READ, &handle, e))
        return false;
    if (!handle)
        return true;
    ok = key_value(handle, VARIABLE, x->a, &v, e);
    key_close(handle);
    if (!ok || !v.type || (value_text(&v) && !*v.data))
        return ok;
    if (!value_text(&v))
        return err_set(e, ERR_INPUT, "%s/" VARIABLE " is no text", key);
    return named(x, key, v.data, profile, e);
}

static bool look_at_user(struct finder *x, const char *hive, struct err *e)
{
    const char *key = arena_printf(x->a, PROFILES "/%s", hive + strlen("HKU/")), *profile = NULL;
    const char *environment = arena_printf(x->a, "%s/Environment", hive);

    if (!key || !environment)
        return err_nomem(e);
    if (!hklm_text(key, "ProfileImagePath", x->a, &profile, e))
        return false;
    if (profile)
        profile = environment_expand(&x->environment, profile, x->a, e);
    return e->code == ERR_NONE && look_at_variable(x, environment, profile, e);
}

/* --- pip.ini --- */

static const char *without_blanks(const char *s, size_t n, size_t *ret_n)
{
    while (n && strchr(" \t\r", s[n - 1]))
        n--;
    for (; n && (*s == ' ' || *s == '\t'); s++)
        n--;
    *ret_n = n;
    return s;
}

/* The last "cert = PATH" of whatever section; as Python's configparser reads it. *ret stays NULL: there is none. */
static bool find_cert(struct finder *x, const struct buf *b, const char **ret, struct err *e)
{
    const char *at = buf_str(b), *line;
    size_t n;

    while (text_line(&at, buf_str(b) + b->len, &line, &n)) {
        size_t key = 0, value;
        const char *sign;

        line = without_blanks(line, n, &n);
        sign = memchr(line, '=', n);
        if (!sign)
            sign = memchr(line, ':', n);
        if (sign)
            without_blanks(line, (size_t)(sign - line), &key);
        if (key != strlen("cert") || strncasecmp(line, "cert", key) != 0)
            continue;
        sign = without_blanks(sign + 1, n - (size_t)(sign + 1 - line), &value);
        *ret = text_from_bytes(x->a, sign, value);
        if (!*ret)
            return err_nomem(e);
    }
    return true;
}

static bool look_at_pip(struct finder *x, const char *folder, const char *below, struct err *e)
{
    const char *ini = arena_printf(x->a, "%s/%spip/pip.ini", folder, below), *cert = NULL;
    struct buf b;
    bool ok;

    if (!ini)
        return err_nomem(e);
    buf_init(&b, LIMIT_STRING);
    ok = local_file_read(ini, &b, e) && find_cert(x, &b, &cert, e);
    buf_free(&b);
    if (!ok && e->code == ERR_NOT_FOUND) {
        err_clear(e);
        return true;
    }
    if (!ok || !cert || !*cert)
        return ok;
    return add(x, arena_printf(x->a, "%s: cert", ini), environment_path(&x->environment, cert, x->a, e), e);
}

/* --- all of them --- */

/* Did what was looked at leave nothing behind that ends everything? */
static bool go_on(struct finder *x, bool ok, struct err *e)
{
    bool on = ok || err_keep(x->e, e);

    err_clear(e);
    return on;
}

/* Links of the system there ("All Users") lead to folders that are looked at by their names. */
static bool look_at_profile(struct finder *x, const char *profile, struct err *e)
{
    struct os_stat st;

    if (!os_file_stat(profile, &st, e))
        return false;
    return st.kind != OS_DIR || look_at_pip(x, profile, "AppData/Roaming/", e);
}

static bool look_at_profiles(struct finder *x, struct err *e)
{
    const char *users = folders_path(&x->environment.folders, "Users");
    struct strs names = {NULL, 0};

    if (!users || !os_dir_list(users, x->a, &names, e))
        return !users;
    for (size_t i = 0; i < names.n; i++) {
        const char *profile = arena_printf(x->a, "%s/%s", users, names.v[i]);
        struct err here = ERR_INIT;

        if (!profile)
            return err_nomem(e);
        if (!go_on(x, look_at_profile(x, profile, &here), &here))
            return false;
    }
    return true;
}

static bool look_at_users(struct finder *x, struct err *e)
{
    struct strs users = {NULL, 0};

    if (!key_users(x->a, &users, e))
        return false;
    for (size_t i = 0; i < users.n; i++) {
        struct err here = ERR_INIT;

        if (!go_on(x, look_at_user(x, users.v[i], &here), &here))
            return false;
    }
    return true;
}

bool os_trust_file_list(struct facts *f, struct arena *a, struct err *e)
{
    struct finder x = {.f = f, .a = a, .left = LIMIT_TRUST_FILES, .e = e};
    struct err here = ERR_INIT;
    const char *data;

    if (!environment_open(false, a, &x.environment, e))
        return false;
    data = folders_path(&x.environment.folders, "ProgramData");
    return go_on(&x, look_at_variable(&x, x.environment.machine, NULL, &here), &here) &&
           go_on(&x, look_at_users(&x, &here), &here) &&
           go_on(&x, !data || look_at_pip(&x, data, "", &here), &here) &&
           go_on(&x, look_at_profiles(&x, &here), &here) && e->code == ERR_NONE;
}
