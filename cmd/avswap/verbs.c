#include "cmd/avswap/avswap.h"
#include "cmd/cli/out.h"
#include "core/model/words.h"
#include "core/base/limits.h"
#include "core/report/page.h"
#include "core/step/verb.h"

#include <stdio.h>

static json_t *verbs_json(void)
{
    json_t *list = json_array();

    for (size_t i = 0; verbs[i]; i++) {
        const struct verb_def *v = &verbs[i]->def;
        json_t *args = json_array(), *flags = json_array();

        for (const struct field *f = v->args->fields; f->name; f++)
            json_array_append_new(args, json_pack("{ss ss sb ss}", "name", f->name, "type", words_type(f), "required",
                                                  (f->flags & FIELD_REQUIRED) != 0, "doc", f->doc));
        for (size_t k = 0; words_flags[k].text; k++)
            if (v->flags & words_flags[k].flag)
                json_array_append_new(flags, json_string(words_flags[k].id));
        json_array_append_new(list, json_pack("{ss ss so so sI ss?}", "name", v->name, "doc", v->doc, "flags", flags,
                                              "args", args, "timeout_s", (json_int_t)v->timeout_s, "no_undo",
                                              v->no_undo));
    }
    return json_pack("{ss so}", "schema", "avswap.verbs/1", "verbs", list);
}

static void one(struct page *p, const struct verb_def *v)
{
    char span[INSTANT_TEXT];

    page_blank(p);
    page_say(p, INK_BOLD, "%s", v->name);
    page_end_line(p, 0, 2, INK_DIM, v->timeout_s ? instant_span(v->timeout_s * 1000, span) : "");
    page_line(p, 2, 2, INK_PLAIN, "%s", v->doc);
    for (const struct field *f = v->args->fields; f->name; f++) {
        page_keep(p, INK_NAME, "%-14s", f->name);
        page_say(p, INK_DIM, " %s%s", words_type(f), f->flags & FIELD_REQUIRED ? ", required" : "");
        page_say(p, INK_PLAIN, "  %s", f->doc);
        page_end_para(p, 4, 19);
    }
    for (size_t k = 0; words_flags[k].text; k++)
        if (v->flags & words_flags[k].flag)
            page_line(p, 2, 4, INK_DIM, "%s", words_flags[k].text);
    if (v->no_undo)
        page_line(p, 2, 4, INK_WARN, "no undo: %s", v->no_undo);
}

static bool list_verbs(struct cli *c, struct err *e)
{
    struct page p;
    struct buf b;

    if (c->json)
        return out_json(verbs_json(), e);
    buf_init(&b, LIMIT_DOCUMENT);
    page_open(&p, &c->style, &b);
    for (size_t i = 0; verbs[i]; i++)
        one(&p, &verbs[i]->def);
    page_close(&p);
    return out_text(&b, e);
}

static const char *const about[] = {
    "Lists the verbs that products and playbooks are written with: what each does, its arguments, its limit and whether it can "
    "be undone. The list is made from the table that the engine runs.",
    NULL,
};

static const struct example examples[] = {
    {"avswap verbs --json", "for an editor or a generator"},
    {NULL, NULL},
};

const struct command cmd_verbs = {
    .name = "verbs",
    .summary = "what steps can do",
    .operands = "",
    .about = about,
    .exits = (const int[]){-1},
    .examples = examples,
    .run = list_verbs,
};
