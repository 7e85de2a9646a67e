/*
 * page.h - paragraphs, marks and tables for a screen of some width.
 *
 * A page collects the spans of one paragraph at a time (page_say) and lays it out when the paragraph ends
 * (page_end_para), wrapped to the style's width with a hanging indent. Everything said is made harmless by text_show(),
 * so nothing from a PC or a document can reach the terminal as a control sequence; inks are kept as control bytes inside
 * the page, which text_show() never lets through, and become colours only where the style wants them.
 *
 * Calling order: page_open, any number of paragraphs and tables, page_close. Memory running out shows as a failed `out`.
 */
#ifndef AVSWAP_CORE_REPORT_PAGE_H
#define AVSWAP_CORE_REPORT_PAGE_H

#include "core/report/report.h"

enum ink { INK_PLAIN, INK_BOLD, INK_DIM, INK_GOOD, INK_WARN, INK_BAD, INK_NAME, INK_COUNT };

enum mark { MARK_YES, MARK_NO, MARK_UNKNOWN, MARK_ITEM, MARK_NOW, MARK_LATER, MARK_DASH, MARK_COUNT };

struct page {
    const struct style *style;
    struct buf *out;
    struct buf para;
};

void page_open(struct page *p, const struct style *s, struct buf *out);
void page_close(struct page *p);
/* A buf whose text is going to be said: had it no memory, the page has failed. */
void page_check(struct page *p, const struct buf *b);

/* Adds to the paragraph; the whole formatted text goes through text_show(). */
void page_say(struct page *p, enum ink ink, const char *fmt, ...) __attribute__((format(__printf__, 3, 4)));
/* The same for one word group that must not be broken across lines. */
void page_keep(struct page *p, enum ink ink, const char *fmt, ...) __attribute__((format(__printf__, 3, 4)));
void page_mark(struct page *p, enum ink ink, enum mark m);
/* Lays out the paragraph: its first line indented by `first`, the others by `rest`. Nothing said: nothing printed. */
void page_end_para(struct page *p, int first, int rest);
/* The same with `right` (a word of our own) at the right edge of the first line. */
void page_end_line(struct page *p, int first, int rest, enum ink ink, const char *right);
void page_blank(struct page *p);
/* A paragraph of one span. */
void page_line(struct page *p, int first, int rest, enum ink ink, const char *fmt, ...)
    __attribute__((format(__printf__, 5, 6)));
/* As much of the text as one line holds, with "..." where there is more. */
void page_cut(struct page *p, int indent, enum ink ink, const char *text);
/* Lays the paragraph out as one line that ends at the right edge, with "..." where there is more. */
void page_end_cut(struct page *p, int indent);
/* The text in exactly so many columns: padded, or cut with a mark. */
void page_column(struct page *p, enum ink ink, int columns, const char *text);
/* A bar of `length` columns of which part of whole is full; something is never shown as nothing, nor a rest as all. */
void page_bar(struct page *p, enum ink ink, int length, long long part, long long whole);
/* A heading with a blank line before it, where something stands before it. */
void page_heading(struct page *p, const char *text);
/* "- item" lines. */
void page_list(struct page *p, int indent, const struct strs *items);
/* "label   value" with the value starting at `column`. Nothing for a NULL or empty value. */
void page_pair(struct page *p, int indent, int column, const char *label, enum ink ink, const char *value);

/* An instant for people: "2026-11-22 11:00:00" at the style's offset, with the offset or UTC. */
const char *page_time(const struct page *p, instant t, char *buf, size_t size);

#endif
