/*
 * instant.h - points in time as milliseconds since 1970-01-01T00:00:00Z, and their ISO 8601 text.
 *
 * In files an instant is UTC ("2026-11-22T10:00:00Z", with ".123" when there are milliseconds). Reading takes any
 * offset, as laws are dated in local time ("2024-07-20T00:00:00-04:00"), a time without offset as UTC, and a bare date
 * as 00:00:00Z.
 */
#ifndef AVSWAP_CORE_BASE_INSTANT_H
#define AVSWAP_CORE_BASE_INSTANT_H

#include "core/base/mem.h"

typedef int64_t instant; /* milliseconds; INSTANT_NONE where there is none */
#define INSTANT_NONE INT64_MIN
#define INSTANT_DAY (86400ll * 1000)
#define INSTANT_TEXT 32

bool instant_parse(const char *s, instant *ret) MUST_CHECK;
/* Writes into buf of at least INSTANT_TEXT bytes and returns it; "" for INSTANT_NONE, as instant_date(). */
const char *instant_format(instant t, char *buf);
/* Days since 1970-01-01 of the instant seen at an offset of so many minutes east of UTC, and milliseconds into that day
 * (ret_rest may be NULL). */
int64_t instant_days(instant t, int offset_minutes, int64_t *ret_rest);
/* 0 is Monday. */
int instant_weekday(int64_t days);
/* "YYYY-MM-DD" of the instant seen at an offset of so many minutes east of UTC. */
const char *instant_date(instant t, int offset_minutes, char *buf);
/* Seconds of milliseconds as people read them: "0.4 s", "12.3 s", "4 min 05 s", "2 h 03 min". */
const char *instant_span(int64_t ms, char *buf);

#endif
