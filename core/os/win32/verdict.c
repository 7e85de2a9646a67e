#include "core/os/win32/verdict.h"

#include <stddef.h>

const char *verdict_of(unsigned long hash, unsigned long chain)
{
    /* winerror.h. What is not listed says that the file or its signature is damaged. */
    static const struct {
        unsigned long hash;
        const char *verdict;
    } rows[] = {
        {0x800b0100, "unsigned"},  /* TRUST_E_NOSIGNATURE */
        {0x800b0003, "unsigned"},  /* TRUST_E_SUBJECT_FORM_UNKNOWN: a file that cannot be signed */
        {0x800b0001, "unsigned"},  /* TRUST_E_PROVIDER_UNKNOWN */
        {0x800b0004, "untrusted"}, /* TRUST_E_SUBJECT_NOT_TRUSTED */
        {0x800b0101, "untrusted"}, /* CERT_E_EXPIRED */
        {0x800b0109, "untrusted"}, /* CERT_E_UNTRUSTEDROOT */
        {0x800b010a, "untrusted"}, /* CERT_E_CHAINING */
        {0x800b010c, "untrusted"}, /* CERT_E_REVOKED */
        {0x800b0110, "untrusted"}, /* CERT_E_WRONG_USAGE */
        {0x800b0111, "untrusted"}, /* TRUST_E_EXPLICIT_DISTRUST */
        {0x80092026, "untrusted"}, /* CRYPT_E_SECURITY_SETTINGS: forbidden by policy */
    };

    if (hash == 0)
        return chain == 0 ? "valid" : "untrusted";
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].hash == hash)
            return rows[i].verdict;
    return "broken";
}
