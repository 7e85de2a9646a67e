#include "core/detect/triage_hosts.h"

#include "core/base/limits.h"

#include <string.h>

static uint32_t hash(const char *s)
{
    uint32_t h = 2166136261u; /* FNV-1a */

    for (; *s; s++)
        h = (h ^ (unsigned char)*s) * 16777619u;
    return h;
}

static size_t slot_of(const struct triage_hosts *h, const char *name)
{
    size_t i = hash(name) & (h->slots - 1);

    while (h->table[i] && strcmp(h->hosts.v[h->table[i] - 1].host, name) != 0)
        i = (i + 1) & (h->slots - 1);
    return i;
}

static bool grow(struct triage_hosts *h, struct err *e)
{
    size_t max = h->max ? h->max * 2 : 64;
    struct triage_host *v = mem_realloc(h->hosts.v, max * sizeof *v);
    uint32_t *table;

    if (!v)
        return err_nomem(e);
    h->hosts.v = v;
    table = mem_alloc(max * 2 * sizeof *table);
    if (!table)
        return err_nomem(e);
    memset(table, 0, max * 2 * sizeof *table);
    mem_free(h->table);
    h->table = table;
    h->slots = max * 2;
    h->max = max;
    for (size_t i = 0; i < h->hosts.n; i++)
        h->table[slot_of(h, h->hosts.v[i].host)] = (uint32_t)i + 1;
    return true;
}

static struct triage_host *host_of(struct triage_hosts *h, const char *name, struct err *e)
{
    struct triage_host *x;
    size_t slot;

    if (!h->slots && !grow(h, e))
        return NULL;
    slot = slot_of(h, name);
    if (h->table[slot])
        return &h->hosts.v[h->table[slot] - 1];
    if (h->hosts.n == LIMIT_HOSTS) {
        err_set(e, ERR_LIMIT, "more than %u PCs in one inventory", LIMIT_HOSTS);
        return NULL;
    }
    if (h->hosts.n == h->max) {
        if (!grow(h, e))
            return NULL;
        slot = slot_of(h, name);
    }
    x = &h->hosts.v[h->hosts.n];
    memset(x, 0, sizeof *x);
    x->host = arena_strdup(&h->arena, name);
    if (!x->host) {
        err_nomem(e);
        return NULL;
    }
    h->table[slot] = (uint32_t)++h->hosts.n;
    return x;
}

static bool add_item(struct triage_hosts *h, struct strs *list, const struct triage_row *row, struct err *e)
{
    const char *item = *row->product ? row->product : row->name;
    const char **v;

    if (text_in(list, item) || list->n == HOST_ITEMS)
        return true;
    v = ARENA_ARRAY(&h->arena, list->n + 1, const char *);
    if (!v)
        return err_nomem(e);
    if (list->n)
        memcpy(v, list->v, list->n * sizeof *v);
    v[list->n] = *row->product ? item : arena_strdup(&h->arena, item);
    if (!v[list->n])
        return err_nomem(e);
    list->v = v;
    list->n++;
    return true;
}

bool triage_hosts_add(struct triage_hosts *h, const struct triage_row *row, struct err *e)
{
    struct triage_host *x = host_of(h, row->host, e);

    if (!x)
        return false;
    x->rows++;
    x->must_go = x->must_go || row->must_go;
    switch ((enum triage_class)row->class) {
    case TRIAGE_PRODUCT:
        return add_item(h, &x->products, row, e);
    case TRIAGE_COMPONENT:
        return add_item(h, &x->components, row, e);
    case TRIAGE_WHITE_LABEL:
        return add_item(h, &x->white_labels, row, e);
    case TRIAGE_NONE:
        break;
    }
    x->doubtful += row->confidence == CERTAINTY_POSSIBLE;
    return true;
}

void triage_hosts_free(struct triage_hosts *h)
{
    arena_free(&h->arena);
    mem_free(h->hosts.v);
    mem_free(h->table);
    memset(h, 0, sizeof *h);
}
