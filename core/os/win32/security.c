#include "core/os/security.h"
#include "core/base/list.h"
#include "core/os/win32/environment.h"
#include "core/os/win32/wmi.h"

#include <stdlib.h>

/* Sets what one property says of a product. */
static bool read_property(const struct wmi_value *v, const struct environment *x, struct arena *a,
                          struct security_product *p, struct err *e)
{
    if (text_eq_fold(v->name, "displayName"))
        p->name = v->value;
    else if (text_eq_fold(v->name, "productState") && !text_number(v->value, &p->state))
        return err_set(e, ERR_INPUT, "Security Center says the state '%.40s'", v->value);
    else if (text_eq_fold(v->name, "pathToSignedProductExe"))
        p->exe = environment_path(x, v->value, a, e);
    return e->code == ERR_NONE;
}

static bool list(const char *class, const char *kind, const struct environment *x, struct facts *f,
                 struct arena *a, struct err *e)
{
    enum { TIMEOUT_MS = 15000 };
    struct wmi_rows rows = {NULL, 0};
    struct security_product *p = NULL;

    if (!wmi_ask("root/SecurityCenter2", class, TIMEOUT_MS, a, &rows, e))
        return false;
    for (size_t i = 0; i < rows.n; i++) {
        if (!i || rows.v[i].row != rows.v[i - 1].row) {
            p = LIST_ADD(a, &f->security_center);
            if (!p)
                return err_nomem(e);
            *p = (struct security_product){.kind = kind, .name = ""};
        }
        if (!read_property(&rows.v[i], x, a, p, e))
            return false;
    }
    return true;
}

bool os_security_center(struct facts *f, struct arena *a, struct err *e)
{
    struct environment x;

    return environment_open(false, a, &x, e) && list("AntiVirusProduct", "antivirus", &x, f, a, e) &&
           list("FirewallProduct", "firewall", &x, f, a, e);
}
