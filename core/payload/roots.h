/*
 * roots.h - whom TLS trusts: the root certificates that this system keeps.
 *
 * A libcurl of the system knows where they are (roots_system.c). One that is inside a program for any Linux does not: it
 * looks in the places of the distributions (roots_search.c). SSL_CERT_FILE and SSL_CERT_DIR name others, as OpenSSL has
 * it (SSL_CTX_load_verify_locations(3)).
 */
#ifndef AVSWAP_CORE_PAYLOAD_ROOTS_H
#define AVSWAP_CORE_PAYLOAD_ROOTS_H

#include "core/base/err.h"

/* For one transfer (a CURL *). ERR_PAYLOAD when there are none. */
bool roots_use(void *curl, struct err *e) MUST_CHECK;

#endif
