/*
 * copy.h - the jump host's copy of one run's journal, as it grows over many visits. Pure: the driver appends what is given to
 * it to runs/<id>/journal.jsonl.
 *
 *     copy_init; copy_add(the file that is there, whole NULL)
 *     each poll or collect: request.from = c.size, request.digest = copy_digest(); copy_from(); copy_add(piece) ...
 *     at collect: copy_whole()
 *
 * Taken are whole lines only, numbered without gaps and chained by their digests (core/run/journal.h), of this plan and no
 * other: a line that is half here is asked for again. So the bytes kept never have to be taken back, and a journal that
 * shrank or forked on the PC shows by its digest: the worker compares, and says "forked".
 *
 * ERR_TAMPERED: damaged, forked, or another plan's (and with it another PC's, as a plan is made for one). ERR_LIMIT: longer
 * than LIMIT_JOURNAL. Both are nonsense from a PC. After an error the copy is what it was before that line, and takes no more.
 *
 * Memory: one line, and while a piece is read the records of that piece; nothing grows with the journal.
 */
#ifndef AVSWAP_CORE_FLEET_COPY_H
#define AVSWAP_CORE_FLEET_COPY_H

#include "core/base/digest.h"
#include "core/base/limits.h"
#include "core/model/event.h"
#include "core/model/outcome.h"
#include "core/model/plan.h"

struct copy {
    const struct plan *plan; /* the caller's; NULL: not known, any one plan is taken */
    size_t size;             /* bytes had: whole lines */
    struct digest digest;    /* of them, not ended */
    struct buf tail;         /* the start of the next line */
    char head[DIGEST_TEXT];  /* digest of the last line */
    char digest_of_plan[DIGEST_TEXT]; /* that the first record names */
    bool bad;
    /* What the records say so far */
    long long records;
    instant at;              /* of the last one; INSTANT_NONE: none */
    int answer;              /* enum tri: is the PC protected? */
    bool looked;             /* the ledger has an entry */
    instant off_since;       /* without protection since; INSTANT_NONE: it is protected, or not looked yet */
    int64_t gap_ms;          /* of the gaps that have ended */
    bool stopped;            /* stopped before the end (EVENT_STOP), and not started since */
    long long stop_exit;
    bool finished;
    long long exit;          /* of the finish record */
    int result;              /* enum run_result */
    char text[512];          /* last reason for people, as it came: of a stop, a rollback, the finish; "": none */
};

void copy_init(struct copy *c, const struct plan *plan);
void copy_free(struct copy *c);

/* A new answer begins at c->size: drops the half line of the one before. */
void copy_from(struct copy *c);
/* Takes bytes that follow those had; appends the whole lines among them to `whole` (NULL: they are on disk already). */
bool copy_add(struct copy *c, const char *p, size_t n, struct buf *whole, struct err *e) MUST_CHECK;
/* SHA-256 of the bytes had; "" while there are none, as requests say it. */
void copy_digest(const struct copy *c, char hex[DIGEST_TEXT]);
/* Is it all there? It ends with a whole line, has its finish record (or its stop), is `size` bytes long as the PC says, and the
 * outcome (NULL: none came) is of this plan and this journal. */
bool copy_whole(const struct copy *c, size_t size, const struct outcome *o, struct err *e) MUST_CHECK;

#endif
