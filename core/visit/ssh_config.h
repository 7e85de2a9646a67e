/*
 * ssh_config.h - what the OpenSSH client would do, read from `ssh -vG`: where it connects to, and whether a library can do it in its
 * place for every PC. Pure: nothing is started or read here.
 *
 * A library takes the client's place only where nothing is lost by that: the configuration is one and the same for all PCs (no Host
 * but "*", no Match but "all"), and every line of what ssh -G prints is known here, and either has the value that the library stands
 * for, or says nothing about a session without terminal and forwardings, or is handed on. All else stays with OpenSSH.
 *
 * Sources: ssh(1), ssh_config(5), and what ssh -vG of OpenSSH 9.2 prints.
 */
#ifndef AVSWAP_CORE_VISIT_SSH_CONFIG_H
#define AVSWAP_CORE_VISIT_SSH_CONFIG_H

#include "core/visit/transport.h"

/* What stands on ssh's command line for every session, where no ssh_config can change it, and what is said of this PC. */
void ssh_config_arguments(const struct target *t, const struct transport_options *o, struct arena *a, struct strs *args);

/* Any name does, where the configuration is the same for all. */
#define SSH_CONFIG_ANY_PC "avswap-any-pc"
enum { SSH_CONFIG_FILES = 64 };

/* The arguments of ssh -G for this PC, as transport.h has them in `way`. */
bool ssh_config_way(const struct target *t, const struct transport_options *o, struct arena *a, struct strs *ret, struct err *e) MUST_CHECK;
bool ssh_config_read_way(const char *text, size_t n, struct way *ret) MUST_CHECK;

/* The files that ssh -vG says it has read. ERR_INPUT: more than SSH_CONFIG_FILES. */
bool ssh_config_files(const char *text, size_t n, struct arena *a, struct strs *ret, struct err *e) MUST_CHECK;
/* Does this file say the same for every PC? */
bool ssh_config_alike(const char *text, size_t n);
/*
 * From what ssh -vG printed for SSH_CONFIG_ANY_PC, the arguments of avswap-ssh: "-o", "key=value" and so on. False: OpenSSH has to do
 * it; *ret_why is the line that says so, as it was printed; NULL: memory ran out.
 */
bool ssh_config_options(const char *text, size_t n, struct arena *a, struct strs *ret, const char **ret_why) MUST_CHECK;

#endif
