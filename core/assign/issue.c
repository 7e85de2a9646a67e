#include "core/assign/issue.h"
#include "core/base/digest.h"
#include "core/base/limits.h"
#include "core/base/list.h"
#include "core/os/file.h"
#include "core/plan/form.h"

#include <string.h>

#define BLOCK (1u << 20)

struct issuer {
    const struct issue_request *r;
    const struct census *c;
    uint32_t *order;      /* PCs by class */
    size_t *next;         /* of each class: its next PC in `order` */
    struct os_log *out;
    const char *new_bundle;
    struct buf block;     /* plans not yet written */
    struct arena *a;
    struct issued *ret;
    struct err *e;
};

static bool by_class(struct issuer *x)
{
    size_t *at = ARENA_ARRAY(x->a, x->c->classes.n + 1, size_t);

    x->next = at;
    x->order = mem_alloc((x->c->pcs.n + 1) * sizeof *x->order);
    if (!at || !x->order)
        return err_nomem(x->e);
    for (size_t i = 0, n = 0; i < x->c->classes.n; i++) {
        at[i] = n;
        n += x->c->classes.v[i].pcs;
    }
    for (size_t i = 0; i < x->c->pcs.n; i++)
        x->order[at[x->c->pcs.v[i].class]++] = (uint32_t)i;
    for (size_t i = 0; i < x->c->classes.n; i++)
        at[i] -= x->c->classes.v[i].pcs;
    return true;
}

static bool flush(struct issuer *x)
{
    bool ok = !x->out || !x->block.len || os_log_append(x->out, x->block.data, x->block.len, x->e);

    buf_clear(&x->block);
    return ok;
}

/* Its name is the host's, as far as that is harmless, and what tells machines apart. */
static bool write_file(struct issuer *x, const struct machine *m, const char *text, size_t n)
{
    char name[64], hex[DIGEST_TEXT];
    const char *host = m->hostname ? m->hostname : "pc";
    struct buf path;
    size_t k = 0;
    bool ok;

    for (; host[k] && k < sizeof name - 1; k++)
        name[k] = strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-", host[k]) ? host[k] : '_';
    name[k] = '\0';
    digest_of(m->id, strlen(m->id), hex);
    buf_init(&path, LIMIT_PATH);
    buf_printf(&path, "%s/%s.%.12s.json", x->r->folder, name, hex);
    ok = buf_ok(&path, "a path", x->e) && os_file_write(buf_str(&path), text, n, 0600, x->e);
    buf_free(&path);
    return ok;
}

static bool reserve(struct issuer *x, const struct machine *m, const struct product *target, const char *plan)
{
    const struct seats *s = target ? policy_seats(x->c->r->policy, target->id) : NULL;
    const struct seat seat = {.machine = m->id,
                              .hostname = m->hostname,
                              .licence = s ? s->licence : NULL,
                              .product = target ? target->id : NULL,
                              .plan = plan,
                              .at = x->c->r->now};

    return !x->r->store || !s || store_seat_reserve(x->r->store, &seat, x->e);
}

/* The id stands behind the head: "0123456789ab" */
static const char *id_of(const struct plan_form *f, const char *text, char id[16])
{
    memcpy(id, text + f->head.len + 1, 12);
    id[12] = '\0';
    return id;
}

static bool issue_one(struct issuer *x, const struct plan_form *f, const struct census_pc *pc,
                      const struct product *target)
{
    struct machine m = census_machine(x->c, pc);
    size_t from = x->block.len;
    char id[16];

    if (!plan_form_fill(f, &m, &x->block, x->e))
        return false;
    x->ret->plans++;
    return reserve(x, &m, target, id_of(f, x->block.data + from, id)) &&
           (!x->r->folder || write_file(x, &m, x->block.data + from, x->block.len - from)) &&
           (!x->r->put || x->r->put(x->r->arg, &m, x->block.data + from, x->block.len - from, x->e)) &&
           (x->block.len < BLOCK || flush(x));
}

/* Its class was judged by its candidates only: the steps may still find something in the way. */
static bool note_failure(struct issuer *x, const struct allotment *k, const struct err *why)
{
    const char **slot = LIST_ADD(x->a, &x->ret->reasons);

    x->ret->failed += (long long)k->pcs;
    x->next[k->class] += k->pcs;
    if (!slot)
        return err_nomem(x->e);
    *slot = arena_printf(x->a, "%zu PC%s could not be planned for: %s", k->pcs, k->pcs == 1 ? "" : "s", why->text);
    return *slot || err_nomem(x->e);
}

static bool issue_allotment(struct issuer *x, const struct allotment *k)
{
    struct doc d = DOC_INIT;
    struct err why = ERR_INIT;
    struct findings f;
    struct plan_form form;
    struct plan plan;
    bool ok = true;

    if (!census_plan(x->c, &x->c->classes.v[k->class], k->target ? k->target->id : NULL, k->why, false, &d, &plan, &f,
                     &why)) {
        doc_free(&d);
        return why.code == ERR_NOMEM ? err_nomem(x->e) : note_failure(x, k, &why);
    }
    if (!plan_form_make(&plan, &form, x->e)) {
        doc_free(&d);
        return false;
    }
    doc_free(&d);
    for (size_t i = 0; ok && i < k->pcs; i++)
        ok = issue_one(x, &form, &x->c->pcs.v[x->order[x->next[k->class]++]], k->target);
    plan_form_free(&form);
    return ok;
}

static bool open_bundle(struct issuer *x)
{
    if (!x->r->bundle)
        return true;
    x->new_bundle = arena_printf(x->a, "%s.new", x->r->bundle);
    if (!x->new_bundle)
        return err_nomem(x->e);
    if (!os_file_write(x->new_bundle, "", 0, 0600, x->e)) /* what an earlier one left is not added to */
        return false;
    x->out = os_log_open(x->new_bundle, x->e);
    return x->out != NULL;
}

static bool close_bundle(struct issuer *x)
{
    bool ok = !x->out || os_log_sync(x->out, x->e);

    if (x->out)
        os_log_close(x->out);
    x->out = NULL;
    return ok && (!x->r->bundle || os_file_rename(x->new_bundle, x->r->bundle, x->e));
}

bool issue(const struct issue_request *r, struct arena *a, struct issued *ret, struct err *e)
{
    struct issuer x = {.r = r, .c = r->census, .a = a, .ret = ret, .e = e};
    bool ok;

    memset(ret, 0, sizeof *ret);
    buf_init(&x.block, BLOCK + 2 * LIMIT_DOCUMENT);
    ok = by_class(&x) && (!r->folder || os_dir_make(r->folder, 0700, e)) && open_bundle(&x);
    for (size_t i = 0; ok && i < r->choice->allotments.n; i++)
        ok = issue_allotment(&x, &r->choice->allotments.v[i]);
    ok = ok && flush(&x) && close_bundle(&x);
    if (x.out)
        os_log_close(x.out);
    buf_free(&x.block);
    mem_free(x.order);
    return ok;
}

bool issue_taken(const struct census *c, struct store *s, struct arena *a, long long **ret, struct err *e)
{
    const struct policy *p = c->r->policy;
    long long *taken = ARENA_ARRAY(a, p->seats.n + 1, long long);

    if (!taken)
        return err_nomem(e);
    *ret = taken;
    for (size_t i = 0; s && i < c->pcs.n; i++)
        if (!store_seat_drop(s, census_machine(c, &c->pcs.v[i]).id, e))
            return false;
    for (size_t i = 0; s && i < p->seats.n; i++)
        if (!store_seats_taken(s, p->seats.v[i].licence, &taken[i], e))
            return false;
    return true;
}
