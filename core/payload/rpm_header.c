#include "core/payload/rpm_header.h"

#include <stdlib.h>
#include <string.h>

#define HEADER_MAX (256u << 20) /* rpm's own limit of a header */
#define INDEX_ENTRY 16

static void put_number(struct buf *b, unsigned long long v, size_t width)
{
    while (width-- > 0)
        buf_addc(b, (char)(v >> (8 * width)));
}

static size_t type_width(enum rpm_type type)
{
    return type == RPM_INT16 ? 2 : type == RPM_INT32 ? 4 : type == RPM_INT64 ? 8 : 1;
}

static bool header_add(struct rpm_header *h, struct rpm_value v, struct err *e)
{
    if (h->n == sizeof h->v / sizeof *h->v || v.n == 0)
        return err_set(e, ERR_BUG, "rpm tag %u: no room or no value", v.tag);
    h->v[h->n++] = v;
    return true;
}

bool rpm_header_text(struct rpm_header *h, unsigned tag, enum rpm_type type, const char *const *v, size_t n,
                     struct err *e)
{
    return header_add(h, (struct rpm_value){.tag = tag, .type = type, .n = n, .text = v}, e);
}

bool rpm_header_numbers(struct rpm_header *h, unsigned tag, enum rpm_type type, const long long *v, size_t n,
                        struct err *e)
{
    for (size_t i = 0; i < n && type != RPM_INT64; i++)
        if (v[i] < 0 || v[i] >> (8 * type_width(type)) != 0)
            return err_set(e, ERR_LIMIT, "rpm tag %u: %lld does not fit", tag, v[i]);
    return header_add(h, (struct rpm_value){.tag = tag, .type = type, .n = n, .number = v}, e);
}

static int value_order(const void *a, const void *b)
{
    const struct rpm_value *x = a, *y = b;
    return x->tag < y->tag ? -1 : x->tag > y->tag;
}

static void put_index(struct buf *b, unsigned tag, unsigned type, unsigned long long offset, size_t count)
{
    put_number(b, tag, 4);
    put_number(b, type, 4);
    put_number(b, offset, 4);
    put_number(b, count, 4);
}

static void put_value(struct buf *index, struct buf *data, const struct rpm_value *v)
{
    size_t width = type_width(v->type);
    while (data->len % width != 0)
        buf_addc(data, '\0');
    put_index(index, v->tag, v->type, data->len, v->n);
    for (size_t i = 0; i < v->n; i++)
        if (v->text != NULL)
            buf_add(data, v->text[i], strlen(v->text[i]) + 1);
        else
            put_number(data, (unsigned long long)v->number[i], width);
}

bool rpm_header_end(struct rpm_header *h, unsigned region, struct buf *out, struct err *e)
{
    struct buf index, data;
    buf_init(&index, HEADER_MAX);
    buf_init(&data, HEADER_MAX);
    qsort(h->v, h->n, sizeof *h->v, value_order);
    for (size_t i = 0; i < h->n; i++)
        put_value(&index, &data, &h->v[i]);
    /* The region's data is an index entry that points back over the whole index. */
    size_t region_at = data.len, entries = h->n + 1;
    put_index(&data, region, RPM_BIN, 0ull - entries * INDEX_ENTRY, INDEX_ENTRY);

    buf_add(out, "\x8e\xad\xe8\x01\0\0\0\0", 8);
    put_number(out, entries, 4);
    put_number(out, data.len, 4);
    put_index(out, region, RPM_BIN, region_at, INDEX_ENTRY);
    if (index.len > 0)
        buf_add(out, index.data, index.len);
    buf_add(out, data.data, data.len);
    bool ok =
        buf_ok(&index, "rpm header", e) && buf_ok(&data, "rpm header", e) && buf_ok(out, "rpm header", e);
    buf_free(&index);
    buf_free(&data);
    return ok;
}
