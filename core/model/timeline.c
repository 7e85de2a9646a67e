#include "core/model/timeline.h"

#include <string.h>

const char *const white_label_names[] = {"unstated", "included", "excluded", NULL};

static bool check_measure(void *obj, const struct place *at, struct err *e);

static const struct field persona_fields[] = {
    FIELD(persona, STR, id, "as in --as", .flags = FIELD_REQUIRED | FIELD_ID),
    FIELD(persona, STR, label, "for people", .flags = FIELD_REQUIRED),
    FIELD(persona, STRS, tags, "groups that measures apply to", .flags = FIELD_REQUIRED),
    FIELD_END,
};
static const struct schema persona_schema = {"persona", NULL, "who an owner may be", sizeof(struct persona),
                                             persona_fields, NULL};

static const struct field measure_fields[] = {
    FIELD(measure, STR, id, "its id", .flags = FIELD_REQUIRED | FIELD_ID),
    FIELD(measure, STR, jurisdiction, "whose measure", .flags = FIELD_REQUIRED),
    FIELD(measure, STRS, applies_to, "groups it binds or addresses", .flags = FIELD_REQUIRED),
    FIELD(measure, STR, what, "what it says", .flags = FIELD_REQUIRED),
    FIELD(measure, STR, effective_text, "instant with the offset of the source", .flags = FIELD_REQUIRED),
    FIELD(measure, STR, precision, "day or minute"),
    FIELD(measure, STR, binding, "law, directive, warning, guidance ...", .flags = FIELD_REQUIRED),
    FIELD(measure, STRS, forbids, "use, new-agreements, updates, cloud, resale, integration, payments, supply"),
    FIELD(measure, BOOL, cutoff, "updates end here"),
    FIELD(measure, ENUM, white_label, "does it count other vendors' products with this engine?",
          .names = white_label_names),
    FIELD(measure, STR, white_label_text, "in the source's words"),
    FIELD(measure, STR, consequence_after, "what follows"),
    FIELD(measure, STR, source, "where the fact comes from", .flags = FIELD_REQUIRED),
    FIELD(measure, STR, confidence, "how sure the source is", .flags = FIELD_REQUIRED),
    FIELD(measure, STR, note, "what to know when reading it"),
    FIELD_END,
};
static const struct schema measure_schema = {"measure", NULL, "a measure of a state", sizeof(struct measure),
                                             measure_fields, check_measure};

static const struct field timeline_fields[] = {
    FIELD(timeline, STR, vendor, "against whom", .flags = FIELD_REQUIRED | FIELD_ID),
    FIELD(timeline, OBJS, personas, "who an owner may be", .sub = &persona_schema, .flags = FIELD_REQUIRED),
    FIELD(timeline, OBJS, measures, "the measures", .sub = &measure_schema, .flags = FIELD_REQUIRED),
    FIELD_END,
};
const struct schema timeline_schema = {"timeline", "avswap.timeline/1", "measures against one vendor",
                                       sizeof(struct timeline), timeline_fields, NULL};

static bool check_measure(void *obj, const struct place *at, struct err *e)
{
    struct measure *m = obj;

    if (!instant_parse(m->effective_text, &m->effective))
        return place_error(e, at, "effective_text '%.40s' is not an instant", m->effective_text);
    return true;
}

const struct persona *timeline_persona(const struct timeline *t, const char *id)
{
    if (!id)
        id = "business";
    for (size_t i = 0; i < t->personas.n; i++)
        if (strcmp(t->personas.v[i].id, id) == 0)
            return &t->personas.v[i];
    return NULL;
}

static bool jurisdiction_covers(const char *asked, const char *of)
{
    size_t n = strlen(asked);

    return strncmp(asked, of, n) == 0 && (of[n] == '\0' || of[n] == '-');
}

bool timeline_applies(const struct timeline *t, const struct measure *m, const struct owner *o)
{
    const struct persona *p = timeline_persona(t, o->as);
    bool here = o->jurisdictions.n == 0;

    for (size_t i = 0; i < o->jurisdictions.n; i++)
        here = here || jurisdiction_covers(o->jurisdictions.v[i], m->jurisdiction);
    if (!here || !p)
        return false;
    for (size_t i = 0; i < m->applies_to.n; i++)
        if (text_in(&p->tags, m->applies_to.v[i]))
            return true;
    return false;
}

/* The earliest measure in force of the weight asked for: one that forbids `what`; NULL: anything; "": nothing. */
static const struct measure *earliest(const struct timeline *t, const struct owner *o, bool white, const char *what,
                                      instant now)
{
    const struct measure *found = NULL;

    for (size_t i = 0; i < t->measures.n; i++) {
        const struct measure *m = &t->measures.v[i];
        bool weighs = what && *what ? text_in(&m->forbids, what) : (m->forbids.n > 0) == !what;

        if (m->effective > now || !weighs || !timeline_applies(t, m, o) || strcmp(m->binding, "vendor-event") == 0)
            continue;
        if (white && m->white_label != WHITE_LABEL_INCLUDED)
            continue;
        if (!found || m->effective < found->effective)
            found = m;
    }
    return found;
}

const struct measure *timeline_forbids(const struct timeline *t, const struct owner *o, const char *what, instant now)
{
    return earliest(t, o, false, what, now);
}

const struct measure *timeline_in_force(const struct timeline *t, const struct owner *o, bool white, instant now)
{
    const struct measure *m = earliest(t, o, white, "use", now);

    if (!m)
        m = earliest(t, o, white, NULL, now);
    return m ? m : earliest(t, o, white, "", now);
}

instant timeline_cutoff(const struct timeline *t, const struct owner *o)
{
    instant first = INSTANT_NONE;

    for (size_t i = 0; i < t->measures.n; i++) {
        const struct measure *m = &t->measures.v[i];

        if (m->cutoff && timeline_applies(t, m, o) && (first == INSTANT_NONE || m->effective < first))
            first = m->effective;
    }
    return first;
}
