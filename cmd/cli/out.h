/*
 * out.h - printing: what goes to people and to scripts, written whole or reported as an error.
 *
 * With --json standard output carries one JSON document and nothing else; talk goes to standard error. Colours and
 * marks depend on the stream being a terminal, NO_COLOR (no-color.org), TERM and the character set of the locale.
 */
#ifndef AVSWAP_CMD_CLI_OUT_H
#define AVSWAP_CMD_CLI_OUT_H

#include "cmd/cli/cli.h"

/* Sets the terminal members and styles of c. */
void out_open(struct cli *c);
/* All n bytes to standard output. */
bool out_bytes(const char *p, size_t n, struct err *e) MUST_CHECK;
/* A finished text to standard output; frees the buf. */
bool out_text(struct buf *b, struct err *e) MUST_CHECK;
/* A JSON document (reference taken over; NULL: memory ran out) to standard output. */
bool out_json(json_t *j, struct err *e) MUST_CHECK;
bool out_doc(const struct schema *s, const void *obj, struct err *e) MUST_CHECK;
/* A text into a file that a person named, whole or not at all. */
bool out_file(const char *path, const struct buf *b, struct err *e) MUST_CHECK;
/* A document into a file, whole or not at all; "-" is standard output. */
bool out_save(const char *path, const struct schema *s, const void *obj, struct err *e) MUST_CHECK;
/* Talk to people, on standard error when standard output is taken by JSON; made harmless. Errors are ignored. */
void out_talk(const struct cli *c, const char *fmt, ...) __attribute__((format(__printf__, 2, 3)));
/* To standard error as it is; errors are ignored. */
void out_stderr(const char *p, size_t n);
/* The error and what to do next on standard error, and as an object on standard output with --json. */
void out_error(const struct cli *c, const struct err *e);
/* Asks a question that wants y or n; false: no, end of input, or q (which sets *quit, when given). */
bool out_ask(const struct cli *c, bool *quit, const char *fmt, ...) __attribute__((format(__printf__, 3, 4)));
/* Reads one line from standard input without its newline; false at the end of input. */
bool out_read_line(char *buf, size_t size);

#endif
