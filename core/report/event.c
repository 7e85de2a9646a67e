#include "core/report/page.h"

static void step_title(struct page *p, const struct plan *plan, const char *id)
{
    const struct step *s = id ? plan_step(plan, id) : NULL;

    if (id)
        page_say(p, INK_DIM, "%s  ", id);
    page_say(p, INK_PLAIN, "%s", s ? s->title : id ? "(a step that is not in the plan)" : "");
}

static void step_end(struct page *p, const struct plan *plan, const struct event *ev, const char *word)
{
    bool good = outcome_is_good(ev->outcome);

    page_mark(p, good ? INK_GOOD : INK_BAD, good ? MARK_YES : MARK_NO);
    page_say(p, INK_PLAIN, " %s", word);
    step_title(p, plan, ev->step);
    if (!good || ev->outcome != OUTCOME_OK)
        page_say(p, good ? INK_DIM : INK_BAD, " (%s)", outcome_names[ev->outcome]);
    if (ev->text && !good)
        page_say(p, INK_PLAIN, ": %s", ev->text);
}

static const char *product_name(const struct plan *plan, const char *id)
{
    if (plan->target && text_eq(plan->target->product, id))
        return plan->target->name;
    for (size_t i = 0; i < plan->sources.n; i++)
        if (text_eq(plan->sources.v[i].product, id))
            return plan->sources.v[i].name;
    return id;
}

static void protection(struct page *p, const struct plan *plan, const struct event *ev)
{
    bool on = ev->answer == TRI_YES;

    page_mark(p, on ? INK_GOOD : INK_BAD, on ? MARK_NOW : MARK_LATER);
    page_say(p, on ? INK_GOOD : INK_BAD, " %s",
             on ? "protected" : ev->answer == TRI_NO ? "UNPROTECTED" : "protection not known");
    for (size_t i = 0; i < ev->by.n; i++)
        page_say(p, INK_PLAIN, "%s%s", i ? ", " : " by ", product_name(plan, ev->by.v[i]));
}

static void worded(struct page *p, enum ink ink, enum mark m, const char *words, const char *text)
{
    page_mark(p, ink, m);
    page_say(p, ink, " %s", words);
    if (text)
        page_say(p, INK_PLAIN, ": %s", text);
}

void report_event(const struct plan *plan, const struct event *ev, const struct style *s, struct buf *out)
{
    struct page p;

    page_open(&p, s, out);
    switch ((enum event_kind)ev->kind) {
    case EVENT_END:
        step_end(&p, plan, ev, "");
        break;
    case EVENT_UNDO_END:
        step_end(&p, plan, ev, "undone: ");
        break;
    case EVENT_REBOOT:
        worded(&p, INK_WARN, MARK_NOW, "reboot", ev->text);
        break;
    case EVENT_ROLLBACK:
        worded(&p, INK_WARN, MARK_NOW, "turning back", ev->text);
        break;
    case EVENT_PROTECTION:
        protection(&p, plan, ev);
        break;
    case EVENT_NOTE:
        worded(&p, INK_DIM, MARK_ITEM, "note", ev->text);
        break;
    case EVENT_COMMIT:
        worded(&p, INK_GOOD, MARK_YES, "kept for good: what was needed to turn back is given up", NULL);
        break;
    case EVENT_STOP:
        worded(&p, INK_WARN, MARK_NOW, "stopped", ev->text);
        break;
    case EVENT_FINISH:
        worded(&p, INK_BOLD, MARK_NOW, "the run is over", ev->result);
        break;
    case EVENT_NONE:
    case EVENT_RUN:
    case EVENT_START:
    case EVENT_BEGIN: /* shown as the work in hand, not as a line */
    case EVENT_UNDO_BEGIN:
    case EVENT_TRY:
    case EVENT_COUNT:
        break;
    }
    page_end_para(&p, 0, ev->step ? 7 : 2);
    page_close(&p);
}

void report_event_dry(const struct plan *plan, const struct event *ev, const struct style *s, struct buf *out)
{
    bool would = ev->outcome == OUTCOME_OK, good = outcome_is_good(ev->outcome);
    struct page p;

    if (ev->kind != EVENT_END)
        return;
    page_open(&p, s, out);
    page_mark(&p, !good ? INK_BAD : would ? INK_DIM : INK_GOOD, !good ? MARK_NO : would ? MARK_LATER : MARK_YES);
    page_say(&p, INK_PLAIN, " ");
    step_title(&p, plan, ev->step);
    if (ev->text)
        page_say(&p, good ? INK_DIM : INK_PLAIN, ": %s", ev->text);
    page_end_para(&p, 0, 7);
    page_close(&p);
}
