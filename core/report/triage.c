#include "core/report/page.h"
#include "core/model/triage.h"

static const char *const class_words[] = {
    [TRIAGE_NONE] = "look", [TRIAGE_PRODUCT] = "product", [TRIAGE_COMPONENT] = "part", [TRIAGE_WHITE_LABEL] = "white-label"};

void report_triage_row(const struct triage_row *row, const struct style *s, struct buf *out)
{
    bool look = row->class == TRIAGE_NONE && row->confidence == CERTAINTY_POSSIBLE;
    bool none = row->class == TRIAGE_NONE && !look;
    struct page p;

    if (none && !s->verbose)
        return;
    page_open(&p, s, out);
    page_say(&p, none ? INK_DIM : INK_BOLD, "%s", *row->name ? row->name : "(no name)");
    if (*row->version)
        page_say(&p, INK_PLAIN, "  %s", row->version);
    if (*row->host)
        page_say(&p, INK_NAME, "  %s", row->host);
    page_end_line(&p, 2, 4, row->must_go ? INK_BAD : look ? INK_WARN : INK_DIM, none ? "none" : class_words[row->class]);
    page_say(&p, INK_DIM, "row %lld", row->n);
    if (*row->publisher)
        page_say(&p, INK_DIM, ", by %s", row->publisher);
    page_say(&p, INK_DIM, ": %s%s%s%s, %s", row->reason, *row->product ? " (" : "", row->product, *row->product ? ")" : "",
             certainty_names[row->confidence]);
    page_end_para(&p, 4, 4);
    page_close(&p);
}

static void list(struct page *p, const char *label, const struct strs *items)
{
    for (size_t i = 0; i < items->n; i++)
        page_pair(p, 4, 16, i ? "" : label, INK_PLAIN, items->v[i]);
}

static void host(struct page *p, const struct triage_host *h)
{
    page_say(p, INK_BOLD, "%s", *h->host ? h->host : "(the inventory names no PC)");
    page_end_line(p, 2, 4, h->must_go ? INK_BAD : INK_DIM, h->must_go ? "must go" : "may stay");
    list(p, "product", &h->products);
    list(p, "part", &h->components);
    list(p, "white-label", &h->white_labels);
    if (h->doubtful)
        page_line(p, 4, 4, INK_WARN, "%lld row%s to look at", h->doubtful, h->doubtful == 1 ? "" : "s");
}

void report_triage_hosts(const struct triage_host *v, size_t n, long long rows, const struct style *s, struct buf *out)
{
    long long doubtful = 0;
    size_t busy = 0, found = 0;
    struct page p;

    page_open(&p, s, out);
    for (size_t i = 0; i < n; i++) {
        const struct triage_host *h = &v[i];
        bool any = h->products.n || h->components.n || h->white_labels.n;

        if ((any || h->doubtful) && !found++)
            page_heading(&p, "PER PC");
        if (any || h->doubtful)
            host(&p, h);
        busy += h->must_go;
        doubtful += h->doubtful;
    }
    if (found)
        page_blank(&p);
    page_line(&p, 0, 0, INK_BOLD, "%lld row%s of %zu PC%s: on %zu something must go.", rows, rows == 1 ? "" : "s", n,
              n == 1 ? "" : "s", busy);
    if (doubtful)
        page_line(&p, 0, 0, INK_WARN, "%lld row%s for a person to look at.", doubtful, doubtful == 1 ? "" : "s");
    page_close(&p);
}
