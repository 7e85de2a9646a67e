#include "core/fleet/reach.h"

bool reach(const struct drive_request *r, const struct roster_host *h, struct target *target, struct contact_request *ret,
           struct err *e)
{
    const struct fleet_host *x = &h->host;

    *target = (struct target){.name = x->name, .address = x->address, .user = x->user, .port = x->port, .become = x->become,
                              .os = x->os == FLEET_WINDOWS ? TARGET_WINDOWS : TARGET_LINUX};
    *ret = (struct contact_request){.transport = x->transport == FLEET_LOCAL    ? &transport_local
                                                 : r->transport.libssh.n ? &transport_libssh
                                                                           : &transport_ssh,
                                    .target = target,
                                    .options = &r->transport,
                                    .worker = r->workers[x->os],
                                    .machine = h->machine};
    return ret->worker || err_set(e, ERR_NOT_FOUND, "there is no worker for its system here (--workers)");
}
