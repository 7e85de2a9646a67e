/* The strict reader and the writer, on a document of the test's own. */
#include "tests/unit/fixture.h"
#include "core/base/limits.h"

struct part {
    const char *id;
    long long size;
};

struct thing {
    const char *title;
    long long count;
    bool on;
    int colour;
    instant when;
    struct strs words;
    struct strs ids;
    struct part *one;
    LIST(struct part) many;
    const json_t *raw;
    const json_t *map;
    long long derived;
};

static const char *const colours[] = {"none", "red", "green", NULL};

static bool check_part(void *obj, const struct place *at, struct err *e)
{
    const struct part *p = obj;

    return p->size != 13 || place_error(e, at, "thirteen is not wanted");
}

static const struct field part_fields[] = {
    FIELD(part, STR, id, "id", .flags = FIELD_REQUIRED | FIELD_ID),
    FIELD(part, INT, size, "size", .min = 1, .max = 100, .def = 7),
    FIELD_END,
};
static const struct schema part_schema = {"part", NULL, "a part", sizeof(struct part), part_fields, check_part};

static const struct field thing_fields[] = {
    FIELD(thing, STR, title, "title", .flags = FIELD_REQUIRED),
    FIELD(thing, INT, count, "count"),
    FIELD(thing, BOOL, on, "on"),
    FIELD(thing, ENUM, colour, "colour", .names = colours),
    FIELD(thing, INSTANT, when, "when"),
    FIELD(thing, STRS, words, "words"),
    FIELD(thing, STRS, ids, "ids", .flags = FIELD_ID),
    FIELD(thing, OBJ, one, "one", .sub = &part_schema),
    FIELD(thing, OBJS, many, "many", .sub = &part_schema),
    FIELD(thing, JSON, raw, "raw"),
    FIELD(thing, MAP, map, "map"),
    FIELD_END,
};
static const struct schema thing_schema = {"thing", "avswap.thing/1", "a thing", sizeof(struct thing), thing_fields,
                                           NULL};

/* What is refused, and how the message says where. */
static const struct bad_row {
    const char *name;
    const char *members; /* of the document */
    const char *error;
} bad_rows[] = {
    {"unknown key with a suggestion", "'titel':'x','title':'y'",
     "file.json: unknown key 'titel' (did you mean 'title'?)"},
    {"unknown key without one", "'title':'y','banana':1", "file.json: unknown key 'banana' in a thing"},
    {"hostile unknown key", "'title':'y','\\u001b[2J\\u202e':1", "unknown key '\\x1b[2J\\u{202e}'"},
    {"missing key", "'count':1", "file.json: the key 'title' is missing"},
    {"missing key of a part", "'title':'x','one':{}", "file.json: one: the key 'id' is missing"},
    {"string wanted", "'title':1", "file.json: title: expected a string, found an integer"},
    {"null is no string", "'title':null", "expected a string, found null"},
    {"integer wanted", "'title':'x','count':'1'", "count: expected an integer, found a string"},
    {"a real is no integer", "'title':'x','count':1.0", "expected an integer, found a number"},
    {"boolean wanted", "'title':'x','on':0", "on: expected true or false, found an integer"},
    {"unknown value", "'title':'x','colour':'gren'",
     "colour: 'gren' is not one of the known values (did you mean 'green'?)"},
    {"value far from all", "'title':'x','colour':'mauve'", "'mauve' is not one of the known values"},
    {"value of a wrong type", "'title':'x','colour':2", "colour: expected a string"},
    {"no instant", "'title':'x','when':'tomorrow'", "when: 'tomorrow' is not an instant such as"},
    {"list wanted", "'title':'x','words':'a'", "words: expected an array, found a string"},
    {"text in a list", "'title':'x','words':['a',2]", "words[1]: expected a string, found an integer"},
    {"bad id in a list", "'title':'x','ids':['ok','../etc']", "ids[1]: an id has only"},
    {"id with a dot first", "'title':'x','one':{'id':'.x'}", "one.id: an id has only"},
    {"id with a dash first", "'title':'x','one':{'id':'-x'}", "an id has only"},
    {"empty id", "'title':'x','one':{'id':''}", "an id has only"},
    {"id with capitals", "'title':'x','one':{'id':'Abc'}", "an id has only"},
    {"below the range", "'title':'x','many':[{'id':'a','size':0}]", "many[0].size: 0 is outside 1 to 100"},
    {"above the range", "'title':'x','many':[{'id':'a'},{'id':'b','size':101}]",
     "many[1].size: 101 is outside 1 to 100"},
    {"a check of its own", "'title':'x','many':[{'id':'a','size':13}]", "many[0]: thirteen is not wanted"},
    {"object wanted", "'title':'x','one':[]", "one: expected an object (part), found an array"},
    {"objects wanted", "'title':'x','many':[1]", "many[0]: expected an object (part), found an integer"},
    {"unknown key in a part", "'title':'x','many':[{'id':'a','sise':1}]",
     "many[0]: unknown key 'sise' (did you mean 'size'?)"},
    {"map wanted", "'title':'x','map':'a'", "map: expected an object, found a string"},
    {"texts in a map", "'title':'x','map':{'a':'b','c':1}", "map.c: expected a string"},
    {"duplicate key", "'title':'x','title':'y'", "file.json:1:|duplicate"},
    {"duplicate key inside", "'title':'x','raw':{'a':1,'a':2}", "file.json:1:|duplicate"},
};

static void test_bad(void **state)
{
    const struct bad_row *r = *state;
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    struct thing t;
    char *text = fixture_document(&d.arena, &thing_schema, r->members);

    assert_false(doc_read(&d, &thing_schema, "file.json", text, strlen(text), &t, &e));
    expect_err(&e, ERR_INPUT, r->error);
    doc_free(&d);
}

/* Texts that are no such document at all. */
static const struct raw_row {
    const char *name;
    const char *text;
    size_t len; /* 0: strlen */
    const char *error;
} raw_rows[] = {
    {"empty", "", 0, "file.json:1:"},
    {"no JSON", "hello", 0, "file.json:1:"},
    {"cut short", "{\"schema\":\"avswap.thing/1\",\"title\":\"x", 0, "file.json:1:"},
    {"something behind", "{\"schema\":\"avswap.thing/1\",\"title\":\"x\"} x", 0, "file.json:1:"},
    {"a list", "[1]", 0, "no key 'schema'"},
    {"no schema", "{\"title\":\"x\"}", 0, "no key 'schema' (expected 'avswap.thing/1')"},
    {"another schema", "{\"schema\":\"avswap.plan/1\"}", 0, "its schema is 'avswap.plan/1', expected 'avswap.thing/1'"},
    {"schema of a wrong type", "{\"schema\":1}", 0, "no key 'schema'"},
    {"no UTF-8", "{\"schema\":\"avswap.thing/1\",\"title\":\"\xFF\"}", 0, "file.json:1:"},
    {"NUL in a text", "{\"schema\":\"avswap.thing/1\",\"title\":\"a\\u0000b\"}", 0, "file.json:1:"},
    {"NUL in a key", "{\"schema\":\"avswap.thing/1\",\"ti\\u0000\":\"a\"}", 0, "file.json:1:"},
    {"NUL in the file", "{\"schema\":\0\"avswap.thing/1\"}", 27, "file.json:1:"},
    {"number out of range", "{\"schema\":\"avswap.thing/1\",\"title\":\"x\",\"count\":99999999999999999999}", 0,
     "file.json:1:"},
    {"comment", "{\"schema\":\"avswap.thing/1\",/* x */\"title\":\"x\"}", 0, "file.json:1:"},
    {"line is told", "{\n\n  \"schema\" \"x\"}", 0, "file.json:3:"},
};

static void test_raw(void **state)
{
    const struct raw_row *r = *state;
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    struct thing t;

    assert_false(doc_read(&d, &thing_schema, "file.json", r->text, r->len ? r->len : strlen(r->text), &t, &e));
    expect_err(&e, ERR_INPUT, r->error);
    doc_free(&d);
}

static char *repeated(struct arena *a, const char *before, const char *part, size_t n, const char *after)
{
    size_t k = strlen(part);
    char *s = arena_alloc(a, strlen(before) + n * k + strlen(after) + 1), *p = s;

    assert_non_null(s);
    memcpy(p, before, strlen(before));
    p += strlen(before);
    for (size_t i = 0; i < n; i++, p += k)
        memcpy(p, part, k);
    memcpy(p, after, strlen(after));
    return s;
}

static const struct size_row {
    const char *name;
    const char *before, *part;
    size_t n;
    const char *after;
    const char *error; /* NULL: fits */
} size_rows[] = {
    {"longest text", "'title':'", "x", LIMIT_STRING, "'", NULL},
    {"too long a text", "'title':'", "x", LIMIT_STRING + 1, "'", "title: a text of 65537 bytes is longer than 65536"},
    {"too long a text in a map", "'title':'x','map':{'a':'", "x", LIMIT_STRING + 1, "'}",
     "map.a: expected a string of at most"},
    {"longest list", "'title':'x','words':[", "'a',", LIMIT_LIST - 1, "'a']", NULL},
    {"too long a list", "'title':'x','words':[", "'a',", LIMIT_LIST, "'a']",
     "words: a list of 200001 elements is longer than 200000"},
    {"too long a list of objects", "'title':'x','many':[", "1,", LIMIT_LIST, "1]", "many: a list of 200001"},
    {"longest id", "'title':'x','ids':['", "a", 128, "']", NULL},
    {"too long an id", "'title':'x','ids':['", "a", 129, "']", "ids[0]: an id has only"},
    {"hopelessly nested", "'title':'x','raw':", "[", 100000, "", "file.json:1:|maximum parsing depth"},
};

static void test_size(void **state)
{
    const struct size_row *r = *state;
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    struct thing t;
    char *text = fixture_document(&d.arena, &thing_schema, repeated(&d.arena, r->before, r->part, r->n, r->after));
    bool ok = doc_read(&d, &thing_schema, "file.json", text, strlen(text), &t, &e);

    if (r->error)
        expect_err(&e, ERR_INPUT, r->error);
    assert_int_equal(ok, r->error == NULL);
    doc_free(&d);
}

static void test_whole_document_limit(void **state)
{
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;

    (void)state;
    assert_null(doc_parse(&d, "file.json", "", LIMIT_DOCUMENT + 1, &e));
    expect_err(&e, ERR_LIMIT, "file.json: 16777217 bytes are more than 16777216");
    doc_free(&d);
}

/* Conditions may nest; not without end. */
static void test_depth(void **state)
{
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    struct cond c;

    (void)state;
    for (int deep = 0; deep < 2; deep++) {
        size_t n = deep ? LIMIT_DEPTH * 2 + 1 : LIMIT_DEPTH;
        char *open = repeated(&d.arena, "", "{'not':", n, "{'probe':'user','name':'x'}");
        char *text = fixture_json(&d.arena, repeated(&d.arena, open, "}", n, ""));
        struct place at = {NULL, NULL, 0, "file.json"};
        const json_t *j = doc_parse(&d, "file.json", text, strlen(text), &e);

        assert_non_null(j);
        assert_int_equal(schema_read(&cond_schema, j, &d, &at, &c, &e), !deep);
    }
    expect_err(&e, ERR_INPUT, "nested deeper than 64");
    doc_free(&d);
}

static void test_values(void **state)
{
    struct doc d = DOC_INIT;
    struct thing t;

    (void)state;
    fixture_read(&d, &thing_schema,
                 "'title':'T','count':-5,'on':true,'colour':'green','when':'2024-09-29T00:00:00-04:00',"
                 "'words':['a',''],'ids':['a.b_c-1'],'one':{'id':'p','size':100},'many':[{'id':'q'}],"
                 "'raw':[1.5,null],'map':{'k':'v'}",
                 &t);
    assert_string_equal(t.title, "T");
    assert_int_equal(t.count, -5);
    assert_true(t.on);
    assert_int_equal(t.colour, 2);
    assert_int_equal(t.when, 1727582400000);
    assert_int_equal(t.words.n, 2);
    assert_string_equal(t.words.v[1], "");
    assert_int_equal(t.one->size, 100);
    assert_int_equal(t.many.n, 1);
    assert_int_equal(t.many.v[0].size, 7);
    assert_int_equal(json_array_size(t.raw), 2);
    assert_string_equal(json_string_value(json_object_get(t.map, "k")), "v");
    doc_free(&d);
}

static void test_defaults(void **state)
{
    struct doc d = DOC_INIT;
    struct thing t, made;

    (void)state;
    fixture_read(&d, &thing_schema, "'title':'T'", &t);
    schema_init(&thing_schema, &made);
    made.title = t.title;
    assert_memory_equal(&t, &made, sizeof t);
    assert_int_equal(t.when, INSTANT_NONE);
    assert_null(t.one);
    doc_free(&d);
}

/* Table order, absent values left out, and the same bytes after any number of rounds. */
static void test_round_trip(void **state)
{
    static const char pretty[] =
        "{\n \"schema\": \"avswap.thing/1\",\n \"title\": \"T\",\n \"count\": 3,\n \"colour\": "
        "\"red\",\n \"when\": \"2024-09-29T04:00:00Z\",\n \"many\": [\n  {\n   \"id\": \"q\",\n"
        "   \"size\": 8\n  },\n  {\n   \"id\": \"r\"\n  }\n ]\n}\n";
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    struct thing t;
    char *first;

    (void)state;
    fixture_read(&d, &thing_schema,
                 "'many':[{'size':8,'id':'q'},{'id':'r','size':7}],'on':false,'when':'2024-09-29T00:00:00-04:00',"
                 "'colour':'red','count':3,'title':'T','words':[]",
                 &t);
    first = fixture_text(&d.arena, &thing_schema, &t);
    assert_string_equal(first, pretty);
    assert_true(doc_read(&d, &thing_schema, "x", first, strlen(first), &t, &e));
    assert_string_equal(fixture_text(&d.arena, &thing_schema, &t), pretty);
    doc_free(&d);
}

static const json_t *parse(struct doc *d, const char *text)
{
    struct err e = ERR_INIT;

    return doc_parse(d, "x", text, strlen(text), &e);
}

static void test_json_text(void **state)
{
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    struct buf b;
    const json_t *j;
    char x[65], y[65];

    (void)state;
    j = parse(&d, "{\"b\":[1,2],\"a\":\"\xC3\xBC\"}");
    assert_non_null(j);
    buf_init(&b, 100);
    assert_true(json_text(j, false, &b, &e));
    assert_string_equal(buf_str(&b), "{\"b\":[1,2],\"a\":\"\xC3\xBC\"}");
    buf_free(&b);
    buf_init(&b, 5);
    assert_false(json_text(j, false, &b, &e));
    expect_err(&e, ERR_LIMIT, "5 bytes");
    buf_free(&b);
    assert_false(json_text(NULL, false, &b, &e));
    /* The digest sees neither the order of keys nor the spacing, but every value. */
    assert_true(json_digest(j, x, &e));
    j = parse(&d, "{ \"a\":\"\\u00fc\", \"b\": [1, 2] }");
    assert_non_null(j);
    assert_true(json_digest(j, y, &e));
    assert_string_equal(x, y);
    j = parse(&d, "{\"b\":[2,1],\"a\":\"\xC3\xBC\"}");
    assert_true(json_digest(j, y, &e));
    assert_string_not_equal(x, y);
    assert_false(json_digest(NULL, x, &e));
    doc_free(&d);
}

static void test_place(void **state)
{
    const struct place file = {NULL, NULL, 0, "plan.json"}, steps = {&file, "steps", 0, NULL},
                       third = {&steps, NULL, 2, NULL}, args = {&third, "args", 0, NULL}, bare = {NULL, NULL, 0, NULL},
                       key = {&bare, "k\n", 0, NULL};
    struct err e = ERR_INIT;

    (void)state;
    assert_false(place_error(&e, &args, "is %d", 1));
    assert_string_equal(e.text, "plan.json: steps[2].args: is 1");
    place_error(&e, &file, "x");
    assert_string_equal(e.text, "plan.json: x");
    place_error(&e, &key, "x");
    assert_string_equal(e.text, "k\\x0a: x");
    place_error(&e, &bare, "x");
    assert_string_equal(e.text, "x");
}

static void test_fields(void **state)
{
    (void)state;
    assert_ptr_equal(schema_field(&thing_schema, "count"), &thing_fields[1]);
    assert_null(schema_field(&thing_schema, "schema"));
}

/* Every allocation of a read and a write fails once: an orderly error each time, nothing lost. */
static void test_memory(void **state)
{
    static const char text[] =
        "{\"schema\":\"avswap.thing/"
        "1\",\"title\":\"T\",\"words\":[\"a\"],\"one\":{\"id\":\"p\"},\"many\":[{\"id\":\"q\"}]}";
    bool done = false;

    (void)state;
    for (unsigned long n = 1; !done; n++) {
        struct doc d = DOC_INIT;
        struct err e = ERR_INIT;
        struct thing t;
        struct buf b;
        json_t *j = NULL;

        assert_true(n < 1000);
        buf_init(&b, 1000);
        mem_fail_at(n, true);
        done = doc_read(&d, &thing_schema, "x", text, strlen(text), &t, &e);
        if (done)
            j = schema_write(&thing_schema, &t);
        done = done && j && json_text(j, true, &b, &e);
        mem_fail_at(0, false);
        if (!done && e.code != ERR_NOMEM && e.code != ERR_NONE)
            fail_msg("allocation %lu: '%s': %s", n, err_id(e.code), e.text);
        json_decref(j);
        buf_free(&b);
        doc_free(&d);
    }
}

int main(void)
{
    ADD_ROWS(bad_rows, test_bad);
    ADD_ROWS(raw_rows, test_raw);
    ADD_ROWS(size_rows, test_size);
    ADD(test_whole_document_limit);
    ADD(test_depth);
    ADD(test_values);
    ADD(test_defaults);
    ADD(test_round_trip);
    ADD(test_json_text);
    ADD(test_place);
    ADD(test_fields);
    ADD(test_memory);
    return fixture_run("base/schema");
}
