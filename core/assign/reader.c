/* Facts documents at the speed of their bytes: split by a scanner, row by row known by hash. */
#include "core/assign/reader.h"
#include "core/assign/scan.h"
#include "core/base/json.h"
#include "core/base/limits.h"

#include <string.h>
#include <strings.h>

static size_t field_index(const char *name, size_t n)
{
    size_t i = 0;

    for (const struct field *f = facts_schema.fields; f->name; f++, i++)
        if (strncmp(f->name, name, n) == 0 && !f->name[n])
            return i;
    return n == 6 && memcmp(name, "schema", 6) == 0 ? i : SIZE_MAX;
}

static const struct field *field_at(size_t i)
{
    return &facts_schema.fields[i];
}

size_t reader_field(const char *name)
{
    return field_index(name, strlen(name));
}

static bool add_piece(struct census_reader *r, size_t field, const char *p, size_t n, struct err *e)
{
    if (r->pieces_n == r->pieces_max) {
        size_t max = r->pieces_max ? r->pieces_max * 2 : 1024;
        struct piece *v = mem_realloc(r->pieces, max * sizeof *v);

        if (!v)
            return err_nomem(e);
        r->pieces = v;
        r->pieces_max = max;
    }
    r->pieces[r->pieces_n++] = (struct piece){.field = field, .text = {p, n}};
    return true;
}

/* The elements of a list become pieces. NULL with the error set, or without: not as expected. */
static const char *split_list(struct census_reader *r, size_t field, const char *p, const char *end, struct err *e)
{
    bool more = true;

    if (p == end || *p != '[')
        return NULL;
    p = scan_blank(p + 1, end);
    if (p < end && *p == ']')
        return p + 1;
    while (more) {
        const char *q = p < end ? scan_value(p, end) : NULL;

        if (!q || q == p || !add_piece(r, field, p, (size_t)(q - p), e))
            return NULL;
        p = scan_comma(q, end, ']', &more);
        if (!p)
            return NULL;
    }
    return p;
}

static bool is_list(size_t i)
{
    return field_at(i)->name && (field_at(i)->type == FIELD_OBJS || field_at(i)->type == FIELD_STRS) &&
           strcmp(field_at(i)->name, "disks") != 0 && strcmp(field_at(i)->name, "folders") != 0;
}

/* One member: key, colon, value. */
static const char *split_member(struct census_reader *r, const char *p, const char *end, struct err *e)
{
    const char *q = p < end && *p == '"' ? scan_string(p, end) : NULL, *v;
    size_t i;

    if (!q)
        return NULL;
    i = field_index(p + 1, (size_t)(q - p) - 2);
    q = scan_blank(q, end);
    if (i == SIZE_MAX || r->member[i].p || q == end || *q != ':')
        return NULL;
    v = scan_blank(q + 1, end);
    q = is_list(i) ? split_list(r, i, v, end, e) : scan_value(v, end);
    if (q)
        r->member[i] = (struct slice){v, (size_t)(q - v)};
    return q;
}

static bool split(struct census_reader *r, const char *text, size_t len, struct err *e)
{
    const char *end = text + len, *p = scan_blank(text, end);
    bool more = true;

    memset(r->member, 0, sizeof r->member);
    r->pieces_n = 0;
    if (p == end || *p != '{')
        return false;
    p = scan_blank(p + 1, end);
    while (more) {
        const char *q = split_member(r, p, end, e);

        if (!q)
            return false;
        p = scan_comma(q, end, '}', &more);
        if (!p)
            return false;
    }
    return p == end && r->member[r->fields_n].p;
}

/* --- values that have to be parsed ------------------------------------------------------------------------------ */

static bool parse(struct doc *d, struct slice s, const json_t **ret, struct err *e)
{
    json_error_t where;
    json_t *j = json_parse(s.p, s.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &where, e);

    *ret = j;
    return j && doc_keep(d, j, e);
}

/* A member into the facts at hand, as schema_read() would put it there. */
bool reader_member(struct census_reader *r, struct doc *d, size_t i, struct facts *into, struct err *e)
{
    struct field only[2] = {*field_at(i), FIELD_END};
    struct schema one = {"facts", NULL, "", sizeof(struct facts), only, NULL};
    json_t *object = json_object();
    const json_t *j;
    struct facts got;
    bool ok;

    if (!doc_keep(d, object, e) || !parse(d, r->member[i], &j, e))
        return false;
    if (json_object_set(object, only[0].name, (json_t *)(uintptr_t)j))
        return err_nomem(e);
    only[0].flags = 0;
    ok = schema_read(&one, object, d, &(struct place){NULL, NULL, 0, r->where}, &got, e);
    if (ok) {
        size_t size = only[0].type == FIELD_OBJS || only[0].type == FIELD_STRS ? sizeof(struct strs)
                      : only[0].type == FIELD_BOOL                              ? sizeof(bool)
                                                                                : sizeof(void *);

        memcpy((char *)into + only[0].offset, (char *)&got + only[0].offset, size);
    }
    return ok;
}

/* --- known rows -------------------------------------------------------------------------------------------------- */

static struct hash mix(struct hash h, struct hash salt, size_t field)
{
    return (struct hash){h.a ^ salt.a ^ (field * 0x9E3779B97F4A7C15ull), h.b ^ salt.b};
}

static struct row *find_row(const struct census_reader *r, struct hash h, bool *found)
{
    struct row *two = &r->table[(h.a & ((1u << TABLE_BITS) - 1)) * 2];

    for (size_t i = 0; i < 2; i++)
        if ((two[i].flags & SEEN_VALID) && hash_same(two[i].text, h)) {
            *found = true;
            return &two[i];
        }
    *found = false;
    two[1] = two[0]; /* the older one of the two goes */
    return &two[0];
}

static bool read_folders(struct census_reader *r, struct err *e)
{
    size_t i = reader_field("folders");

    if (r->folders_read)
        return true;
    r->folders_read = true;
    return !r->member[i].p || reader_member(r, &r->doc, i, &r->here, e);
}

/* A row is parsed and checked, and looked at with the eyes of the planner. alike: its text without what differs between
 * rows that are known as one. A plan tells the number of a process only where that watches files. */
static bool learn(struct census_reader *r, const struct piece *x, struct slice alike, struct hash text, struct row *ret,
                  struct err *e)
{
    bool numbers = strcmp(field_at(x->field)->name, "fanotify") == 0;
    struct slice whole = numbers ? x->text : alike;
    const struct field *f = field_at(x->field);
    struct place at = {NULL, f->name, 0, r->where};
    struct doc d = DOC_INIT;
    struct relevant seen;
    const json_t *j;
    const void *row = NULL;
    bool ok = read_folders(r, e) && parse(&d, x->text, &j, e);

    buf_clear(&r->seen);
    if (ok && f->type == FIELD_STRS) {
        row = json_string_value(j);
        ok = row || err_set(e, ERR_INPUT, "not a text");
    } else if (ok) {
        void *obj = arena_alloc(&d.arena, f->sub->size);

        row = obj;
        ok = obj ? schema_read(f->sub, j, &d, &at, obj, e) : err_nomem(e);
    }
    ok = ok && relevance_row(r->system->relevance, &r->here, f, row, &d.arena, &r->seen, &seen, e);
    if (ok) {
        bool gap = strcmp(f->name, "gaps") == 0; /* what could not be looked at may answer anything */

        *ret = (struct row){.text = text, .whole = hash_of(&r->key, x->text.p, x->text.n), .flags = SEEN_VALID};
        ret->flags |= (seen.matters || gap ? SEEN_MATTERS : 0) |
                      (seen.ages || (seen.whole && whole.p != alike.p) ? SEEN_AGAIN : 0);
        ret->link = *seen.link ? hash_of(&r->key, seen.link, strlen(seen.link)).a | 1 : 0;
        if (seen.whole || gap)
            buf_add(&r->seen, whole.p, whole.n);
        ret->piece = hash_of(&r->key, buf_str(&r->seen), r->seen.len);
        ok = buf_ok(&r->seen, "a row", e);
    }
    doc_free(&d);
    return ok;
}

/* Numbers, and instants behind a quote, differ from PC to PC and no look at these lists asks for them. */
static bool volatile_list(const char *name)
{
    return strcmp(name, "processes") == 0 || strcmp(name, "files") == 0 || strcmp(name, "fanotify") == 0;
}

static bool know_row(struct census_reader *r, struct piece *x, struct err *e)
{
    struct slice text = x->text;
    struct row *known;
    struct hash h;
    bool found;

    if (volatile_list(field_at(x->field)->name)) {
        scan_normal(x->text.p, x->text.n, &r->scratch);
        if (!buf_ok(&r->scratch, "a row", e))
            return false;
        text = (struct slice){buf_str(&r->scratch), r->scratch.len};
    }
    h = mix(hash_of(&r->key, text.p, text.n), r->salt, x->field);
    known = find_row(r, h, &found);
    if (!found && !learn(r, x, text, h, known, e)) {
        known->flags = 0;
        return false;
    }
    x->row = *known;
    return !found || !(known->flags & SEEN_AGAIN) || learn(r, x, text, h, &x->row, e);
}

/* --- the document -------------------------------------------------------------------------------------------------- */


static void add_key(struct census_reader *r, struct buf *key, size_t field, struct hash h)
{
    (void)r;
    buf_add(key, &field, sizeof field);
    buf_add(key, &h, sizeof h);
}

/* General facts: parsed each time, as they are few and differ. */
static bool add_general(struct census_reader *r, const char *member, const char *prefix, struct buf *key, struct err *e)
{
    size_t i = reader_field(member);

    buf_clear(&r->seen);
    if (r->member[i].p && !reader_member(r, &r->doc, i, &r->here, e))
        return false;
    if (!relevance_facts(r->system->relevance, &r->here, prefix, &r->doc.arena, &r->seen, e))
        return false;
    add_key(r, key, i, hash_of(&r->key, buf_str(&r->seen), r->seen.len));
    return buf_ok(&r->seen, "facts", e);
}

static bool add_generals(struct census_reader *r, struct buf *key, struct err *e)
{
    static const struct {
        const char *member, *prefix;
    } generals[] = {{"memory_mib", "memory_mib"},
                    {"cpus", "cpus"},
                    {"disks", "disk_free_mib:"},
                    {"reboot_pending", "reboot_pending"},
                    {"package_lock", "package_lock"},
                    {"selinux_mode", "selinux_mode"}};

    for (size_t i = 0; i < sizeof generals / sizeof generals[0]; i++)
        if (!add_general(r, generals[i].member, generals[i].prefix, key, e))
            return false;
    add_key(r, key, reader_field("reboot_pending"), (struct hash){r->here.reboot_pending, 0});
    return true;
}

/* Facts about lists as a whole. */
static bool add_counts(struct census_reader *r, struct buf *key, struct err *e)
{
    size_t holders = reader_field("fanotify"), packages = reader_field("packages");
    struct facts f = r->here;
    struct package first = {0};
    const json_t *j;

    for (size_t i = 0; i < r->pieces_n; i++) {
        f.fanotify.n += r->pieces[i].field == holders;
        r->pieces[i].kept = r->pieces[i].kept || r->pieces[i].field == holders;
        if (r->pieces[i].field == packages && !f.packages.n) {
            r->pieces[i].kept = true;
            if (!parse(&r->doc, r->pieces[i].text, &j, e))
                return false;
            first.manager = json_string_value(json_object_get(j, "manager"));
            f.packages.v = &first;
            f.packages.n = 1;
        }
    }
    buf_clear(&r->seen);
    if (!relevance_facts(r->system->relevance, &f, "fanotify_holders", &r->doc.arena, &r->seen, e) ||
        !relevance_facts(r->system->relevance, &f, "packages.manager", &r->doc.arena, &r->seen, e))
        return false;
    add_key(r, key, holders, hash_of(&r->key, buf_str(&r->seen), r->seen.len));
    return buf_ok(&r->seen, "facts", e);
}

static bool linked(const struct census_reader *r, uint64_t link)
{
    for (size_t i = 0; i < r->pieces_n; i++)
        if (r->pieces[i].row.link == link && (r->pieces[i].row.flags & SEEN_MATTERS))
            return true;
    return false;
}

/* A text member of a row as it stands there; n 0: none. */
static struct slice text_member(struct slice row, const char *name)
{
    const char *at = memmem(row.p, row.n, name, strlen(name)), *end = row.p + row.n, *from, *to;

    if (!at || !(from = memchr(at + strlen(name), '"', (size_t)(end - at) - strlen(name))) || !(to = scan_string(from, end)))
        return (struct slice){NULL, 0};
    return (struct slice){from + 1, (size_t)(to - from) - 2};
}

/* Whether a program that matters is still at work: what runs below its folder. And whether anything was seen to run. */
static void add_running(struct census_reader *r, struct buf *key)
{
    size_t programs = reader_field("uninstall"), processes = reader_field("processes");
    bool any = false;

    for (size_t i = 0; i < r->pieces_n; i++) {
        struct piece *x = &r->pieces[i];
        struct slice exe = {NULL, 0};

        if (x->field != processes)
            continue;
        if (!any)
            add_key(r, key, processes, (struct hash){1, 1});
        x->kept = x->kept || !any;
        any = true;
        for (size_t k = 0; k < r->pieces_n; k++) {
            struct slice at;

            if (r->pieces[k].field != programs || !(r->pieces[k].row.flags & SEEN_MATTERS))
                continue;
            at = text_member(r->pieces[k].text, "\"location\":");
            exe = exe.p ? exe : text_member(x->text, "\"exe\":");
            while (at.n && at.p[at.n - 1] == '/')
                at.n--;
            if (!at.n || exe.n <= at.n || strncasecmp(exe.p, at.p, at.n) != 0)
                continue;
            x->kept = true;
            add_key(r, key, programs, hash_of(&r->key, exe.p, exe.n));
        }
    }
}

static bool add_rows(struct census_reader *r, struct buf *key, struct err *e)
{
    bool links = false;

    for (size_t i = 0; i < r->pieces_n; i++) {
        struct piece *x = &r->pieces[i];

        if (!know_row(r, x, e))
            return false;
        x->kept = x->row.flags & SEEN_MATTERS;
        links = links || (x->kept && x->row.link);
        if (x->kept)
            add_key(r, key, x->field, x->row.piece);
    }
    for (size_t i = 0; links && i < r->pieces_n; i++) {
        struct piece *x = &r->pieces[i];

        if (x->kept || !x->row.link || !linked(r, x->row.link))
            continue;
        x->kept = true;
        add_key(r, key, x->field, x->row.whole);
    }
    add_running(r, key);
    return true;
}

static bool begin(struct census_reader *r, struct reading *ret, struct err *e)
{
    static const char format[] = "\"avswap.facts/1\"";
    struct slice s = r->member[r->fields_n], folders = r->member[reader_field("folders")];
    size_t at = reader_field("collected_at"), machine = reader_field("machine");

    if (s.n != sizeof format - 1 || memcmp(s.p, format, s.n) != 0)
        return err_set(e, ERR_INPUT, "another format");
    if (!r->member[at].p || !r->member[machine].p)
        return err_set(e, ERR_INPUT, "not all that must be there");
    doc_free(&r->doc);
    schema_init(&facts_schema, &r->here);
    r->folders_read = false;
    if (!reader_system(r, e) || !reader_member(r, &r->doc, at, &r->here, e) || !reader_member(r, &r->doc, machine, &r->here, e))
        return false;
    if (!r->here.machine)
        return err_set(e, ERR_INPUT, "no machine");
    r->here.os = &r->system->os;
    r->salt = mix(hash_of(&r->key, folders.p ? folders.p : "", folders.n), r->system->piece, 0);
    ret->machine = *r->here.machine;
    ret->collected = r->here.collected_at;
    return !r->member[reader_field("tool")].p || reader_member(r, &r->doc, reader_field("tool"), &r->here, e);
}

static bool read_fast(struct census_reader *r, const char *text, size_t len, struct reading *ret, struct err *e)
{
    size_t folders = reader_field("folders");
    struct buf key;
    bool ok;

    buf_init(&key, LIMIT_DOCUMENT);
    ok = (split(r, text, len, e) || e->code || err_set(e, ERR_INPUT, "not as expected")) && !e->code;
    ok = ok && begin(r, ret, e) && read_folders(r, e);
    if (ok) {
        add_key(r, &key, reader_field("os"), r->system->piece);
        add_key(r, &key, folders, hash_of(&r->key, r->member[folders].p ? r->member[folders].p : "", r->member[folders].n));
        ok = add_generals(r, &key, e) && add_rows(r, &key, e) && add_counts(r, &key, e) && buf_ok(&key, "a class", e);
    }
    if (ok)
        ret->key = hash_of(&r->key, buf_str(&key), key.len);
    buf_free(&key);
    return ok;
}

bool reader_read(struct census_reader *r, const char *text, size_t len, const char *where, struct reading *ret,
                 struct err *e)
{
    struct err fast = ERR_INIT;
    struct doc d = DOC_INIT;
    struct facts f;
    bool ok;

    r->where = where;
    if (len <= LIMIT_DOCUMENT && read_fast(r, text, len, ret, &fast))
        return true;
    if (fast.code == ERR_NOMEM) {
        *e = fast;
        return false;
    }
    /* The strict way has the better message. */
    ok = doc_read(&d, &facts_schema, where, text, len, &f, e);
    if (ok && (!f.os || !f.machine))
        ok = err_set(e, ERR_INPUT, "%s: the facts do not tell which machine and system this is", where);
    else if (ok)
        ok = err_set(e, ERR_INPUT, "%s: %.400s", where, fast.text);
    doc_free(&d);
    return ok;
}

bool reader_reduced(struct census_reader *r, struct buf *out, struct err *e)
{
    buf_adds(out, "{\"schema\":\"avswap.facts/1\"");
    for (size_t i = 0; i < r->fields_n; i++) {
        bool first = true;

        if (!r->member[i].p)
            continue;
        buf_printf(out, ",\"%s\":", field_at(i)->name);
        if (!is_list(i)) {
            buf_add(out, r->member[i].p, r->member[i].n);
            continue;
        }
        buf_addc(out, '[');
        for (size_t k = 0; k < r->pieces_n; k++)
            if (r->pieces[k].field == i && r->pieces[k].kept) {
                buf_adds(out, first ? "" : ",");
                buf_add(out, r->pieces[k].text.p, r->pieces[k].text.n);
                first = false;
            }
        buf_addc(out, ']');
    }
    buf_addc(out, '}');
    return buf_ok(out, "facts", e);
}

struct census_reader *reader_open(const struct catalog *c, struct err *e)
{
    struct census_reader *r = mem_alloc(sizeof *r);

    if (!r) {
        err_nomem(e);
        return NULL;
    }
    memset(r, 0, sizeof *r);
    r->catalog = c;
    hash_key_make(&r->key);
    while (field_at(r->fields_n)->name)
        r->fields_n++;
    buf_init(&r->scratch, LIMIT_DOCUMENT);
    buf_init(&r->seen, LIMIT_DOCUMENT);
    r->table = mem_alloc(((size_t)2 << TABLE_BITS) * sizeof *r->table);
    r->systems = mem_alloc(MAX_SYSTEMS * sizeof *r->systems);
    if (!r->table || !r->systems || r->fields_n >= MAX_FIELDS) {
        reader_free(r);
        err_nomem(e);
        return NULL;
    }
    memset(r->table, 0, ((size_t)2 << TABLE_BITS) * sizeof *r->table);
    return r;
}

void reader_free(struct census_reader *r)
{
    for (size_t i = 0; r && i < r->systems_n; i++)
        doc_free(&r->systems[i].doc);
    if (!r)
        return;
    doc_free(&r->doc);
    arena_free(&r->arena);
    buf_free(&r->scratch);
    buf_free(&r->seen);
    mem_free(r->pieces);
    mem_free(r->systems);
    mem_free(r->table);
    mem_free(r);
}
