/*
 * push.h - the installers of one PC's plan on their way to it, piece by piece from the disk. The wire: core/model/visit.h.
 *
 *     push_open       looks the plan's installers up in the shelf; none: nothing has to be sent
 *     push_offer      the files of the request that is asked (DO_OFFER)
 *     push_answer     what the PC lacks of them: more to send, or it has all
 *     push_piece      the next frame; none: it is time to offer again
 *     push_close
 *
 * The PC is hostile: it gets bytes of files of its plan only, each once in a visit. One that asks for another, forgets what it
 * had, or says that it has more or less than it was sent, is ERR_INPUT: nonsense. ERR_PAYLOAD: the file on this jump host is missing,
 * another one, or has changed while it was sent. Memory: one piece of PUSH_PIECE.
 */
#ifndef AVSWAP_CORE_FLEET_PUSH_H
#define AVSWAP_CORE_FLEET_PUSH_H

#include "core/fleet/shelf.h"
#include "core/model/plan.h"
#include "core/model/visit.h"

enum { PUSH_PIECE = 256 << 10 };

struct push_file {
    const char *path, *sha256;
    long long size, have; /* have: what the PC has of it, by its own word or as it was sent; size: all */
};

struct push {
    struct push_file files[VISIT_OFFERED];
    struct visit_file offer[VISIT_OFFERED];
    size_t n;
    bool answered;
    long long turn; /* bytes since the last offer */
    struct buf piece;
};

bool push_open(struct push *p, struct shelf *s, const struct plan *plan, struct arena *a, struct err *e) MUST_CHECK;
void push_close(struct push *p);

void push_offer(struct push *p, struct visit_request *q);
bool push_answer(struct push *p, const struct visit_answer *a, struct err *e) MUST_CHECK;
long long push_rest(const struct push *p); /* bytes that are still to be sent; 0: the PC has all */
/* *ret: the frame's bytes, which stay until the next call; NULL: none now. */
bool push_piece(struct push *p, const struct buf **ret, struct err *e) MUST_CHECK;

#endif
