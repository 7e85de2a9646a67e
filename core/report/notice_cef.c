#include "core/base/limits.h"
#include "core/report/report.h"

#include <string.h>

/* Harmless, and as the format wants it: backslash and the separator are escaped; in the extension line ends become \n and \r,
 * in the header they are blanks. */
static void add(struct buf *out, const char *s, char separator)
{
    while (*s) {
        size_t n = strcspn(s, "\r\n");
        struct buf part, shown;

        buf_init(&part, LIMIT_DOCUMENT);
        buf_init(&shown, LIMIT_DOCUMENT);
        buf_add(&part, s, n);
        text_show(&shown, buf_str(&part));
        for (size_t i = 0; i < shown.len; i++) {
            if (shown.data[i] == '\\' || shown.data[i] == separator)
                buf_addc(out, '\\');
            buf_addc(out, shown.data[i]);
        }
        out->failed = out->failed || part.failed || shown.failed;
        buf_free(&part);
        buf_free(&shown);
        s += n;
        if (*s)
            buf_adds(out, separator == '|' ? " " : *s++ == '\n' ? "\\n" : "\\r");
        if (separator == '|' && *s)
            s++;
    }
}

static void pair(struct buf *out, const char *key, const char *value)
{
    if (!value || !*value)
        return;
    buf_printf(out, " %s=", key);
    add(out, value, '=');
}

/* A value of the site's own with its name. */
static void named(struct buf *out, int n, const char *label, const char *value)
{
    if (!value || !*value)
        return;
    buf_printf(out, " cs%dLabel=%s cs%d=", n, label, n);
    add(out, value, '=');
}

static void joined(struct buf *out, int n, const char *label, const struct strs *list)
{
    struct buf b;

    buf_init(&b, LIMIT_DOCUMENT);
    for (size_t i = 0; i < list->n; i++)
        buf_printf(&b, "%s%s", i ? ", " : "", list->v[i]);
    out->failed = out->failed || b.failed;
    named(out, n, label, buf_str(&b));
    buf_free(&b);
}

static void window(struct buf *out, const struct notice_host *h)
{
    struct buf b;

    if (!h->window)
        return;
    buf_init(&b, LIMIT_DOCUMENT);
    buf_printf(&b, "%s to %s, %+lld min from UTC", h->window->from, h->window->to, h->utc_offset_min);
    for (size_t i = 0; i < h->window->days.n; i++)
        buf_printf(&b, "%s%s", i ? " " : ", ", h->window->days.v[i]);
    out->failed = out->failed || b.failed;
    named(out, 5, "window", buf_str(&b));
    buf_free(&b);
}

static void host(struct buf *out, const struct notice *n, const struct notice_host *h)
{
    buf_adds(out, "CEF:0|avswap|");
    add(out, "avswap", '|');
    buf_addc(out, '|');
    add(out, n->tool, '|');
    buf_adds(out, "|expected-change|Endpoint protection is going to be replaced|3|");
    buf_printf(out, "rt=%lld", (long long)n->at);
    if (n->begins != INSTANT_NONE)
        buf_printf(out, " start=%lld", (long long)n->begins);
    pair(out, "externalId", n->rollout);
    if (n->number)
        buf_printf(out, " cn1Label=notice cn1=%lld", n->number);
    pair(out, "dhost", h->name);
    pair(out, "destinationServiceName", h->address);
    pair(out, "suser", n->operator);
    for (size_t i = 0; i < n->workers.n; i++)
        if (text_eq(n->workers.v[i].os, h->os))
            pair(out, "fileHash", n->workers.v[i].sha256);
    named(out, 1, "wave", h->wave);
    joined(out, 2, "stops", &h->stops);
    joined(out, 3, "starts", &h->starts);
    named(out, 4, "planDigest", h->plan_digest);
    window(out, h);
    named(out, 6, "contact", h->contact ? h->contact : n->contact);
    buf_addc(out, '\n');
}

void report_notice_cef(const struct notice *n, struct buf *out)
{
    for (size_t i = 0; i < n->hosts.n; i++)
        host(out, n, &n->hosts.v[i]);
}
