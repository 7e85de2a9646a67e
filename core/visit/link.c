#include "core/visit/link.h"

#include <string.h>

enum { QUOTE = 200 }; /* bytes of a line that are shown */

static const struct link_row stood = {NULL, LINK_OK, "the visit came to its end"};
static const struct link_row cut = {NULL, LINK_SILENT, "the connection broke off in the middle" LINK_LATER};
static const struct link_row late = {NULL, LINK_SILENT, "it did not answer in time" LINK_LATER};
static const struct link_row killed = {NULL, LINK_SILENT, "the connection was ended by a signal on this machine" LINK_LATER};

const struct link_row link_silent[] = {
    {"Could not resolve hostname", LINK_SILENT, "its name is not known to the name service: it may be wrong, or the PC away" LINK_LATER},
    {"Failed to resolve", LINK_SILENT, "its name is not known to the name service: it may be wrong, or the PC away" LINK_LATER}, /* libssh */
    {"Connection refused", LINK_SILENT, "nothing listens on its SSH port: sshd is not installed or not running there" LINK_LATER},
    {"Timeout connecting", LINK_SILENT, "it does not answer: switched off, away, or behind a firewall" LINK_LATER}, /* libssh */
    {"timed out", LINK_SILENT, "it does not answer: switched off, away, or behind a firewall" LINK_LATER},
    {"No route to host", LINK_SILENT, "there is no way to it in the network: switched off or away" LINK_LATER},
    {"Network is unreachable", LINK_SILENT, "there is no way to its network from this machine" LINK_LATER},
    {"Timeout, server", LINK_SILENT, "the connection fell silent" LINK_LATER},
    {"kex_exchange_identification", LINK_SILENT, "it closed the connection before the login: busy, or not yet ready" LINK_LATER},
    {"Connection reset", LINK_SILENT, "the connection was reset" LINK_LATER},
    {"Connection closed", LINK_SILENT, "it closed the connection" LINK_LATER},
    {"closed by remote host", LINK_SILENT, "it closed the connection" LINK_LATER},
    {"Broken pipe", LINK_SILENT, "the connection broke off" LINK_LATER},
    {NULL, LINK_SILENT, "the connection broke off" LINK_LATER},
};

const struct link_row link_foreign[] = {
    {"not found", LINK_SETUP, "the login's shell did not find what it needs: is the PC's system the one that the inventory says?"},
    {"not recognized", LINK_SETUP, "the login's shell did not know the command: is the PC's system the one that the inventory says?"},
    {"sudo:", LINK_SETUP, "the login is not allowed to become root with sudo without a password: allow it there, or log in as root"},
    {NULL, LINK_SETUP, "the login ended without running what it was given: a forced command, or a shell that is none?"},
};

const struct link_row *link_plain(const struct link_end *end, bool broken)
{
    if (end->timed_out)
        return &late;
    if (end->signal)
        return &killed;
    return !end->greeted ? NULL : broken ? &cut : &stood;
}

enum link link_tell(const struct link_row *row, const struct link_end *end, struct buf *text)
{
    buf_adds(text, row->says);
    if (row->link != LINK_OK)
        link_quote(end, row->words, text);
    return row->link;
}

/* The bytes that are looked at: the beginning and the end. */
static void halves(const struct link_end *end, const char *p[2], size_t n[2])
{
    size_t all = end->errors ? end->errors_len : 0, half = TRANSPORT_ERRORS / 2;

    p[0] = end->errors;
    n[0] = all <= 2 * half ? all : half;
    p[1] = all <= 2 * half ? NULL : end->errors + all - half;
    n[1] = all <= 2 * half ? 0 : half;
}

static const char *find(const struct link_end *end, const char *words, const char **ret_start, const char **ret_end)
{
    const char *p[2];
    size_t n[2];

    halves(end, p, n);
    for (int i = 0; i < 2; i++) {
        const char *hit = n[i] ? memmem(p[i], n[i], words, strlen(words)) : NULL;

        if (hit) {
            *ret_start = p[i];
            *ret_end = p[i] + n[i];
            return hit;
        }
    }
    return NULL;
}

const struct link_row *link_match(const struct link_row *rows, const struct link_end *end)
{
    const char *start, *stop;

    while (rows->words && !find(end, rows->words, &start, &stop))
        rows++;
    return rows;
}

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The last line that is not blank, within the bytes that are looked at. */
static const char *last_line(const struct link_end *end, const char **ret_start, const char **ret_end)
{
    const char *p[2], *at;
    size_t n[2];
    int i;

    halves(end, p, n);
    i = n[1] ? 1 : 0;
    if (!n[i])
        return NULL;
    at = p[i] + n[i];
    while (at > p[i] && blank(at[-1]))
        at--;
    *ret_start = p[i];
    *ret_end = at;
    return at > p[i] ? at - 1 : NULL;
}

void link_quote(const struct link_end *end, const char *words, struct buf *text)
{
    const char *start, *stop, *hit = words ? find(end, words, &start, &stop) : NULL;
    char line[QUOTE + 1];
    size_t n;

    if (!hit)
        hit = last_line(end, &start, &stop);
    if (!hit)
        return;
    while (hit > start && hit[-1] != '\n')
        hit--;
    n = (size_t)(stop - hit);
    if (n > QUOTE)
        n = QUOTE;
    for (size_t i = 0; i < n; i++)
        line[i] = hit[i] ? hit[i] : '?';
    line[n] = '\0';
    line[strcspn(line, "\r\n")] = '\0';
    buf_adds(text, " (");
    text_show(text, line);
    buf_addc(text, ')');
}
