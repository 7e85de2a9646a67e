#include "core/fleet/push.h"

#include "core/os/file.h"

#include <string.h>

enum { HEAD = 128 }; /* "SHA256 OFFSET SIZE\n" */

static bool is_listed(const struct push *p, const char *sha256)
{
    for (size_t i = 0; i < p->n; i++)
        if (text_eq(p->files[i].sha256, sha256))
            return true;
    return false;
}

bool push_open(struct push *p, struct shelf *s, const struct plan *plan, struct arena *a, struct err *e)
{
    struct plan_files all;

    memset(p, 0, sizeof *p);
    buf_init(&p->piece, PUSH_PIECE + HEAD);
    if (!plan_sent(plan, a, &all, e))
        return false;
    if (all.files.n > VISIT_OFFERED)
        return err_set(e, ERR_PAYLOAD, "its plan wants %zu installers to be sent, more than %u", all.files.n, VISIT_OFFERED);
    if (all.files.n && !s)
        return err_set(e, ERR_PAYLOAD, "there is no folder of installers on this jump host");
    for (size_t i = 0; i < all.files.n; i++) {
        const struct plan_file *x = &all.files.v[i];
        const struct shelf_file *f;

        if (is_listed(p, x->sha256))
            continue;
        if (!shelf_find(s, x->name, x->sha256, &f, e))
            return false;
        p->files[p->n] = (struct push_file){.path = f->path, .sha256 = x->sha256, .size = f->size};
        p->offer[p->n++] = (struct visit_file){x->sha256, f->size};
    }
    return true;
}

void push_close(struct push *p)
{
    buf_free(&p->piece);
}

void push_offer(struct push *p, struct visit_request *q)
{
    q->files.v = p->offer;
    q->files.n = p->n;
    p->turn = 0;
}

/* ---- what it lacks ---- */

static const struct visit_file *lacking(const struct visit_answer *a, const char *sha256)
{
    for (size_t i = 0; i < a->lacks.n; i++)
        if (text_eq(a->lacks.v[i].sha256, sha256))
            return &a->lacks.v[i];
    return NULL;
}

static bool check_lacks(const struct push *p, const struct visit_answer *a, struct err *e)
{
    size_t found = 0;

    for (size_t i = 0; i < p->n; i++)
        found += lacking(a, p->files[i].sha256) != NULL;
    return found == a->lacks.n || err_set(e, ERR_INPUT, "it asks for a file that is not in its plan, or twice for one");
}

/* Before anything was sent it may have any part of a file; then exactly what was there and what was sent. */
static bool take_lack(struct push *p, struct push_file *f, const struct visit_file *lack, struct err *e)
{
    long long has = lack ? lack->bytes : f->size;

    if (lack && lack->bytes >= f->size)
        return err_set(e, ERR_INPUT, "it lacks a file of which it has all bytes");
    if (p->answered && has != f->have)
        return err_set(e, ERR_INPUT, "it says that it has %lld bytes of a file of which it was sent %lld", has, f->have);
    f->have = has;
    return true;
}

bool push_answer(struct push *p, const struct visit_answer *a, struct err *e)
{
    if (!check_lacks(p, a, e))
        return false;
    for (size_t i = 0; i < p->n; i++)
        if (!take_lack(p, &p->files[i], lacking(a, p->files[i].sha256), e))
            return false;
    p->answered = true;
    return true;
}

long long push_rest(const struct push *p)
{
    long long rest = 0;

    for (size_t i = 0; i < p->n; i++)
        rest += p->files[i].size - p->files[i].have;
    return rest;
}

/* ---- what goes ---- */

static bool fill(struct push *p, const struct push_file *f, size_t *ret_n, struct err *e)
{
    size_t head;

    buf_clear(&p->piece);
    buf_printf(&p->piece, "%s %lld %lld\n", f->sha256, f->have, f->size);
    head = p->piece.len;
    if (!os_file_part(f->path, f->have, PUSH_PIECE, &p->piece, e)) {
        e->code = e->code == ERR_NOMEM ? e->code : ERR_PAYLOAD;
        return false;
    }
    *ret_n = p->piece.len - head;
    return (*ret_n && (long long)*ret_n <= f->size - f->have) || err_set(e, ERR_PAYLOAD, "%s has changed while it was sent", f->path);
}

bool push_piece(struct push *p, const struct buf **ret, struct err *e)
{
    *ret = NULL;
    for (size_t i = 0; i < p->n && p->turn < (long long)VISIT_TURN; i++) {
        struct push_file *f = &p->files[i];
        size_t n;

        if (f->have == f->size)
            continue;
        if (!fill(p, f, &n, e))
            return false;
        f->have += (long long)n;
        p->turn += (long long)n;
        *ret = &p->piece;
        return true;
    }
    return true;
}
