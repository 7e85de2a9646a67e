/*
 * Logs of Windows Installer. Its service writes UTF-16LE, others the system's code page. Most of what it says
 * is in the language of the system; the shape of its lines is not.
 */
#include "core/base/limits.h"
#include "core/os/win32/handle.h"
#include "core/os/win32/msi_change.h"

#include <string.h>

/* --- wiping secrets --- */

static bool seek(HANDLE h, long long to)
{
    return SetFilePointerEx(h, (LARGE_INTEGER){.QuadPart = to}, NULL, FILE_BEGIN);
}

/* Piece by piece; each begins again with what the one before could not have seen the whole of. */
static bool scrub(HANDLE h, const struct msi_forms *f, char *piece, size_t size)
{
    long long at = 0;
    size_t n;

    do {
        if (!seek(h, at) || !handle_read(h, piece, size, &n))
            return false;
        if (msi_forms_cover(f, piece, n) && (!seek(h, at) || !handle_write(h, piece, n)))
            return false;
        at += (long long)(size - f->longest);
    } while (n == size);
    return FlushFileBuffers(h);
}

bool msi_log_scrub(const char *path, const struct msi_forms *f, struct err *e)
{
    const size_t size = (1u << 20) + 2 * f->longest;
    HANDLE h = handle_open_file(path, GENERIC_READ | GENERIC_WRITE, OPEN_EXISTING, e);
    char *piece = h ? mem_alloc(size) : NULL;
    bool ok = false;

    if (h && !piece)
        err_nomem(e);
    else if (h && !(ok = scrub(h, f, piece, size)))
        err_sys(e, ERR_IO, (int)GetLastError(), "cleaning the log '%s'", path);
    mem_free(piece);
    handle_close(h);
    return ok;
}

/* --- finding the cause --- */

/* A line, without its end. */
struct line {
    const char *p;
    size_t n;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool starts(struct line l, const char *with)
{
    return l.n >= strlen(with) && memcmp(l.p, with, strlen(with)) == 0;
}

static const char *find(struct line l, const char *what)
{
    size_t k = strlen(what);

    for (size_t i = 0; i + k <= l.n; i++)
        if (memcmp(l.p + i, what, k) == 0)
            return l.p + i;
    return NULL;
}

static bool is_name(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || is_digit(c) || c == '_';
}

/* A full stop, Latin or Chinese; its length. */
static size_t stop_at(const char *p, const char *end)
{
    static const char wide[] = "\xe3\x80\x82";

    if (p < end && *p == '.')
        return 1;
    return (size_t)(end - p) >= 3 && memcmp(p, wide, 3) == 0 ? 3 : 0;
}

/* Behind the first "H:MM:SS"; NULL: there is none. */
static const char *behind_time(struct line l)
{
    static const char form[] = "0:00:00";
    const char *end = l.p + l.n;

    for (const char *p = l.p; end - p > 8; p++) {
        size_t i = 0;

        while (form[i] && (form[i] == '0' ? is_digit(p[i]) : p[i] == form[i]))
            i++;
        if (!form[i])
            return p + i;
    }
    return NULL;
}

/* The name behind a time and a colon, in any language; false when there is none. */
static bool action_name(struct line l, struct line *ret)
{
    const char *p = behind_time(l), *end = l.p + l.n;

    /* French puts a space before the colon. */
    while (p && p < end && *p != ':' && !is_name(*p))
        p++;
    if (!p || end - p < 3 || *p != ':' || p[1] != ' ')
        return false;
    ret->p = p + 2;
    for (p = ret->p; p < end && is_name(*p); p++)
        ;
    ret->n = (size_t)(p - ret->p);
    return ret->n && stop_at(p, end);
}

/* "Action ended 10:00:00: CheckPw. Return value 3."; in German "Aktion beendet um ...: CheckPw.
 * Rückgabewert 3." */
static bool action_end(struct line l, struct line *ret_name, int *ret_value)
{
    const char *end = l.p + l.n;

    if (starts(l, "MSI (") || starts(l, "Property(") || !action_name(l, ret_name))
        return false;
    if (l.n > 3 && stop_at(end - 3, end) == 3)
        end -= 3;
    else if (end[-1] == '.')
        end--;
    else
        return false;
    if (end - 2 < ret_name->p + ret_name->n || !is_digit(end[-1]) || is_digit(end[-2]))
        return false;
    *ret_value = end[-1] - '0';
    return true;
}

/* "Error 1720. ...", whatever the word is in the system's language. */
static bool has_number(struct line l)
{
    const char *p = memchr(l.p, ' ', l.n), *end = l.p + l.n;
    size_t digits = 0;

    if (!p || starts(l, "MSI (") || starts(l, "Info ") || starts(l, "Warning "))
        return false;
    while (++p < end && is_digit(*p))
        digits++;
    return (digits == 4 || digits == 5) && stop_at(p, end);
}

/* What an action or the installer said: the above, "Product: X -- Error 27300. ...", "CustomAction X returned
 * actual error code 1603 ...". */
static bool error_text(struct line l, struct line *ret)
{
    const char *p = find(l, " -- "), *colon = find(l, ": ");

    *ret = l;
    if (p && colon && colon < p)
        p += 4;
    else if (find(l, "returned actual error code"))
        p = find(l, "CustomAction ");
    else
        p = has_number(l) ? l.p : NULL;
    if (!p)
        return false;
    *ret = (struct line){p, (size_t)(l.p + l.n - p)};
    return true;
}

struct cause {
    struct line action; /* the first that failed: those around it fail because of it */
    struct line error;  /* what was said before it; without an action the last that was said */
    struct line other;  /* the first that did not end well in another way: Wine writes 0 */
    unsigned age;       /* lines since error */
};

static void take(struct cause *c, struct line l)
{
    enum { NEARBY = 40 };
    struct line text;
    int value;

    c->age++;
    if (error_text(l, &text)) {
        c->error = text;
        c->age = 0;
    } else if (action_end(l, &text, &value) && value == 3) {
        c->action = text;
        if (c->age > NEARBY)
            c->error.p = NULL;
    } else if (action_end(l, &text, &value) && value != 1 && !c->other.p) {
        c->other = text;
    }
}

static const char *tell(const struct cause *c, struct arena *a)
{
    const struct line action = c->action.p ? c->action : c->other, *error = &c->error;
    enum { MOST = 500 };
    int n = (int)(error->n < MOST ? error->n : MOST);

    if (error->p && action.p)
        return arena_printf(a, "%.*s: %.*s", (int)action.n, action.p, n, error->p);
    if (error->p)
        return arena_printf(a, "%.*s", n, error->p);
    return action.p ? arena_printf(a, "the action %.*s failed", (int)action.n, action.p) : NULL;
}

static const char *cause_in(const char *text, size_t n, struct arena *a)
{
    const char *cursor = text, *end = text + n;
    struct cause c = {.age = 0};
    struct line l;

    while (!c.action.p && text_line(&cursor, end, &l.p, &l.n)) {
        while (l.n && (l.p[l.n - 1] == '\r' || l.p[l.n - 1] == ' '))
            l.n--;
        if (l.n)
            take(&c, l);
    }
    return tell(&c, a);
}

/* To UTF-8, whatever it is. The caller frees. Every log has spaces and digits, whose second byte in UTF-16 is
 * NUL. */
static char *decode(const char *p, size_t n, size_t *ret_n)
{
    bool wide = n > 1 && memchr(p, '\0', n < 512 ? n : 512);
    size_t count = wide ? n / 2 : n;
    wchar_t *units = mem_alloc((count + 1) * sizeof(wchar_t));
    char *text = NULL;
    int got = 0;

    if (units && wide) {
        size_t mark = memcmp(p, "\xff\xfe", 2) == 0;

        count -= mark;
        memcpy(units, p + 2 * mark, count * 2);
    } else if (units) {
        count = (size_t)MultiByteToWideChar(text_utf8_valid(p, n) ? CP_UTF8 : CP_ACP, 0, p, (int)n, units,
                                            (int)n);
    }
    if (units)
        text = mem_alloc(count * 3 + 1);
    if (text)
        got = WideCharToMultiByte(CP_UTF8, 0, units, (int)count, text, (int)(count * 3), NULL, NULL);
    mem_free(units);
    *ret_n = (size_t)got;
    return text;
}

const char *msi_log_cause(const char *p, size_t n, struct arena *a)
{
    size_t text_n;
    char *text = decode(p, n, &text_n);
    const char *cause = text ? cause_in(text, text_n, a) : NULL, *shown = cause;
    struct buf b;

    mem_free(text);
    if (cause) {
        buf_init(&b, LIMIT_STRING);
        text_show(&b, cause);
        shown = arena_strdup(a, buf_str(&b));
        buf_free(&b);
    }
    return shown;
}

const char *os_msi_cause(const char *log, struct arena *a)
{
    enum { TAIL = 16 << 20 };
    struct err ignored = ERR_INIT;
    HANDLE h = handle_open_file(log, GENERIC_READ, OPEN_EXISTING, &ignored);
    LARGE_INTEGER size = {.QuadPart = 0};
    const char *cause = NULL;
    char *p = NULL;
    size_t n = 0;

    if (h && GetFileSizeEx(h, &size)) {
        /* Behind an even number of bytes the halves of UTF-16 stay together. */
        long long from = size.QuadPart > TAIL ? (size.QuadPart - TAIL) & ~1LL : 0;

        p = mem_alloc(TAIL);
        if (p && seek(h, from) && handle_read(h, p, TAIL, &n))
            cause = msi_log_cause(p, n, a);
    }
    mem_free(p);
    handle_close(h);
    return cause;
}
