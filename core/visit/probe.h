/*
 * probe.h - does a PC that was away take connections again? A TCP connection that says nothing, moved by libuv: less than a hundredth of
 * what a session costs. That it is taken says no more than that a visit is worth it; whether the PC is back, the visit finds.
 *
 * Where ssh would connect to is asked of ssh itself (transport.way), once; the caller keeps the answer. A PC that ssh reaches
 * in another way than by a connection of its own (ProxyJump, ProxyCommand, from a bound address) cannot be probed: only a
 * visit can tell.
 *
 * `over` is called once, from uv_run(); the probe is gone then. Deadlines: what the options allow for a connection, for each
 * address that the name has, and PROBE_WAY_MS for ssh's answer.
 */
#ifndef AVSWAP_CORE_VISIT_PROBE_H
#define AVSWAP_CORE_VISIT_PROBE_H

#include "core/visit/transport.h"

#include <uv.h>

enum { PROBE_WAY_MS = 10 * 1000, PROBE_ADDRESSES = 8 };

enum probe_end {
    PROBE_ANSWERS, /* a connection was taken */
    PROBE_SILENT,  /* none was, or its name is not known */
    PROBE_CANNOT,  /* only a visit can tell */
};

struct probe_request {
    const struct transport *transport;
    const struct target *target;             /* stays the caller's until `over` */
    const struct transport_options *options; /* this too */
    const struct way *way;                   /* as an earlier probe found it; NULL: not known yet */
    void (*over)(void *arg, enum probe_end end, const struct way *way);
    void *arg;
};

/* ERR_INPUT: a PC that cannot be handed to ssh; ERR_OS: ssh cannot be started. Then `over` is not called. */
bool probe_open(uv_loop_t *loop, const struct probe_request *r, struct err *e) MUST_CHECK;

#endif
