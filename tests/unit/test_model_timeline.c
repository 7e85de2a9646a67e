/* Whom a measure speaks to, what it forbids, when updates ended: the small timeline, then the real one. */
#include "tests/unit/fixture.h"

static struct owner owner_of(struct arena *a, const char *as, const char *jurisdictions)
{
    struct owner o = {.as = as};

    o.jurisdictions.v = ARENA_ARRAY(a, 8, const char *);
    while (*jurisdictions) {
        size_t n = strcspn(jurisdictions, " ");

        o.jurisdictions.v[o.jurisdictions.n++] = arena_strndup(a, jurisdictions, n);
        jurisdictions += n + (jurisdictions[n] == ' ');
    }
    return o;
}

static const struct row {
    const char *name;
    const char *as, *where, *now;
    const char *applies;  /* ids that speak to this owner */
    const char *use;      /* forbids use */
    const char *in_force; /* the weightiest */
    const char *white;    /* the weightiest that counts white-label products */
    const char *cutoff;
} rows[] = {
    {"business in the US", "business", "US", "2026-03-01", "us-sale us-closing us-later", NULL, "us-sale", "us-sale",
     "2024-09-29T04:00:00Z"},
    {"nobody said who: a business", NULL, "US", "2026-03-01", "us-sale us-closing us-later", NULL, "us-sale", "us-sale",
     "2024-09-29T04:00:00Z"},
    {"private person", "individual", "US", "2026-03-01", "us-sale us-closing us-later", NULL, "us-sale", "us-sale",
     "2024-09-29T04:00:00Z"},
    {"agency, US covers US-federal", "federal", "US", "2026-03-01", "us-sale us-agencies us-closing us-later",
     "us-agencies", "us-agencies", "us-agencies", "2024-09-29T04:00:00Z"},
    {"agency, federal law only", "federal", "US-federal", "2026-03-01", "us-agencies", "us-agencies", "us-agencies",
     "us-agencies", NULL},
    {"contractor: white-label products are not counted there", "contractor", "US", "2026-03-01",
     "us-sale us-contracts us-closing us-later", "us-contracts", "us-contracts", "us-sale", "2024-09-29T04:00:00Z"},
    {"Australian government", "au-government", "AU-federal", "2026-03-01", "au-direction", "au-direction",
     "au-direction", NULL, NULL},
    {"Australian government, the country covers it", "au-government", "AU", "2026-03-01", "au-direction",
     "au-direction", "au-direction", NULL, NULL},
    {"Australian government before the direction", "au-government", "AU", "2025-03-31T12:59:59.999Z", "au-direction",
     NULL, NULL, NULL, NULL},
    {"Australian government from its first second", "au-government", "AU", "2025-03-31T13:00:00Z", "au-direction",
     "au-direction", "au-direction", NULL, NULL},
    {"a warning is in force where nothing is forbidden", "business", "DE", "2026-03-01", "de-warning", NULL,
     "de-warning", NULL, NULL},
    {"a ban outweighs an older warning", "business", "DE US", "2026-03-01", "us-sale de-warning us-closing us-later",
     NULL, "us-sale", "us-sale", "2024-09-29T04:00:00Z"},
    {"all jurisdictions", "federal", "", "2026-03-01", "us-sale us-agencies de-warning us-closing us-later",
     "us-agencies", "us-agencies", "us-agencies", "2024-09-29T04:00:00Z"},
    {"before any measure", "business", "US", "2020-01-01", "us-sale us-closing us-later", NULL, NULL, NULL,
     "2024-09-29T04:00:00Z"},
    {"a vendor's own event is no measure", "business", "US", "2024-08-01", "us-sale us-closing us-later", NULL, NULL,
     NULL, "2024-09-29T04:00:00Z"},
    {"a second before the cut-off", "business", "US", "2024-09-29T03:59:59Z", "us-sale us-closing us-later", NULL, NULL,
     NULL, "2024-09-29T04:00:00Z"},
    {"the second of the cut-off", "business", "US", "2024-09-29T04:00:00Z", "us-sale us-closing us-later", NULL,
     "us-sale", "us-sale", "2024-09-29T04:00:00Z"},
    {"when the later one is in force", "business", "US", "2030-01-01", "us-sale us-closing us-later", "us-later",
     "us-later", "us-sale", "2024-09-29T04:00:00Z"},
    {"unknown persona", "king", "US", "2026-03-01", "", NULL, NULL, NULL, NULL},
    {"unknown jurisdiction", "business", "FR", "2026-03-01", "", NULL, NULL, NULL, NULL},
    {"a jurisdiction is no prefix of a name", "business", "U", "2026-03-01", "", NULL, NULL, NULL, NULL},
    {"a part does not cover the whole", "business", "US-federal", "2026-03-01", "", NULL, NULL, NULL, NULL},
};

static const char *id_of(const struct measure *m)
{
    return m ? m->id : "(none)";
}

static void expect_id(const struct measure *m, const char *id, const char *what)
{
    if (!text_eq(m ? m->id : NULL, id))
        fail_msg("%s: %s, not %s", what, id_of(m), id ? id : "(none)");
}

static void test_owner(void **state)
{
    const struct row *r = *state;
    struct arena a = ARENA_INIT;
    struct catalog c;
    const struct timeline *t;
    struct owner o = owner_of(&a, r->as, r->where);
    instant now = fixture_instant(r->now);
    char applies[256] = "", buf[INSTANT_TEXT];

    fixture_catalog(&a, NULL, &c);
    t = catalog_timeline(&c, "old");
    for (size_t i = 0; i < t->measures.n; i++) {
        if (!timeline_applies(t, &t->measures.v[i], &o))
            continue;
        snprintf(applies + strlen(applies), sizeof applies - strlen(applies), "%s%s", *applies ? " " : "",
                 t->measures.v[i].id);
    }
    assert_string_equal(applies, r->applies);
    expect_id(timeline_forbids(t, &o, "use", now), r->use, "forbids use");
    expect_id(timeline_in_force(t, &o, false, now), r->in_force, "in force");
    expect_id(timeline_in_force(t, &o, true, now), r->white, "counting white-label products");
    assert_string_equal(instant_format(timeline_cutoff(t, &o), buf), r->cutoff ? r->cutoff : "");
    catalog_free(&c);
    arena_free(&a);
}

/* Two bans of use, of which only the later one counts white-label products: it is found behind the other. */
static void test_white_behind(void **state)
{
    struct arena a = ARENA_INIT;
    struct catalog c;
    struct owner o = owner_of(&a, "federal", "US");
    const struct timeline *t;

    (void)state;
    fixture_catalog(&a,
                    EDITS({"vendors/old/timeline.json",
                           "'2018-10-01',\n            'precision': 'day',\n            'binding': 'law',\n            "
                           "'forbids': ['use'],\n            'white_label': 'included'",
                           "'2018-10-01','binding':'law','forbids':['use'],'white_label':'excluded'"},
                          {"vendors/old/timeline.json", "'applies_to': ['contractor']", "'applies_to': ['federal']"},
                          {"vendors/old/timeline.json",
                           "'2018-10-02',\n            'precision': 'day',\n            'binding': 'law',\n            "
                           "'forbids': ['use'],\n            'white_label': 'excluded'",
                           "'2025-10-02','binding':'law','forbids':['use'],'white_label':'included'"}),
                    &c);
    t = catalog_timeline(&c, "old");
    expect_id(timeline_in_force(t, &o, false, fixture_instant("2026-03-01")), "us-agencies", "in force");
    expect_id(timeline_in_force(t, &o, true, fixture_instant("2026-03-01")), "us-contracts", "white");
    catalog_free(&c);
    arena_free(&a);
}

static void test_forbids(void **state)
{
    struct arena a = ARENA_INIT;
    struct catalog c;
    struct owner o = owner_of(&a, "federal", "US");
    instant now = fixture_instant("2026-03-01");
    const struct timeline *t;

    (void)state;
    fixture_catalog(&a, NULL, &c);
    t = catalog_timeline(&c, "old");
    expect_id(timeline_forbids(t, &o, "updates", now), "us-sale", "updates");
    expect_id(timeline_forbids(t, &o, "cloud", now), NULL, "cloud");
    assert_string_equal(timeline_persona(t, NULL)->id, "business");
    assert_null(timeline_persona(t, "king"));
    catalog_free(&c);
    arena_free(&a);
}

/* The catalogue's own: what the law says about the four owners that are told apart most. */
static const struct real_row {
    const char *name, *as, *where;
    bool use; /* forbidden */
} real_rows[] = {
    {"real: a business in the US may go on using it", "business", "US", false},
    {"real: a private person may go on using it", "individual", "US", false},
    {"real: a provider may go on using it", "msp", "US", false},
    {"real: a federal agency may not", "federal", "US", true},
    {"real: a contractor may not, in what it delivers", "contractor", "US", true},
    {"real: an Australian entity may not", "au-government", "AU", true},
    {"real: a business in Germany is warned, not forbidden", "business", "DE", false},
};

static void test_real(void **state)
{
    const struct real_row *r = *state;
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    struct owner o = owner_of(&d.arena, r->as, r->where);
    struct timeline t;
    size_t len;
    char *text = fixture_file(&d.arena, "vendors/kaspersky/timeline.json", &len), buf[INSTANT_TEXT];

    if (!doc_read(&d, &timeline_schema, "timeline.json", text, len, &t, &e))
        fail_msg("%s", e.text);
    assert_int_equal(timeline_forbids(&t, &o, "use", fixture_instant("2026-03-01")) != NULL, r->use);
    assert_non_null(timeline_in_force(&t, &o, false, fixture_instant("2026-03-01")));
    if (strcmp(r->where, "US") == 0) /* 00:00 Eastern, daylight time */
        assert_string_equal(instant_format(timeline_cutoff(&t, &o), buf), "2024-09-29T04:00:00Z");
    doc_free(&d);
}

int main(void)
{
    ADD_ROWS(rows, test_owner);
    ADD_ROWS(real_rows, test_real);
    ADD(test_white_behind);
    ADD(test_forbids);
    return fixture_run("model/timeline");
}
