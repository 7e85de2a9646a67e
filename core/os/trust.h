/*
 * trust.h - root certificates, files of certificates and signatures of Windows. Elsewhere: empty lists, ERR_OS.
 */
#ifndef AVSWAP_CORE_OS_TRUST_H
#define AVSWAP_CORE_OS_TRUST_H

#include "core/model/facts.h"

/* The machine's ROOT store and that of every loaded user hive. */
bool os_certificate_list(struct facts *f, struct arena *a, struct err *e) MUST_CHECK;
/* The files of trusted certificates that NODE_EXTRA_CA_CERTS (of the machine, of every loaded user hive) and pip.ini (of the
 * machine, of every profile) name. Users write these settings: only a plain file on a disk of this PC is opened, never one on
 * another computer or behind a link; together they are read up to LIMIT_TRUST_FILES. */
bool os_trust_file_list(struct facts *f, struct arena *a, struct err *e) MUST_CHECK;
/* Removes it, opens the store again and looks; ERR_IO when it is still there. */
bool os_certificate_remove(const char *store, const char *thumbprint, struct err *e) MUST_CHECK;
/* Its DER bytes into a file, and from a file into a store. */
bool os_certificate_save(const char *store, const char *thumbprint, const char *file,
                         struct err *e) MUST_CHECK;
bool os_certificate_add(const char *store, const char *file, struct err *e) MUST_CHECK;

/* Both halves: that the file's hash is the one signed (WinVerifyTrust), and that the signer's chain ends in a
 * trusted root for code signing (CertVerifyCertificateChainPolicy). Either alone passes what it must not.
 * Texts belong to a. */
bool os_signature(const char *path, struct arena *a, struct signature *ret, struct err *e) MUST_CHECK;
/* Of every file that matches a pattern. */
bool os_signature_list(const struct strs *patterns, struct facts *f, struct arena *a,
                       struct err *e) MUST_CHECK;

#endif
