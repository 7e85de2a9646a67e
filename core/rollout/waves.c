#include "core/rollout/waves.h"

static bool is_in(const struct strs *names, const struct wave_name *k)
{
    for (size_t i = 0; i < names->n; i++) {
        const char *x = names->v[i];

        if (*x == '@' ? text_in(k->groups, x + 1) : text_glob(x, k->name))
            return true;
    }
    return false;
}

uint16_t waves_window(const struct rollout *r, const struct strs *groups)
{
    uint16_t found = SCHEDULE_ALWAYS;

    for (size_t i = 0; i < r->windows.n; i++) {
        if (!r->windows.v[i].groups.n && found == SCHEDULE_ALWAYS)
            found = (uint16_t)i;
        for (size_t j = 0; j < r->windows.v[i].groups.n; j++)
            if (text_in(groups, r->windows.v[i].groups.v[j]))
                return (uint16_t)i;
    }
    return found;
}

/* So many of those that no wave has yet, spread over them. */
static void take(struct member *members, size_t n, uint16_t rest, uint16_t wave, size_t want)
{
    size_t free_ones = 0, seen = 0;

    for (size_t i = 0; i < n; i++)
        free_ones += members[i].wave == rest;
    want = want > free_ones ? free_ones : want;
    for (size_t i = 0, taken = 0; i < n && taken < want; i++)
        if (members[i].wave == rest && seen++ * want / free_ones >= taken) {
            members[i].wave = wave;
            taken++;
        }
}

void waves_assign(const struct rollout *r, struct member *members, size_t n, struct wave_name (*name_of)(const void *arg, size_t i),
                  const void *arg)
{
    uint16_t waves = (uint16_t)r->waves.n;
    size_t rest = 0;

    for (size_t i = 0; i < n; i++) {
        struct wave_name k = name_of(arg, i);
        uint16_t w = 0;

        while (w < waves && !is_in(&r->waves.v[w].hosts, &k))
            w++;
        members[i].wave = w;
        rest += w == waves;
    }
    for (uint16_t w = 0; w < waves; w++) {
        const struct wave *x = &r->waves.v[w];

        if (!x->hosts.n)
            take(members, n, waves, w, x->count ? (size_t)x->count : rest * (size_t)x->percent / 100);
    }
}
