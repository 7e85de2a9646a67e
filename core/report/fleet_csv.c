#include "core/base/limits.h"
#include "core/report/report.h"

#include <string.h>

void report_csv_text(struct buf *out, const char *s)
{
    struct buf shown;

    buf_init(&shown, LIMIT_DOCUMENT);
    text_show(&shown, s ? s : "");
    buf_addc(out, '"');
    if (shown.len && strchr("=+-@", buf_str(&shown)[strspn(buf_str(&shown), " ")]))
        buf_addc(out, '\'');
    for (size_t i = 0; i < shown.len; i++) {
        if (shown.data[i] == '"')
            buf_addc(out, '"');
        buf_addc(out, shown.data[i]);
    }
    buf_addc(out, '"');
    out->failed = out->failed || shown.failed;
    buf_free(&shown);
}

static void time(struct buf *out, instant t)
{
    char when[INSTANT_TEXT];

    buf_printf(out, "%s,", instant_format(t, when));
}

static void host(struct buf *out, const struct fleet_member *h)
{
    const char *const names[] = {h->name, h->machine, h->site, h->wave, host_state_names[h->state], h->was};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        report_csv_text(out, names[i]);
        buf_addc(out, ',');
    }
    time(out, h->since);
    time(out, h->seen);
    time(out, h->next);
    report_csv_text(out, h->from);
    buf_addc(out, ',');
    report_csv_text(out, h->to);
    buf_addc(out, ',');
    if (h->gap_s >= 0)
        buf_printf(out, "%lld", h->gap_s);
    buf_addc(out, ',');
    report_csv_text(out, h->text);
    buf_addc(out, ',');
    report_csv_text(out, h->action);
    buf_addc(out, ',');
    time(out, h->unprotected_since);
    report_csv_text(out, h->command);
    buf_adds(out, "\r\n");
}

void report_fleet_csv(const struct fleet_status *f, struct buf *out)
{
    buf_adds(out, "name,machine,site,wave,state,was,since,seen,next,from,to,gap_s,text,action,unprotected_since,command\r\n");
    for (size_t i = 0; i < f->hosts.n; i++)
        host(out, &f->hosts.v[i]);
}
