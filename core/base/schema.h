/*
 * schema.h - documents as tables.
 *
 * Each JSON object of ours is described by one `struct schema`: its fields, their types, where they live in a C
 * struct. Reading is strict: an unknown or duplicate key, a wrong type, a missing required field, a value out of
 * range or an over-long text or list is an error that names file and place and, for an unknown key, the nearest
 * known one. Writing uses the same table, in table order, so the same struct always gives the same bytes.
 *
 * A `struct doc` owns what was read: the arena and the JSON tree (FIELD_JSON members point into it). Free it with
 * doc_free(); everything read from it is const.
 *
 * C types by field type: STR const char *; INT long long; BOOL bool; ENUM int (index into names; 0 is the value when
 * absent); INSTANT instant; STRS struct strs; OBJ pointer to struct (NULL when absent); OBJS LIST(struct x);
 * JSON const json_t * (NULL when absent); MAP const json_t * (an object whose values are all strings).
 */
#ifndef AVSWAP_CORE_BASE_SCHEMA_H
#define AVSWAP_CORE_BASE_SCHEMA_H

#include "core/base/instant.h"
#include "core/base/text.h"

#include <jansson.h>

#define LIST(type)                                                                                           \
    struct {                                                                                                 \
        type *v;                                                                                             \
        size_t n;                                                                                            \
    }

enum field_type {
    FIELD_STR,
    FIELD_INT,
    FIELD_BOOL,
    FIELD_ENUM,
    FIELD_INSTANT,
    FIELD_STRS,
    FIELD_OBJ,
    FIELD_OBJS,
    FIELD_JSON,
    FIELD_MAP,
};

enum field_flags {
    FIELD_REQUIRED = 1, /* must be there; always written */
    FIELD_ID = 2,       /* a STR or the STRS' items must match [a-z0-9][a-z0-9._-]* (safe as a file name) */
    FIELD_PATTERN = 4,  /* a pattern: names that are put into it must be made literal (text_literal) */
};

struct schema;

struct field {
    const char *name;
    enum field_type type;
    size_t offset;
    unsigned flags;
    const struct schema *sub; /* OBJ, OBJS */
    const char *const *names; /* ENUM: NULL-terminated */
    long long min, max;       /* INT, when max > min */
    long long def;            /* INT when absent */
    const char *doc;          /* one sentence for manuals and JSON Schema */
};

/* Where in which file; the text form is "FILE: a.b[3]". */
struct place {
    const struct place *up;
    const char *key; /* NULL for a list element */
    size_t index;
    const char *file;
};

struct schema {
    const char *name;   /* of the object, as "step" */
    const char *format; /* documents only: "avswap.facts/1", demanded in the key "schema" */
    const char *doc;
    size_t size;
    const struct field *fields; /* ended by a field without name */
    /* Optional: what a table cannot say; may fill members that are derived. */
    bool (*check)(void *obj, const struct place *at, struct err *e);
};

#define FIELD_END                                                                                            \
    {                                                                                                        \
        .name = NULL                                                                                         \
    }

/* A row of a table: FIELD(step, STR, title, "what people read", .flags = FIELD_REQUIRED) */
#define FIELD(structure, kind, member, text, ...)                                                            \
    {                                                                                                        \
        .name = #member, .type = FIELD_##kind, .offset = offsetof(struct structure, member), .doc = text,    \
        __VA_ARGS__                                                                                          \
    }

struct doc {
    struct arena arena;
    json_t *keep; /* array of JSON values whose lifetime is the document's */
};

#define DOC_INIT                                                                                             \
    {                                                                                                        \
        ARENA_INIT, NULL                                                                                     \
    }

void doc_free(struct doc *d);
/* Gives v (a new reference) to the document; v may be NULL (out of memory), then false. */
bool doc_keep(struct doc *d, json_t *v, struct err *e) MUST_CHECK;

/* Parses JSON text strictly; the value belongs to d. `file` is for messages only. */
const json_t *doc_parse(struct doc *d, const char *file, const char *text, size_t len, struct err *e) MUST_CHECK;
/* Parses and reads a document: text -> struct. */
bool doc_read(struct doc *d, const struct schema *s, const char *file, const char *text, size_t len, void *ret,
              struct err *e) MUST_CHECK;

/* Reads one object already parsed. */
bool schema_read(const struct schema *s, const json_t *j, struct doc *d, const struct place *at, void *ret,
                 struct err *e) MUST_CHECK;
/* Zeroes an object and sets its defaults, as if read from {}; for objects that code builds. */
void schema_init(const struct schema *s, void *obj);
/* New reference, NULL when memory ran out. Documents get their "schema" key first. */
json_t *schema_write(const struct schema *s, const void *obj) MUST_CHECK;
/* Pretty (indented, a newline at the end) or compact text of a JSON value. */
bool json_text(const json_t *j, bool pretty, struct buf *out, struct err *e) MUST_CHECK;
/* SHA-256 over the compact text with sorted keys and ASCII only: the digest of a document. */
bool json_digest(const json_t *j, char hex[65], struct err *e) MUST_CHECK;
/* SHA-256 over the lines "key digest" of an object's members, sorted by key; a digest is json_digest() of the value. */
bool json_digest_members(const json_t *j, char hex[65], struct err *e) MUST_CHECK;

bool place_error(struct err *e, const struct place *at, const char *fmt, ...)
    __attribute__((format(__printf__, 3, 4)));
const struct field *schema_field(const struct schema *s, const char *name);

#define ENUM_NAME(names, value) ((names)[(value)])

#endif
