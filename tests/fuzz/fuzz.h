/*
 * fuzz.h - what the fuzzers share.
 *
 * A fuzzer is one file fuzz_NAME.c with LLVMFuzzerTestOneInput(), as libFuzzer wants it; driver.c runs it without
 * libFuzzer over tests/fuzz/corpus/NAME/ and mutations of what lies there. It looks for more than crashes: what must
 * hold of every input is said with FUZZ_MUST().
 *
 * A fuzzer sets fuzz_accepted when its parser took the input. The corpus leans on it: a file good-* must be taken, a
 * file bad-* must be refused; of any other name neither is asked.
 */
#ifndef AVSWAP_TESTS_FUZZ_FUZZ_H
#define AVSWAP_TESTS_FUZZ_FUZZ_H

#include "core/base/schema.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

extern bool fuzz_accepted;
extern struct err fuzz_reason; /* of the last refusal */

/* Tells what did not hold, and aborts. */
#define FUZZ_MUST(holds, ...)                                                                                \
    do {                                                                                                     \
        if (!(holds))                                                                                        \
            fuzz_fail(__FILE__, __LINE__, #holds, __VA_ARGS__);                                              \
    } while (0)
void fuzz_fail(const char *file, int line, const char *what, const char *fmt, ...)
    __attribute__((format(printf, 4, 5), noreturn));

/* Reads a document; what reads must write, and read again to equal bytes. False: it was refused, and says why. */
bool fuzz_document(struct doc *d, const struct schema *s, const uint8_t *p, size_t n, void *ret);
/* The text of an object that must be writable; to be freed. */
struct buf fuzz_write(const struct schema *s, const void *obj);
/* A refusal has a code and a reason. */
void fuzz_refused(const struct err *e);
/* For a terminal: UTF-8 without control characters; lines may end where `lines`. */
void fuzz_harmless(const struct buf *b, bool lines);

/* The input up to the next line that is only "---", NUL-terminated, to be freed; moves on behind that line. */
char *fuzz_part(const uint8_t **p, size_t *n, size_t *ret_len);

#endif
