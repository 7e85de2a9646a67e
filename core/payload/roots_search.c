#include "core/payload/roots.h"

#include "core/os/file.h"

#include <curl/curl.h>
#include <stdlib.h>

/* As Go looks for them (crypto/x509/root_linux.go), in its order. */
static const char *const bundles[] = {
    "/etc/ssl/certs/ca-certificates.crt",                /* Debian, Ubuntu, Gentoo, Arch */
    "/etc/pki/tls/certs/ca-bundle.crt",                  /* Fedora, RHEL 6 */
    "/etc/ssl/ca-bundle.pem",                            /* SUSE */
    "/etc/pki/tls/cacert.pem",                           /* OpenELEC */
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", /* CentOS, RHEL 7 and later */
    "/etc/ssl/cert.pem",                                 /* Alpine */
};

bool roots_use(void *curl, struct err *e)
{
    const char *file = getenv("SSL_CERT_FILE"), *dir = getenv("SSL_CERT_DIR");
    CURLcode r = CURLE_OK;

    for (size_t i = 0; !file && !dir && i < sizeof bundles / sizeof bundles[0]; i++)
        if (os_file_exists(bundles[i]))
            file = bundles[i];
    if (!file && !dir)
        return err_set(e, ERR_PAYLOAD, "this system has no root certificates where Linux keeps them; install its package "
                                       "ca-certificates, or name a file by SSL_CERT_FILE");
    if (file)
        r = curl_easy_setopt(curl, CURLOPT_CAINFO, file);
    if (dir && r == CURLE_OK)
        r = curl_easy_setopt(curl, CURLOPT_CAPATH, dir);
    return r == CURLE_OK || err_set(e, ERR_OS, "libcurl: %s", curl_easy_strerror(r));
}
