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

/* What several transports have to say. */
#define LINK_LATER "; it is tried again later"
#define LINK_SAYS_CHANGED \
    "its host key is another one than known_hosts has: somebody may stand in between, or it was installed anew. Ask who looks after " \
    "it; when that is so, remove the old key with ssh-keygen -R and add the new one"
#define LINK_SAYS_UNKNOWN \
    "its host key is not known here: get it from a source that you trust (ssh-keyscan only inside a network that you trust) and add it " \
    "to known_hosts"
#define LINK_SAYS_REFUSED \
    "the login was refused: check the user, the key and the agent with ssh by hand; it is not tried again by itself"
#define LINK_SAYS_NOTHING_COMMON \
    "this machine's ssh and the PC have no algorithm in common: correct ssh_config, or the PC's sshd"

extern const struct link_row link_silent[];  /* no connection, or it broke off */
extern const struct link_row link_foreign[]; /* the client was content, and the PC never greeted: what stood between the login and our script */

/* The first row whose words stand somewhere in it. */
const struct link_row *link_match(const struct link_row *rows, const struct link_end *end);
/* Appends " (LINE)": the line with the row's words, else the last one that is not blank; nothing where there is none. */
void link_quote(const struct link_end *end, const char *words, struct buf *text);
/* How it ended where that needs no reading: greeted or not, a signal, a deadline. NULL: it has to be read. broken: by its exit status the
 * client of this machine has failed; once the PC has spoken it may write what it likes, so nothing is read then, either. */
const struct link_row *link_plain(const struct link_end *end, bool broken);
/* Appends the row's sentence, with the line that led to it where something is wrong. Returns its link. */
enum link link_tell(const struct link_row *row, const struct link_end *end, struct buf *text);

#endif
