/*
 * link.h - what a child that led to a PC has written to standard error, read as a table: which words mean what. Used by the
 * transports; the enum stands in transport.h.
 *
 * Both ends write there: the client of this machine and, once the login is through, the PC. Nothing of it is shown but by
 * text_show(), and one line of it only.
 */
#ifndef AVSWAP_CORE_VISIT_LINK_H
#define AVSWAP_CORE_VISIT_LINK_H

#include "core/visit/transport.h"

struct link_row {
    const char *words; /* that stand in a line; NULL ends the table, and is what holds where no row fits */
    enum link link;
    const char *says;  /* for people: what happened and what to do */
};

/* The first row whose words stand somewhere in it. */
const struct link_row *link_match(const struct link_row *rows, const struct link_end *end);
/* Appends " (LINE)": the line with the row's words, else the last one that is not blank; nothing where there is none. */
void link_quote(const struct link_end *end, const char *words, struct buf *text);
/* How it ended where that needs no reading: greeted or not, a signal, a deadline. NULL: it has to be read. */
const struct link_row *link_plain(const struct link_end *end);

#endif
