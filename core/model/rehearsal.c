#include "core/model/rehearsal.h"

#include "core/model/rollout.h"

/* As in a rollout's windows: the switched-on hours are one. */
static bool check_kind(void *obj, const struct place *at, struct err *e)
{
    struct scenario_kind *k = obj;

    if (!k->from != !k->to)
        return place_error(e, at, "'from' and 'to' come together");
    if (k->from) {
        k->on_from = window_minutes(k->from);
        k->on_to = window_minutes(k->to);
        if (k->on_from < 0 || k->on_to <= k->on_from)
            return place_error(e, at, "'%.20s' to '%.20s' are no hours of one day such as 08:00 to 17:30", k->from, k->to);
    }
    if (k->run_max_s < k->run_min_s)
        return place_error(e, at, "run_max_s is less than run_min_s");
    return k->refused_permille + k->failed_permille + k->unprotected_permille + k->doubt_permille <= 1000 ||
           place_error(e, at, "more than every PC of '%.60s' would end badly", k->name);
}

#define PERMILLE(member, text) FIELD(scenario_kind, INT, member, text, .max = 1000)

static const struct field kind_fields[] = {
    FIELD(scenario_kind, STR, name, "what they are called", .flags = FIELD_REQUIRED),
    FIELD(scenario_kind, INT, count, "how many", .flags = FIELD_REQUIRED, .min = 1, .max = 10000000),
    FIELD(scenario_kind, STR, site, "where they are; without it nothing limits them"),
    FIELD(scenario_kind, STRS, groups, "groups they are in, for waves and windows"),
    FIELD(scenario_kind, INT, utc_offset_min, "their time, minutes east of UTC", .min = -840, .max = 840),
    FIELD(scenario_kind, STR, from, "when they are switched on, in their own time, as 08:00 (default: always)"),
    FIELD(scenario_kind, STR, to, "when they are switched off"),
    FIELD(scenario_kind, INT, on_percent, "of a hundred days, on how many each is there", .min = 1, .max = 100, .def = 100),
    FIELD(scenario_kind, BOOL, weekdays, "they are not there on Saturdays and Sundays"),
    FIELD(scenario_kind, INT, run_min_s, "how long a run takes at least", .min = 1, .max = 86400, .def = 300),
    FIELD(scenario_kind, INT, run_max_s, "and at most", .min = 1, .max = 86400, .def = 900),
    FIELD(scenario_kind, INT, reboots, "reboots of a run", .max = 10),
    FIELD(scenario_kind, INT, push_mb, "what is sent to each: worker, plan, installers", .max = 100000, .def = 2),
    PERMILLE(refused_permille, "of a thousand, how many refuse before anything is changed"),
    PERMILLE(failed_permille, "how many fail and are rolled back"),
    PERMILLE(unprotected_permille, "how many end unprotected"),
    PERMILLE(doubt_permille, "how many end in doubt"),
    PERMILLE(drop_permille, "of a thousand visits, how many break off"),
    FIELD(scenario_kind, INT, gap_max_s, "seconds unprotected while the engines change, at most", .max = 86400, .def = 5),
    FIELD(scenario_kind, INT, days_without_updates, "who has gone longest without updates comes first", .max = 100000),
    FIELD(scenario_kind, STR, licence, "whose seats they take"),
    FIELD_END,
};
static const struct schema kind_schema = {"kind", NULL, "PCs that are alike", sizeof(struct scenario_kind), kind_fields, check_kind};

static const struct field scenario_site_fields[] = {
    FIELD(scenario_site, STR, site, "the site", .flags = FIELD_REQUIRED),
    FIELD(scenario_site, INT, mbit, "what its line carries, in Mbit/s", .min = 1, .max = 1000000, .def = 1000),
    FIELD(scenario_site, INT, at_once, "sessions to it at the same time (0: no limit)", .max = 10000),
    FIELD_END,
};
static const struct schema scenario_site_schema = {"site", NULL, "a site and its line", sizeof(struct scenario_site),
                                                   scenario_site_fields, NULL};

static const struct field scenario_licence_fields[] = {
    FIELD(scenario_licence, STR, licence, "the licence", .flags = FIELD_REQUIRED),
    FIELD(scenario_licence, INT, seats, "its seats", .flags = FIELD_REQUIRED, .max = 100000000),
    FIELD_END,
};
static const struct schema scenario_licence_schema = {"licence", NULL, "a licence and its seats", sizeof(struct scenario_licence),
                                                      scenario_licence_fields, NULL};

static bool check_scenario(void *obj, const struct place *at, struct err *e)
{
    const struct scenario *s = obj;
    long long n = 0;

    for (size_t i = 0; i < s->kinds.n; i++)
        n += s->kinds.v[i].count;
    if (!n || n > 10000000)
        return place_error(e, at, "a rehearsal has between 1 and 10000000 PCs, not %lld", n);
    return true;
}

static const struct field scenario_fields[] = {
    FIELD(scenario, OBJS, kinds, "what the fleet consists of", .sub = &kind_schema, .flags = FIELD_REQUIRED),
    FIELD(scenario, OBJS, sites, "sites and their lines", .sub = &scenario_site_schema),
    FIELD(scenario, OBJS, licences, "licences and their seats", .sub = &scenario_licence_schema),
    FIELD(scenario, INSTANT, begins, "when the rollout begins", .flags = FIELD_REQUIRED),
    FIELD(scenario, INSTANT, deadline, "when it has to be through"),
    FIELD(scenario, INT, days, "for how many days it is looked at", .min = 1, .max = 3650, .def = 90),
    FIELD(scenario, INT, seed, "of the chances; the same seed gives the same forecast", .def = 1, .max = 1000000000),
    FIELD_END,
};
const struct schema scenario_schema = {"scenario", "avswap.scenario/1", "a fleet that is made up, to rehearse a rollout with",
                                       sizeof(struct scenario), scenario_fields, check_scenario};

static const struct field count_fields[] = {
    FIELD(forecast_count, STR, state, "the state", .flags = FIELD_REQUIRED),
    FIELD(forecast_count, INT, hosts, "PCs in it at the end", .flags = FIELD_REQUIRED),
    FIELD_END,
};
static const struct schema count_schema = {"count", NULL, "PCs in one state", sizeof(struct forecast_count), count_fields, NULL};

static const struct field wave_fields[] = {
    FIELD(forecast_wave, STR, name, "its name", .flags = FIELD_REQUIRED),
    FIELD(forecast_wave, INT, hosts, "its PCs", .flags = FIELD_REQUIRED),
    FIELD(forecast_wave, INT, begun, "of which so many were begun", .flags = FIELD_REQUIRED),
    FIELD(forecast_wave, INT, failures, "and so many failed", .flags = FIELD_REQUIRED),
    FIELD(forecast_wave, INT, budget, "of so many that may", .flags = FIELD_REQUIRED),
    FIELD(forecast_wave, STR, phase, "where it stands at the end", .flags = FIELD_REQUIRED),
    FIELD(forecast_wave, INSTANT, opened, "when it opened"),
    FIELD(forecast_wave, INSTANT, ended, "when it was over"),
    FIELD_END,
};
static const struct schema wave_schema = {"wave", NULL, "one wave", sizeof(struct forecast_wave), wave_fields, NULL};

static const struct field part_fields[] = {
    FIELD(forecast_part, INT, percent, "so many of a hundred PCs", .flags = FIELD_REQUIRED),
    FIELD(forecast_part, INSTANT, at, "were done by then", .flags = FIELD_REQUIRED),
    FIELD_END,
};
static const struct schema part_schema = {"part", NULL, "a part of the fleet", sizeof(struct forecast_part), part_fields, NULL};

static const struct field limit_fields[] = {
    FIELD(forecast_limit, STR, what, "what kept the next PC from being started", .flags = FIELD_REQUIRED),
    FIELD(forecast_limit, INT, hours, "for so many hours", .flags = FIELD_REQUIRED),
    FIELD_END,
};
static const struct schema limit_schema = {"limit", NULL, "a limit of the pace", sizeof(struct forecast_limit), limit_fields, NULL};

static const struct field licence_fields[] = {
    FIELD(forecast_licence, STR, licence, "the licence", .flags = FIELD_REQUIRED),
    FIELD(forecast_licence, INT, seats, "its seats", .flags = FIELD_REQUIRED),
    FIELD(forecast_licence, INT, needed, "seats that were asked for", .flags = FIELD_REQUIRED),
    FIELD(forecast_licence, INSTANT, run_out, "when there were none left"),
    FIELD_END,
};
static const struct schema licence_schema = {"licence", NULL, "a licence", sizeof(struct forecast_licence), licence_fields, NULL};

static const struct field forecast_fields[] = {
    FIELD(forecast, INT, hosts, "PCs", .flags = FIELD_REQUIRED),
    FIELD(forecast, INT, seed, "of the chances", .flags = FIELD_REQUIRED),
    FIELD(forecast, INSTANT, begins, "when the rollout begins", .flags = FIELD_REQUIRED),
    FIELD(forecast, INSTANT, ended, "when nothing was left to do; missing: not within the days looked at"),
    FIELD(forecast, INSTANT, deadline, "when it had to be through"),
    FIELD(forecast, INT, late, "PCs that were not through then", .flags = FIELD_REQUIRED),
    FIELD(forecast, INT, per_day_needed, "PCs a day that the deadline asks for", .flags = FIELD_REQUIRED),
    FIELD(forecast, INT, per_day_reached, "PCs a day that were reached until 99 of a hundred were through", .flags = FIELD_REQUIRED),
    FIELD(forecast, OBJS, states, "how it ends", .sub = &count_schema),
    FIELD(forecast, OBJS, waves, "wave by wave", .sub = &wave_schema),
    FIELD(forecast, OBJS, through, "when which part was through", .sub = &part_schema),
    FIELD(forecast, OBJS, limits, "what limits the pace", .sub = &limit_schema),
    FIELD(forecast, OBJS, licences, "seats", .sub = &licence_schema),
    FIELD(forecast, INT, gap_p50_s, "seconds unprotected: the middle PC", .flags = FIELD_REQUIRED),
    FIELD(forecast, INT, gap_p99_s, "one of a hundred has more", .flags = FIELD_REQUIRED),
    FIELD(forecast, INT, gap_max_s, "the worst, PCs that stay unprotected left out", .flags = FIELD_REQUIRED),
    FIELD(forecast, INT, visits, "sessions in all", .flags = FIELD_REQUIRED),
    FIELD_END,
};
const struct schema forecast_schema = {"rehearsal", "avswap.rehearsal/1", "what a rollout comes to if the scenario is right",
                                       sizeof(struct forecast), forecast_fields, NULL};
