#include "core/model/advice.h"
#include "core/base/list.h"
#include "core/model/product.h"

static bool check_advice(void *obj, const struct place *at, struct err *e)
{
    const struct advice *x = obj;

    return cond_lists(x->each) || place_error(e, at, "'each' is a probe that finds facts one by one, or 'any' of such probes");
}

static const struct field advice_fields[] = {
    FIELD(advice, STR, id, "its id", .flags = FIELD_REQUIRED | FIELD_ID),
    FIELD(advice, STR, text, "what it means and what a person does, behind the place that was found", .flags = FIELD_REQUIRED),
    FIELD(advice, OBJ, each, "finds the places", .sub = &cond_schema, .flags = FIELD_REQUIRED),
    FIELD(advice, STR, source, "where the fact comes from"),
    FIELD(advice, ENUM, confidence, "documented, field, tested or unverified", .names = confidence_names),
    FIELD_END,
};
const struct schema advice_schema = {"advice", NULL, "something told to a person, which avswap never changes",
                                     sizeof(struct advice), advice_fields, check_advice};

bool advice_find(const struct advice *x, const struct facts *f, struct doc *d, struct strs *ret, struct err *e)
{
    struct cond_matches found;

    if (!cond_each(x->each, f, d, &found, e))
        return false;
    for (size_t i = 0; i < found.rows.n; i++) {
        const char **slot = LIST_ADD(&d->arena, ret);

        if (slot)
            *slot = arena_printf(&d->arena, "%s: %s", found.rows.v[i].text, x->text);
        if (!slot || !*slot)
            return err_nomem(e);
    }
    return true;
}
