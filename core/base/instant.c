#include "core/base/instant.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Days since 1970-01-01 of a proleptic Gregorian date, and back: H. Hinnant, "chrono-compatible low-level date
 * algorithms", days_from_civil and civil_from_days. */
static int64_t days_from_civil(int64_t y, unsigned m, unsigned d)
{
    int64_t era;
    unsigned yoe, doy, doe;

    y -= m <= 2;
    era = (y >= 0 ? y : y - 399) / 400;
    yoe = (unsigned)(y - era * 400);
    doy = (153 * (m + (m > 2 ? -3u : 9u)) + 2) / 5 + d - 1;
    doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + (int64_t)doe - 719468;
}

static void civil_from_days(int64_t z, int64_t *y, unsigned *m, unsigned *d)
{
    int64_t era;
    unsigned doe, yoe, doy, mp;

    z += 719468;
    era = (z >= 0 ? z : z - 146096) / 146097;
    doe = (unsigned)(z - era * 146097);
    yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    mp = (5 * doy + 2) / 153;
    *d = doy - (153 * mp + 2) / 5 + 1;
    *m = mp < 10 ? mp + 3 : mp - 9;
    *y = (int64_t)yoe + era * 400 + (*m <= 2);
}

static bool digits(const char **s, int n, unsigned *ret)
{
    *ret = 0;
    for (int i = 0; i < n; i++, (*s)++) {
        if (**s < '0' || **s > '9')
            return false;
        *ret = *ret * 10 + (unsigned)(**s - '0');
    }
    return true;
}

static bool expect(const char **s, char c)
{
    if (**s != c)
        return false;
    (*s)++;
    return true;
}

static unsigned month_days(unsigned y, unsigned m)
{
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    if (m == 2 && (y % 4 == 0 && (y % 100 != 0 || y % 400 == 0)))
        return 29;
    return days[m - 1];
}

static bool parse_offset(const char **s, int64_t *ms)
{
    unsigned h, m;
    int sign;

    if (expect(s, 'Z') || **s == '\0') /* products tell times without an offset: taken as UTC */
        return true;
    if (**s != '+' && **s != '-')
        return false;
    sign = **s == '-' ? -1 : 1;
    (*s)++;
    if (!digits(s, 2, &h) || !expect(s, ':') || !digits(s, 2, &m) || h > 15 || m > 59)
        return false;
    *ms = sign * (int64_t)(h * 60 + m) * 60000;
    return true;
}

static bool parse_clock(const char **s, int64_t *ms)
{
    unsigned h, m, sec, frac = 0;

    if (!digits(s, 2, &h) || !expect(s, ':') || !digits(s, 2, &m) || !expect(s, ':') || !digits(s, 2, &sec))
        return false;
    if (h > 23 || m > 59 || sec > 59)
        return false;
    if (expect(s, '.') && !digits(s, 3, &frac))
        return false;
    while (**s >= '0' && **s <= '9') /* finer than milliseconds */
        (*s)++;
    *ms = ((int64_t)h * 3600 + m * 60 + sec) * 1000 + frac;
    return true;
}

static bool parse_date(const char **s, int64_t *days)
{
    unsigned y, m, d;

    if (!digits(s, 4, &y) || !expect(s, '-') || !digits(s, 2, &m) || !expect(s, '-') || !digits(s, 2, &d))
        return false;
    if (m < 1 || m > 12 || d < 1 || d > month_days(y, m))
        return false;
    *days = days_from_civil(y, m, d);
    return true;
}

bool instant_parse(const char *s, instant *ret)
{
    int64_t days, clock = 0, offset = 0;
    instant t;

    if (!parse_date(&s, &days))
        return false;
    if (*s) {
        if (!expect(&s, 'T') && !expect(&s, ' '))
            return false;
        if (!parse_clock(&s, &clock) || !parse_offset(&s, &offset) || *s)
            return false;
    }
    t = days * INSTANT_DAY + clock - offset;
    /* An offset may lead out of the years that have a text of ours. */
    if (t < days_from_civil(0, 1, 1) * INSTANT_DAY || t >= days_from_civil(10000, 1, 1) * INSTANT_DAY)
        return false;
    *ret = t;
    return true;
}

int64_t instant_days(instant t, int offset_minutes, int64_t *ret_rest)
{
    int64_t days, rest;
    instant local;

    if (__builtin_add_overflow(t, (int64_t)offset_minutes * 60000, &local))
        local = t;
    days = local / INSTANT_DAY;
    rest = local % INSTANT_DAY;
    if (rest < 0) {
        rest += INSTANT_DAY;
        days--;
    }
    if (ret_rest)
        *ret_rest = rest;
    return days;
}

int instant_weekday(int64_t days)
{
    return (int)(((days + 3) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */
}

const char *instant_format(instant t, char *buf)
{
    int64_t days, rest, y;
    unsigned m, d, ms, s;
    int n;

    if (t == INSTANT_NONE) {
        buf[0] = '\0';
        return buf;
    }
    days = instant_days(t, 0, &rest);
    civil_from_days(days, &y, &m, &d);
    ms = (unsigned)(rest % 1000);
    s = (unsigned)(rest / 1000);
    n = snprintf(buf, INSTANT_TEXT, "%04d-%02u-%02uT%02u:%02u:%02u", (int)y, m, d, s / 3600, s / 60 % 60, s % 60);
    if (ms)
        snprintf(buf + n, INSTANT_TEXT - (size_t)n, ".%03uZ", ms);
    else
        snprintf(buf + n, INSTANT_TEXT - (size_t)n, "Z");
    return buf;
}

const char *instant_date(instant t, int offset_minutes, char *buf)
{
    int64_t y;
    unsigned m, d;

    if (t == INSTANT_NONE) {
        buf[0] = '\0';
        return buf;
    }
    civil_from_days(instant_days(t, offset_minutes, NULL), &y, &m, &d);
    snprintf(buf, INSTANT_TEXT, "%04d-%02u-%02u", (int)y, m, d);
    return buf;
}

const char *instant_span(int64_t ms, char *buf)
{
    long long s = ms / 1000;

    if (ms < 120000)
        snprintf(buf, INSTANT_TEXT, "%lld.%lld s", s, (long long)(ms % 1000) / 100);
    else if (s < 7200)
        snprintf(buf, INSTANT_TEXT, "%lld min %02lld s", s / 60, s % 60);
    else
        snprintf(buf, INSTANT_TEXT, "%lld h %02lld min", s / 3600, s / 60 % 60);
    return buf;
}
