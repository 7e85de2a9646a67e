/*
 * The calls of libcurl that fetch.c makes, forwarded to the library when the first of them is used.
 *
 * libcurl brings thirty libraries with it; loading them would cost every start of avswap more processor time than
 * looking at the whole PC, and a PC that downloads nothing by URL would need them all for nothing. A build with libcurl
 * inside leaves this file out.
 */
#include <curl/curl.h>
#include <dlfcn.h>
#include <stdarg.h>
#include <stdlib.h>

/* Options are passed on as one pointer-sized word: every option type of libcurl (long, pointer, curl_off_t) is one. */
_Static_assert(sizeof(long) == sizeof(void *) && sizeof(curl_off_t) == sizeof(void *), "one word for every option");

#undef curl_easy_setopt
#undef curl_easy_getinfo

/* The library's symbol; NULL when it cannot be loaded: then curl_global_init() fails and nothing else is called. */
static void *symbol(const char *name)
{
    static void *library;

    if (!library)
        library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    return library ? dlsym(library, name) : NULL;
}

/* A function pointer from dlsym's object pointer, as POSIX allows (dlsym(3)). */
#define REAL(name)                                                                                           \
    static __typeof__(name) *real;                                                                           \
    if (!real)                                                                                               \
    *(void **)(&real) = symbol(#name)

CURLcode curl_global_init(long flags)
{
    REAL(curl_global_init);
    return real ? real(flags) : CURLE_FAILED_INIT;
}

void curl_global_cleanup(void)
{
    REAL(curl_global_cleanup);
    real();
}

CURL *curl_easy_init(void)
{
    REAL(curl_easy_init);
    return real ? real() : NULL;
}

CURLcode curl_easy_setopt(CURL *curl, CURLoption option, ...)
{
    va_list ap;
    void *value;

    REAL(curl_easy_setopt);
    va_start(ap, option);
    value = va_arg(ap, void *);
    va_end(ap);
    return real(curl, option, value);
}

CURLcode curl_easy_getinfo(CURL *curl, CURLINFO info, ...)
{
    va_list ap;
    void *value;

    REAL(curl_easy_getinfo);
    va_start(ap, info);
    value = va_arg(ap, void *);
    va_end(ap);
    return real(curl, info, value);
}

CURLcode curl_easy_perform(CURL *curl)
{
    REAL(curl_easy_perform);
    return real(curl);
}

void curl_easy_cleanup(CURL *curl)
{
    REAL(curl_easy_cleanup);
    if (real)
        real(curl);
}

const char *curl_easy_strerror(CURLcode code)
{
    REAL(curl_easy_strerror);
    return real ? real(code) : "libcurl.so.4 cannot be loaded (Debian package libcurl4)";
}

void curl_free(void *p)
{
    REAL(curl_free);
    if (real)
        real(p);
}

CURLU *curl_url(void)
{
    REAL(curl_url);
    return real ? real() : NULL;
}

void curl_url_cleanup(CURLU *url)
{
    REAL(curl_url_cleanup);
    if (real)
        real(url);
}

CURLUcode curl_url_get(CURLU *url, CURLUPart what, char **part, unsigned flags)
{
    REAL(curl_url_get);
    return real ? real(url, what, part, flags) : CURLUE_OUT_OF_MEMORY;
}

CURLUcode curl_url_set(CURLU *url, CURLUPart what, const char *part, unsigned flags)
{
    REAL(curl_url_set);
    return real ? real(url, what, part, flags) : CURLUE_OUT_OF_MEMORY;
}
