#include "core/assign/assign.h"

#include <glpk.h>
#include <string.h>

#define TIME_LIMIT_MS 120000

static int64_t nearest(double v)
{
    return (int64_t)(v < 0 ? v - 0.5 : v + 0.5);
}

/* The least whole number that is not below v, which is one but for the solver's error. */
static int64_t at_least(double v)
{
    int64_t n = (int64_t)v;

    return v - (double)n > 1e-6 ? n + 1 : n;
}

/*
 * One model in GLPK. Columns and rows are numbered from 1; 0: there is none.
 *
 *   x[c,p]  PCs of class c with product p          class row:   sum over p of x = size
 *   y[l]    licence l is in use                    licence row: sum over x of l - s[l] <= seats
 *   z[k,l]  client k has licence l in use          use row:     sum over p of l of x[c,p] <= size * y (or z)
 *   s[l]    seats of l beyond what there is
 */
struct model {
    const struct assign_problem *p;
    glp_prob *lp;
    int *x, *y, *z, *s;
    int *class_row, *licence_row;
    int ints; /* binary columns */
};

static bool model_open(struct model *m, const struct assign_problem *p, struct arena *a, struct err *e)
{
    memset(m, 0, sizeof *m);
    m->p = p;
    m->x = ARENA_ARRAY(a, p->classes * p->products + 1, int);
    m->y = ARENA_ARRAY(a, p->licences + 1, int);
    m->z = ARENA_ARRAY(a, p->clients * p->licences + 1, int);
    m->s = ARENA_ARRAY(a, p->licences + 1, int);
    m->class_row = ARENA_ARRAY(a, p->classes + 1, int);
    m->licence_row = ARENA_ARRAY(a, p->licences + 1, int);
    if (!m->x || !m->y || !m->z || !m->s || !m->class_row || !m->licence_row)
        return err_nomem(e);
    glp_term_out(GLP_OFF);
    m->lp = glp_create_prob();
    glp_set_obj_dir(m->lp, GLP_MIN);
    return true;
}

static void model_close(struct model *m)
{
    if (m->lp)
        glp_delete_prob(m->lp);
    m->lp = NULL;
}

static int column(struct model *m, double cost, bool binary)
{
    int j = glp_add_cols(m->lp, 1);

    glp_set_obj_coef(m->lp, j, cost);
    if (binary)
        glp_set_col_kind(m->lp, j, GLP_BV);
    else
        glp_set_col_bnds(m->lp, j, GLP_LO, 0, 0);
    m->ints += binary;
    return j;
}

/* Terms of a row, collected. */
struct terms {
    int *column;
    double *factor;
    int n;
};

static bool terms_open(struct terms *t, struct arena *a, size_t max, struct err *e)
{
    t->column = ARENA_ARRAY(a, max + 1, int);
    t->factor = ARENA_ARRAY(a, max + 1, double);
    t->n = 0;
    return (t->column && t->factor) || err_nomem(e);
}

static void term(struct terms *t, int col, double factor)
{
    if (!col)
        return;
    t->column[++t->n] = col;
    t->factor[t->n] = factor;
}

static int row(struct model *m, struct terms *t, int type, double bound)
{
    int i = glp_add_rows(m->lp, 1);

    glp_set_mat_row(m->lp, i, t->n, t->column, t->factor);
    glp_set_row_bnds(m->lp, i, type, bound, bound);
    t->n = 0;
    return i;
}

/* x and the class rows. open: the licences that may be used, by client; NULL: all. Costs count unless only seats do. */
static void add_classes(struct model *m, struct terms *t, const bool *open, bool costs)
{
    const struct assign_problem *p = m->p;

    for (size_t c = 0; c < p->classes; c++) {
        for (size_t i = 0; i < p->products; i++) {
            size_t at = c * p->products + i;

            if (p->cost[at] == ASSIGN_CANNOT || (open && !open[p->client[c] * p->licences + p->licence[i]]))
                continue;
            m->x[at] = column(m, costs ? (double)p->cost[at] : 0, false);
            term(t, m->x[at], 1);
        }
        m->class_row[c] = row(m, t, GLP_FX, (double)p->size[c]);
    }
}

/* elastic: seats that may be added: none (NULL), or those licences. */
static void add_licences(struct model *m, struct terms *t, const bool *elastic)
{
    const struct assign_problem *p = m->p;

    for (size_t l = 0; l < p->licences; l++) {
        if (p->seats[l] < 0)
            continue;
        for (size_t at = 0; at < p->classes * p->products; at++)
            if (p->licence[at % p->products] == l)
                term(t, m->x[at], 1);
        if (!t->n)
            continue;
        if (elastic && elastic[l]) {
            m->s[l] = column(m, 1, false);
            term(t, m->s[l], -1);
        }
        m->licence_row[l] = row(m, t, GLP_UP, (double)p->seats[l]);
    }
}

/* No PC of class c has a product of licence l unless `use` is 1. */
static void add_use(struct model *m, struct terms *t, size_t c, size_t l, int use)
{
    const struct assign_problem *p = m->p;

    for (size_t i = 0; i < p->products; i++)
        if (p->licence[i] == l)
            term(t, m->x[c * p->products + i], 1);
    if (!t->n)
        return;
    term(t, use, -(double)p->size[c]);
    row(m, t, GLP_UP, 0);
}

static void add_uses(struct model *m, struct terms *t, bool costs)
{
    const struct assign_problem *p = m->p;
    bool clients = p->one_per_client || (costs && p->extra_client > 0);

    for (size_t l = 0; costs && p->extra > 0 && l < p->licences; l++) {
        m->y[l] = column(m, (double)p->extra, true);
        for (size_t c = 0; c < p->classes; c++)
            add_use(m, t, c, l, m->y[l]);
    }
    for (size_t k = 0; clients && k < p->clients; k++) {
        for (size_t l = 0; l < p->licences; l++) {
            m->z[k * p->licences + l] = column(m, costs ? (double)p->extra_client : 0, true);
            for (size_t c = 0; c < p->classes; c++)
                if (p->client[c] == k)
                    add_use(m, t, c, l, m->z[k * p->licences + l]);
        }
        for (size_t l = 0; p->one_per_client && l < p->licences; l++)
            term(t, m->z[k * p->licences + l], 1);
        if (t->n)
            row(m, t, GLP_UP, 1);
    }
}

enum solved { SOLVED, SOLVED_NOT_PROVED, SOLVED_NONE };

static enum solved run_simplex(struct model *m)
{
    glp_smcp s;

    glp_init_smcp(&s);
    s.msg_lev = GLP_MSG_OFF;
    glp_scale_prob(m->lp, GLP_SF_AUTO);
    glp_adv_basis(m->lp, 0);
    return glp_simplex(m->lp, &s) == 0 && glp_get_status(m->lp) == GLP_OPT ? SOLVED : SOLVED_NONE;
}

static enum solved run(struct model *m)
{
    glp_iocp i;
    int rc, status;

    if (run_simplex(m) == SOLVED_NONE)
        return SOLVED_NONE;
    if (!m->ints)
        return SOLVED;
    glp_init_iocp(&i);
    i.msg_lev = GLP_MSG_OFF;
    i.tm_lim = TIME_LIMIT_MS;
    i.gmi_cuts = i.mir_cuts = GLP_ON;
    rc = glp_intopt(m->lp, &i);
    status = glp_mip_status(m->lp);
    if (rc == 0 && status == GLP_OPT)
        return SOLVED;
    return status == GLP_FEAS ? SOLVED_NOT_PROVED : SOLVED_NONE;
}

static double value(const struct model *m, int col)
{
    if (!col)
        return 0;
    return m->ints ? glp_mip_col_val(m->lp, col) : glp_get_col_prim(m->lp, col);
}

/* --- the optimum ----------------------------------------------------------------------------------------------- */

/* Which licences each client has in use. */
static bool read_open(const struct model *m, struct arena *a, bool **ret, struct err *e)
{
    const struct assign_problem *p = m->p;
    bool *open = ARENA_ARRAY(a, p->clients * p->licences + 1, bool);

    if (!open)
        return err_nomem(e);
    for (size_t at = 0; at < p->classes * p->products; at++)
        if (value(m, m->x[at]) > 1e-7)
            open[p->client[at / p->products] * p->licences + p->licence[at % p->products]] = true;
    *ret = open;
    return true;
}

/* Fixed costs are only paid once for a licence: beside the open ones of a client no other of the fleet's may be open
 * for nothing where clients do not count. */
static void widen_open(const struct assign_problem *p, bool *open)
{
    if (p->one_per_client || p->extra_client > 0)
        return;
    for (size_t l = 0; l < p->licences; l++) {
        bool any = p->extra <= 0;

        for (size_t k = 0; k < p->clients; k++)
            any = any || open[k * p->licences + l];
        for (size_t k = 0; k < p->clients; k++)
            open[k * p->licences + l] = any;
    }
}

static bool read_counts(const struct model *m, struct assign_result *ret, struct err *e)
{
    const struct assign_problem *p = m->p;

    for (size_t at = 0; at < p->classes * p->products; at++) {
        double v = m->x[at] ? glp_get_col_prim(m->lp, m->x[at]) : 0;

        ret->count[at] = nearest(v);
        if (v - (double)ret->count[at] > 1e-5 || v - (double)ret->count[at] < -1e-5)
            return err_set(e, ERR_BUG, "the assignment gave %.3f PCs one product", v);
        if (ret->count[at])
            ret->used[p->licence[at % p->products]] = true;
    }
    return true;
}

static void read_prices(const struct model *m, struct assign_result *ret)
{
    const struct assign_problem *p = m->p;

    for (size_t l = 0; l < p->licences; l++)
        if (m->licence_row[l])
            ret->seat_price[l] = nearest(-glp_get_row_dual(m->lp, m->licence_row[l]));
    for (size_t at = 0; at < p->classes * p->products; at++) {
        double u = glp_get_row_dual(m->lp, m->class_row[at / p->products]);

        ret->too_dear[at] = p->cost[at] == ASSIGN_CANNOT
                                ? ASSIGN_CANNOT
                                : nearest((double)p->cost[at] + (double)ret->seat_price[p->licence[at % p->products]] - u);
    }
}

static bool client_uses(const struct assign_problem *p, const struct assign_result *r, size_t k, size_t l)
{
    for (size_t at = 0; at < p->classes * p->products; at++)
        if (r->count[at] && p->client[at / p->products] == k && p->licence[at % p->products] == l)
            return true;
    return false;
}

static void add_up(const struct assign_problem *p, struct assign_result *ret)
{
    int64_t n = 0;

    ret->total = ret->fixed = 0;
    for (size_t at = 0; at < p->classes * p->products; at++)
        if (ret->count[at])
            ret->total += ret->count[at] * p->cost[at];
    for (size_t l = 0; l < p->licences; l++)
        n += ret->used[l];
    if (n > 1 && p->extra > 0)
        ret->fixed += (n - 1) * p->extra;
    for (size_t k = 0; p->extra_client > 0 && k < p->clients; k++) {
        n = 0;
        for (size_t l = 0; l < p->licences; l++)
            n += client_uses(p, ret, k, l);
        if (n > 1)
            ret->fixed += (n - 1) * p->extra_client;
    }
    ret->total += ret->fixed;
}

/* With the licences in use settled, a transportation problem: its corner is the answer, its dual the reason. */
static bool settle(const struct assign_problem *p, const bool *open, struct arena *a, struct assign_result *ret,
                   struct err *e)
{
    struct model m;
    struct terms t;
    bool ok = model_open(&m, p, a, e) && terms_open(&t, a, p->classes * p->products + p->licences + 2, e);

    if (ok) {
        add_classes(&m, &t, open, true);
        add_licences(&m, &t, NULL);
        ok = run_simplex(&m) == SOLVED || err_set(e, ERR_BUG, "the assignment cannot be settled");
    }
    if (ok)
        ok = read_counts(&m, ret, e);
    if (ok) {
        read_prices(&m, ret);
        add_up(p, ret);
    }
    model_close(&m);
    return ok;
}

static bool solve_costs(const struct assign_problem *p, struct arena *a, struct assign_result *ret, struct err *e)
{
    bool *open = NULL;
    struct model m;
    struct terms t;
    bool ok = model_open(&m, p, a, e) && terms_open(&t, a, p->classes * p->products + p->licences + 2, e);

    if (ok) {
        enum solved s;

        add_classes(&m, &t, NULL, true);
        add_licences(&m, &t, NULL);
        add_uses(&m, &t, true);
        s = run(&m);
        ret->feasible = s != SOLVED_NONE;
        ret->proved = s == SOLVED;
    }
    ok = ok && (!ret->feasible || read_open(&m, a, &open, e));
    model_close(&m);
    if (!ok || !ret->feasible)
        return ok;
    widen_open(p, open);
    return settle(p, open, a, ret, e);
}

/* --- too few seats --------------------------------------------------------------------------------------------- */

/* The least number of seats that `elastic` licences would need more; -1: no number helps. */
static bool least_more(const struct assign_problem *p, const bool *elastic, bool uses, struct arena *a, int64_t *more,
                       bool *squeezed, int64_t *ret, struct err *e)
{
    struct model m;
    struct terms t;
    bool ok = model_open(&m, p, a, e) && terms_open(&t, a, p->classes * p->products + p->licences + 2, e);

    *ret = -1;
    if (ok) {
        add_classes(&m, &t, NULL, false);
        add_licences(&m, &t, elastic);
        if (uses)
            add_uses(&m, &t, false);
    }
    if (ok && run(&m) != SOLVED_NONE) {
        *ret = 0;
        for (size_t l = 0; l < p->licences; l++) {
            int64_t n = at_least(value(&m, m.s[l]));

            *ret += n;
            if (more)
                more[l] = n;
        }
        for (size_t c = 0; squeezed && c < p->classes; c++)
            squeezed[c] = glp_get_row_dual(m.lp, m.class_row[c]) > 0.5;
    }
    model_close(&m);
    return ok;
}

static bool explain_seats(const struct assign_problem *p, bool uses, struct arena *a, struct assign_result *ret,
                          struct err *e)
{
    bool *elastic = ARENA_ARRAY(a, p->licences + 1, bool);

    if (!elastic)
        return err_nomem(e);
    for (size_t l = 0; l < p->licences; l++)
        elastic[l] = true;
    if (!least_more(p, elastic, uses, a, ret->more, uses ? NULL : ret->squeezed, &ret->missing, e))
        return false;
    for (size_t l = 0; l < p->licences && ret->missing > 0; l++) {
        memset(elastic, 0, p->licences * sizeof *elastic);
        elastic[l] = p->seats[l] >= 0;
        if (!least_more(p, elastic, uses, a, NULL, NULL, &ret->alone[l], e))
            return false;
    }
    return true;
}

/* Clients for whose classes no licence is there that all of them could use. */
static void find_split(const struct assign_problem *p, struct assign_result *ret)
{
    for (size_t k = 0; k < p->clients; k++) {
        bool served = false, any = false;

        for (size_t l = 0; l < p->licences && !served; l++) {
            served = true;
            for (size_t c = 0; c < p->classes && served; c++) {
                bool can = p->client[c] != k;

                any = any || !can;
                for (size_t i = 0; i < p->products; i++)
                    can = can || (p->licence[i] == l && p->cost[c * p->products + i] != ASSIGN_CANNOT);
                served = can;
            }
        }
        ret->split[k] = any && !served;
    }
}

static bool explain_infeasible(const struct assign_problem *p, struct arena *a, struct assign_result *ret, struct err *e)
{
    bool split = false;

    if (!explain_seats(p, false, a, ret, e))
        return false;
    if (!p->one_per_client)
        return true;
    find_split(p, ret);
    for (size_t k = 0; k < p->clients; k++)
        split = split || ret->split[k];
    return split || explain_seats(p, true, a, ret, e);
}

/* --------------------------------------------------------------------------------------------------------------- */

static bool check(const struct assign_problem *p, struct err *e)
{
    for (size_t i = 0; i < p->products; i++)
        if (p->licence[i] >= p->licences)
            return err_set(e, ERR_INPUT, "product %zu has no licence", i);
    for (size_t c = 0; c < p->classes; c++) {
        bool any = false;

        for (size_t i = 0; i < p->products; i++)
            any = any || p->cost[c * p->products + i] != ASSIGN_CANNOT;
        if (!any || p->size[c] < 0 || p->client[c] >= p->clients)
            return err_set(e, ERR_INPUT, "class %zu cannot be assigned anything", c);
    }
    return true;
}

bool assign_solve(const struct assign_problem *p, struct arena *a, struct assign_result *ret, struct err *e)
{
    size_t cells = p->classes * p->products + 1;

    memset(ret, 0, sizeof *ret);
    ret->count = ARENA_ARRAY(a, cells, int64_t);
    ret->too_dear = ARENA_ARRAY(a, cells, int64_t);
    ret->used = ARENA_ARRAY(a, p->licences + 1, bool);
    ret->seat_price = ARENA_ARRAY(a, p->licences + 1, int64_t);
    ret->more = ARENA_ARRAY(a, p->licences + 1, int64_t);
    ret->alone = ARENA_ARRAY(a, p->licences + 1, int64_t);
    ret->squeezed = ARENA_ARRAY(a, p->classes + 1, bool);
    ret->split = ARENA_ARRAY(a, p->clients + 1, bool);
    if (!ret->count || !ret->too_dear || !ret->used || !ret->seat_price || !ret->more || !ret->alone || !ret->squeezed ||
        !ret->split)
        return err_nomem(e);
    if (!check(p, e))
        return false;
    if (!p->classes) {
        ret->feasible = ret->proved = true;
        return true;
    }
    return solve_costs(p, a, ret, e) && (ret->feasible || explain_infeasible(p, a, ret, e));
}
