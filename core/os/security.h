/*
 * security.h - what Windows says of its security products. Elsewhere: empty lists.
 */
#ifndef AVSWAP_CORE_OS_SECURITY_H
#define AVSWAP_CORE_OS_SECURITY_H

#include "core/model/facts.h"

/* root/SecurityCenter2; a server has no such name space: an empty list and no error. */
bool os_security_center(struct facts *f, struct arena *a, struct err *e) MUST_CHECK;
/* All instances of each class asked about. An absent name space or class has no rows; one that does not
 * answer in time is ERR_TIMEOUT (Defender's hangs while another antivirus is installed). */
bool os_wmi(const struct questions *q, struct facts *f, struct arena *a, struct err *e) MUST_CHECK;

#endif
