/* Values as text: what they are, which is greater, and whether a condition holds of them. */
#include "core/base/version.h"
#include "core/model/judge.h"

#include <stdio.h>
#include <string.h>

/* What update times hold before the first update: nothing, or all bits set (32 of them). */
static bool never(long long n)
{
    return n == 0 || n == 0xFFFFFFFFll;
}

/* "29-09-2024 13-05-00", UTC: Kaspersky Security Center's agent. */
static bool agent_date(const char *s, instant *ret)
{
    static const char like[] = "DD-MM-YYYY hh-mm-ss";
    char own[INSTANT_TEXT];

    if (strlen(s) != sizeof like - 1)
        return false;
    for (size_t i = 0; i < sizeof like - 1; i++) {
        if (strchr("- ", like[i]) && s[i] != like[i])
            return false;
    }
    snprintf(own, sizeof own, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", s + 6, s + 3, s, s + 11, s + 14, s + 17);
    return instant_parse(own, ret);
}

/* "20240929130500.000000+120": CIM's datetime, as WMI gives it (DMTF DSP0004, 5.2.4); the offset is in minutes. */
static bool cim_date(const char *s, instant *ret)
{
    char own[INSTANT_TEXT];
    long long offset;

    if (strlen(s) != 25 || strspn(s, "0123456789") != 14 || s[14] != '.' || !strchr("+-", s[21]) ||
        strspn(s + 22, "0123456789") != 3 || !text_number(s + 22, &offset))
        return false;
    snprintf(own, sizeof own, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", s, s + 4, s + 6, s + 8, s + 10, s + 12);
    if (!instant_parse(own, ret))
        return false;
    *ret -= (s[21] == '-' ? -offset : offset) * 60000;
    return true;
}

bool cond_instant(int decode, const char *s, instant *ret)
{
    long long n;

    if (decode == DECODE_DATE)
        return instant_parse(s, ret) || agent_date(s, ret) || cim_date(s, ret);
    if (!text_number(s, &n) || n < 0 || n > INT64_MAX / 1000)
        return false;
    *ret = never(n) ? 0 : decode == DECODE_EPOCH_S ? n * 1000 : n;
    return true;
}

bool judge_order(int decode, const char *a, const char *b, int *ret)
{
    long long x, y;

    if (decode == DECODE_NUMBER) {
        if (!text_number(a, &x) || !text_number(b, &y))
            return false;
        *ret = x < y ? -1 : x > y;
    } else if (decode == DECODE_VERSION) {
        *ret = version_compare(a, b);
    } else if (decode == DECODE_TEXT) {
        *ret = strcmp(a, b);
    } else {
        instant s, t;

        if (!cond_instant(decode, a, &s) || !instant_parse(b, &t))
            return false;
        *ret = s < t ? -1 : s > t;
    }
    return true;
}

static bool holds(int op, int order, bool *ret)
{
    switch (op) {
    case OP_EQ:
        *ret = order == 0;
        return true;
    case OP_NE:
        *ret = order != 0;
        return true;
    case OP_LT:
        *ret = order < 0;
        return true;
    case OP_LE:
        *ret = order <= 0;
        return true;
    case OP_GT:
        *ret = order > 0;
        return true;
    case OP_GE:
        *ret = order >= 0;
        return true;
    default:
        return false;
    }
}

static enum tri young(const struct judge *j, const struct cond *c, int decode, const char *value)
{
    long long hours, age;
    instant t;

    if (!cond_instant(decode == DECODE_TEXT ? DECODE_DATE : decode, value, &t) || !text_number(c->value, &hours) ||
        hours < 0 || hours > 1000000) /* as a file's max_age_h */
        return TRI_UNKNOWN;
    age = j->facts->collected_at - t;
    if (age < -INSTANT_DAY) /* a clock was wrong, then or now: it may be of any age */
        return TRI_UNKNOWN;
    return age <= hours * 3600000 ? TRI_YES : TRI_NO;
}

static bool is_one_of(const struct judge *j, const struct strs *list, const char *value)
{
    for (size_t i = 0; i < list->n; i++)
        if (j->fold ? text_eq_fold(list->v[i], value) : text_eq(list->v[i], value))
            return true;
    return false;
}

enum tri judge_compare(const struct judge *j, const struct cond *c, int decode, const char *value)
{
    bool yes = false;
    int order;

    if (c->op == OP_IN)
        return is_one_of(j, &c->values, value) ? TRI_YES : TRI_NO;
    if (c->op == OP_GLOB)
        return judge_name(j, c->value, value) ? TRI_YES : TRI_NO;
    if (c->op == OP_MAX_AGE_H)
        return young(j, c, decode, value);
    if (j->fold && decode == DECODE_TEXT && text_eq_fold(value, c->value))
        value = c->value;
    if (!judge_order(decode, value, c->value, &order) || !holds(c->op, order, &yes))
        return TRI_UNKNOWN;
    return yes ? TRI_YES : TRI_NO;
}
