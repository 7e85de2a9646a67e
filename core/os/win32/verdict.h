/*
 * verdict.h - the two halves of looking at a signature as one word. Pure. Only for core/os/win32.
 */
#ifndef AVSWAP_CORE_OS_WIN32_VERDICT_H
#define AVSWAP_CORE_OS_WIN32_VERDICT_H

/* hash: what WinVerifyTrust returned; chain: the error of the Authenticode chain policy, 0 when the chain is
 * trusted. "valid" needs both; "unsigned" there is no signature; "untrusted" the file is what was signed, but
 * by whom nobody here trusts; "broken" everything else. */
const char *verdict_of(unsigned long hash, unsigned long chain);

#endif
