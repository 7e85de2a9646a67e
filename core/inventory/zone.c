#include "core/base/text.h"
#include "core/inventory/zone.h"
#include "core/os/file.h"

#include <stdlib.h>
#include <string.h>

#define DATABASE "/usr/share/zoneinfo"
#define LARGEST (256u << 10)
#define FIRST (-62135596800ll) /* the years 1 to 9999; nothing that is to be reckoned with lies outside */
#define LAST 253402300799ll

/* --- the rule behind the last transition: POSIX TZ, as "CET-1CEST,M3.5.0,M10.5.0/3" ------------------------------------ */

/* A name, as "CET" or "<-03>"; NULL: none. */
static const char *skip_name(const char *p)
{
    size_t n = *p == '<' ? strcspn(p, ">") + 1 : strspn(p, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    return n < 3 || memchr(p, 0, n) ? NULL : p + n;
}

/* "[+-]H[:M[:S]]" in seconds; NULL: none. */
static const char *read_time(const char *p, long *ret)
{
    long sign = *p == '-' ? -1 : 1, unit = 3600;
    char *end;

    p += *p == '-' || *p == '+';
    for (*ret = 0; unit; unit /= 60) {
        if (*p < '0' || *p > '9')
            return NULL;
        *ret += strtol(p, &end, 10) % 1000 * unit;
        p = end;
        if (*p != ':')
            break;
        p++;
    }
    *ret *= sign;
    return p;
}

struct turn { /* "Mm.w.d/time": the w-th weekday d (0 Sunday) of month m, 5: the last */
    long month, week, day, at;
};

static const char *read_turn(const char *p, struct turn *t)
{
    char *end;

    if (p[0] != ',' || p[1] != 'M')
        return NULL; /* days by number are in no zone that is in use */
    t->month = strtol(p + 2, &end, 10);
    if (*end != '.')
        return NULL;
    t->week = strtol(end + 1, &end, 10);
    if (*end != '.')
        return NULL;
    t->day = strtol(end + 1, &end, 10);
    t->at = 2 * 3600;
    if (t->month < 1 || t->month > 12 || t->week < 1 || t->week > 5 || t->day < 0 || t->day > 6)
        return NULL;
    return *end == '/' ? read_time(end + 1, &t->at) : end;
}

/* Days since 1970 of a date (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms"). */
static int64_t days_of(int64_t year, long month, long day)
{
    int64_t era, of_era, of_year;

    year -= month <= 2;
    era = (year >= 0 ? year : year - 399) / 400;
    of_era = year - era * 400;
    of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* Seconds of local time at which a year's turn is. */
static int64_t turn_at(const struct turn *t, int64_t year)
{
    int64_t first = days_of(year, t->month, 1);
    int64_t next = t->month == 12 ? days_of(year + 1, 1, 1) : days_of(year, t->month + 1, 1);
    int64_t day = first + (t->day - (instant_weekday(first) + 1) + 7) % 7 + (t->week - 1) * 7;

    while (day >= next)
        day -= 7;
    return day * 86400 + t->at;
}

static bool rule_offset(const char *p, int64_t at, long *ret)
{
    long usual, summer;
    struct turn to, back;
    char date[INSTANT_TEXT];
    int64_t year, begins, ends;

    if (!(p = skip_name(p)) || !(p = read_time(p, &usual)))
        return false;
    *ret = usual = -usual;
    if (!*p)
        return true;
    if (!(p = skip_name(p)))
        return false;
    summer = usual + 3600;
    if (*p != ',') {
        if (!(p = read_time(p, &summer)))
            return false;
        summer = -summer;
    }
    if (!(p = read_turn(p, &to)) || !(p = read_turn(p, &back)) || *p)
        return false;
    year = strtoll(instant_date(at * 1000, (int)(usual / 60), date), NULL, 10);
    begins = turn_at(&to, year) - usual;
    ends = turn_at(&back, year) - summer;
    if (begins < ends ? at >= begins && at < ends : at >= begins || at < ends)
        *ret = summer;
    return true;
}

/* --- the file: RFC 8536 ------------------------------------------------------------------------------------------------ */

static int64_t number(const unsigned char *p, unsigned n)
{
    uint64_t x = p[0] & 0x80 ? ~0ull : 0;

    while (n--)
        x = x << 8 | *p++;
    return (int64_t)x;
}

struct counts {
    size_t ut, std, leap, time, type, chars;
};

static bool read_header(const unsigned char *p, size_t n, struct counts *c)
{
    size_t *const members[] = {&c->ut, &c->std, &c->leap, &c->time, &c->type, &c->chars};

    if (n < 44 || memcmp(p, "TZif", 4) != 0)
        return false;
    for (unsigned i = 0; i < 6; i++) {
        int64_t x = number(p + 20 + 4 * i, 4);

        if (x < 0 || x > (int64_t)LARGEST)
            return false;
        *members[i] = (size_t)x;
    }
    return true;
}

static size_t block(const struct counts *c, size_t width)
{
    return c->time * (width + 1) + c->type * 6 + c->chars + c->leap * (width + 4) + c->std + c->ut;
}

/* The offset by the transitions; *ret_last: the instant is behind all of them. */
static bool table_offset(const unsigned char *p, const struct counts *c, int64_t at, long *ret, bool *ret_last)
{
    const unsigned char *types = p + c->time * 8, *infos = types + c->time;
    size_t i = 0, type;

    while (i < c->time && number(p + 8 * i, 8) <= at)
        i++;
    type = i ? types[i - 1] : 0;
    *ret_last = i == c->time;
    if (type >= c->type)
        return false;
    *ret = (long)number(infos + 6 * type, 4);
    return true;
}

/* The rule in the footer, for what is behind the last transition; there need not be one. */
static bool footer_offset(const unsigned char *p, size_t n, int64_t at, long *ret)
{
    const unsigned char *end = n && *p == '\n' ? memchr(p + 1, '\n', n - 1) : NULL;
    size_t len = end ? (size_t)(end - p - 1) : 0;
    char rule[128];

    if (!end || len >= sizeof rule || memchr(p + 1, 0, len))
        return false;
    memcpy(rule, p + 1, len);
    rule[len] = 0;
    return !len || rule_offset(rule, at, ret);
}

bool zone_offset_of(const char *bytes, size_t n, instant at, int *ret)
{
    const unsigned char *p = (const unsigned char *)bytes;
    int64_t seconds = at / 1000 - (at % 1000 < 0);
    struct counts c;
    size_t size;
    long east;
    bool last;

    seconds = seconds < FIRST ? FIRST : seconds > LAST ? LAST : seconds;
    if (!read_header(p, n, &c) || p[4] < '2' || n - 44 < block(&c, 4))
        return false;
    size = 44 + block(&c, 4); /* the first part has 32 bits only */
    p += size, n -= size;
    if (!read_header(p, n, &c) || n - 44 < block(&c, 8) || !table_offset(p + 44, &c, seconds, &east, &last))
        return false;
    size = 44 + block(&c, 8);
    if (last && !footer_offset(p + size, n - size, seconds, &east))
        return false;
    *ret = (int)(east / 60);
    return east > -86400 && east < 86400;
}

/* --- names ------------------------------------------------------------------------------------------------------------- */

/* "+02:00", "-0330", "+2" */
static bool fixed(const char *s, int *ret)
{
    size_t digits = *s == '+' || *s == '-' ? strspn(s + 1, "0123456789") : 0;
    char text[3] = {0};
    const char *rest;
    long long hours, minutes = 0;

    if (!digits)
        return false;
    memcpy(text, s + 1, digits > 1 ? 2 : 1);
    rest = s + 1 + strlen(text);
    rest += *rest == ':';
    if (!text_number(text, &hours) || (*rest && (strlen(rest) != 2 || !text_number(rest, &minutes))))
        return false;
    *ret = (int)(hours * 60 + minutes) * (*s == '-' ? -1 : 1);
    return hours < 15 && minutes >= 0 && minutes < 60;
}

static bool is_zone_name(const char *s)
{
    return *s && *s != '/' && *s != '.' && strlen(s) < 64 && !strstr(s, "..") &&
           strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/") == strlen(s);
}

bool zone_offset(const char *zone, instant at, int *ret, struct err *e)
{
    char path[128] = DATABASE "/";
    struct buf file;
    bool ok;

    *ret = 0;
    if (!zone || text_eq(zone, "UTC") || text_eq(zone, "Z") || fixed(zone, ret))
        return true;
    if (!is_zone_name(zone))
        return err_set(e, ERR_INPUT, "zone '%.60s' is neither as Europe/Berlin nor as +02:00", zone);
    memcpy(path + sizeof DATABASE, zone, strlen(zone) + 1);
    buf_init(&file, LARGEST);
    ok = os_file_read(path, &file, e);
    if (!ok)
        err_set(e, ERR_INPUT, os_file_exists(DATABASE "/UTC") ? "zone '%.60s' is not in the time zone database (" DATABASE ")"
                                                              : "zone '%.60s': there is no time zone database (" DATABASE "): install tzdata", zone);
    else if (!zone_offset_of(buf_str(&file), file.len, at, ret))
        ok = err_set(e, ERR_INPUT, "zone '%.60s': %s is no time zone file", zone, path);
    buf_free(&file);
    return ok;
}
