#include "core/payload/fetch.h"

#include "core/payload/roots.h"
#include "core/payload/sink.h"

#include <curl/curl.h>
#include <string.h>

#define FETCH_STALL_S 60L
#define FETCH_CONNECT_S 30L
#define FETCH_REDIRECTS 5L

struct transfer {
    const struct fetch *f;
    CURL *curl;
    struct sink sink;
    char shown[512]; /* the URL as it may stand in messages */
    char why[CURL_ERROR_SIZE];
    bool stopped;
    struct err first; /* what the write callback met */
};

/* Credentials and the query (which often is one) do not belong in messages. */
static void transfer_show(struct transfer *t, CURLU *u)
{
    char *text = NULL;
    (void)curl_url_set(u, CURLUPART_USER, NULL, 0);
    (void)curl_url_set(u, CURLUPART_PASSWORD, NULL, 0);
    (void)curl_url_set(u, CURLUPART_OPTIONS, NULL, 0);
    (void)curl_url_set(u, CURLUPART_QUERY, NULL, 0);
    (void)curl_url_set(u, CURLUPART_FRAGMENT, NULL, 0);
    if (curl_url_get(u, CURLUPART_URL, &text, 0) == CURLUE_OK)
        snprintf(t->shown, sizeof t->shown, "%s", text);
    curl_free(text);
}

/* Only what we mean to speak; the scheme in *ret_tls tells whether redirects may leave TLS. */
static bool transfer_url(struct transfer *t, bool *ret_tls, struct err *e)
{
    CURLU *u = curl_url();
    char *scheme = NULL;
    bool ok = u != NULL || err_nomem(e);
    if (ok && curl_url_set(u, CURLUPART_URL, t->f->url, CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK)
        ok = err_set(e, ERR_INPUT, "the address to fetch from is not a URL");
    if (ok && curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK)
        ok = err_set(e, ERR_INPUT, "the address to fetch from has no scheme");
    if (ok && !text_eq(scheme, "https") && !text_eq(scheme, "http") && !text_eq(scheme, "file"))
        ok = err_set(e, ERR_INPUT, "only https, http and file URLs are fetched, not '%s'", scheme);
    if (ok) {
        *ret_tls = text_eq(scheme, "https");
        transfer_show(t, u);
    }
    curl_free(scheme);
    curl_url_cleanup(u);
    return ok;
}

static size_t transfer_write(char *p, size_t size, size_t n, void *arg)
{
    struct transfer *t = arg;
    return sink_add(&t->sink, p, size * n, &t->first) ? size * n : 0;
}

static int transfer_tick(void *arg, curl_off_t total, curl_off_t now, curl_off_t up_total, curl_off_t up_now)
{
    (void)up_total;
    (void)up_now;
    (void)now;
    struct transfer *t = arg;
    long long begun = t->sink.bytes - now > 0 ? t->sink.bytes - now : 0; /* what a resumed one had before */
    if (t->f->progress != NULL && !t->f->progress(t->f->arg, t->sink.bytes, total > 0 ? total + begun : 0))
        t->stopped = true;
    return t->stopped;
}

#define SET(option, value) (r = r != CURLE_OK ? r : curl_easy_setopt(t->curl, option, value))

static bool transfer_options(struct transfer *t, bool tls, struct err *e)
{
    CURLcode r = CURLE_OK;
    SET(CURLOPT_URL, t->f->url);
    SET(CURLOPT_ERRORBUFFER, t->why);
    SET(CURLOPT_PROTOCOLS_STR, "https,http,file");
    SET(CURLOPT_REDIR_PROTOCOLS_STR, tls ? "https" : "https,http");
    SET(CURLOPT_FOLLOWLOCATION, 1L);
    SET(CURLOPT_MAXREDIRS, FETCH_REDIRECTS);
    SET(CURLOPT_FAILONERROR, 1L);
    SET(CURLOPT_SSL_VERIFYPEER, 1L);
    SET(CURLOPT_SSL_VERIFYHOST, 2L);
    /* Schannel asks for revocation and refuses a chain that nobody answers for: a company's own CA without a list, a PC
     * behind a proxy. What says "revoked" still counts; what is fetched is judged by its digest or signature anyway.
     * Other TLS libraries do not ask at all. */
    SET(CURLOPT_SSL_OPTIONS, (long)CURLSSLOPT_REVOKE_BEST_EFFORT);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_CONNECTTIMEOUT, FETCH_CONNECT_S);
    SET(CURLOPT_LOW_SPEED_LIMIT, 1L);
    SET(CURLOPT_LOW_SPEED_TIME, t->f->stall_s > 0 ? (long)t->f->stall_s : FETCH_STALL_S);
    SET(CURLOPT_TIMEOUT, (long)t->f->timeout_s);
    SET(CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)t->f->max_bytes);
    SET(CURLOPT_WRITEFUNCTION, transfer_write);
    SET(CURLOPT_WRITEDATA, t);
    SET(CURLOPT_NOPROGRESS, 0L);
    SET(CURLOPT_XFERINFOFUNCTION, transfer_tick);
    SET(CURLOPT_XFERINFODATA, t);
    return (r == CURLE_OK || err_set(e, ERR_OS, "libcurl: %s", curl_easy_strerror(r))) && (!tls || roots_use(t->curl, e));
}

static bool transfer_blame(struct transfer *t, CURLcode r, struct err *e)
{
    const char *why = t->why[0] != '\0' ? t->why : curl_easy_strerror(r);
    long status = 0;
    (void)curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &status);
    if (t->first.code != ERR_NONE) {
        *e = t->first;
        return false;
    }
    switch (r) {
    case CURLE_ABORTED_BY_CALLBACK:
        return err_set(e, ERR_IO, "stopped on request");
    case CURLE_OPERATION_TIMEDOUT:
        err_set(e, ERR_TIMEOUT, "%s", why);
        break;
    case CURLE_FILESIZE_EXCEEDED:
        return err_set(e, ERR_LIMIT, "it is larger than %lld bytes", t->f->max_bytes);
    case CURLE_HTTP_RETURNED_ERROR:
        err_set(e, status == 404 || status == 410 ? ERR_NOT_FOUND : ERR_IO, "the server answered %ld",
                status);
        break;
    case CURLE_FILE_COULDNT_READ_FILE:
        return err_set(e, ERR_NOT_FOUND, "%s", why);
    case CURLE_OUT_OF_MEMORY:
        return err_nomem(e);
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_TOO_MANY_REDIRECTS:
        return err_set(e, ERR_PAYLOAD, "%s", why);
    default:
        err_set(e, ERR_IO, "%s", why);
    }
    /* Networks recover; what a server refuses for good (4xx but 408 and 429) does not. */
    e->retryable = status < 400 || status >= 500 || status == 408 || status == 429;
    return false;
}

/*
 * One answer into the sink, from where it stands. A server that cannot go on from there (it knows no ranges,
 * or says 416 because it has no more bytes) sends everything again.
 */
static bool transfer_run(struct transfer *t, struct err *e)
{
    for (;;) {
        long status = 0;
        bool resumed = t->sink.bytes > 0;
        t->why[0] = '\0';
        CURLcode r = curl_easy_setopt(t->curl, CURLOPT_RESUME_FROM_LARGE, (curl_off_t)t->sink.bytes);
        if (r == CURLE_OK)
            r = curl_easy_perform(t->curl);
        (void)curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &status); /* 0 for files */
        if (resumed && (status == 416 || r == CURLE_RANGE_ERROR || r == CURLE_BAD_DOWNLOAD_RESUME)) {
            if (!sink_restart(&t->sink, e))
                return false;
            continue;
        }
        if (r != CURLE_OK)
            return transfer_blame(t, r, e);
        return status == 0 || status == 200 || status == 206 ||
               err_set(e, ERR_IO, "the server answered %ld and sent no file", status);
    }
}

static bool transfer_right(const struct transfer *t, char found[DIGEST_TEXT])
{
    struct digest d = t->sink.digest; /* a copy: the sink's own goes on */
    digest_end(&d, found);
    return t->f->sha256 == NULL || text_eq(t->f->sha256, found);
}

/*
 * Parts are resumed only when the digest is known: without it a part of another version could not be noticed.
 * When the digest is wrong after resuming, everything is fetched once more.
 */
static bool transfer_whole(struct transfer *t, struct err *e)
{
    char found[DIGEST_TEXT];
    if (t->f->sha256 != NULL && t->sink.bytes > 0 && transfer_right(t, found))
        return true;
    bool resumed = t->sink.bytes > 0;
    if (!transfer_run(t, e))
        return false;
    if (transfer_right(t, found))
        return true;
    if (resumed && (!sink_restart(&t->sink, e) || !transfer_run(t, e)))
        return false;
    if (transfer_right(t, found))
        return true;
    err_set(e, ERR_PAYLOAD, "its digest is %s instead of %s", found, t->f->sha256);
    sink_drop(&t->sink);
    return false;
}

static bool transfer_file(struct transfer *t, char ret_digest[DIGEST_TEXT], struct err *e)
{
    const struct fetch *f = t->f;
    bool opened = f->sha256 != NULL ? sink_resume(&t->sink, f->to, f->max_bytes, e)
                                    : sink_open(&t->sink, f->to, f->max_bytes, e);
    if (!opened)
        return false;
    if (transfer_whole(t, e))
        return sink_done(&t->sink, ret_digest, e);
    struct err ignored = ERR_INIT; /* the transfer's own error is the one to tell */
    if (t->sink.log != NULL && f->sha256 != NULL && e->retryable)
        (void)!sink_keep(&t->sink, &ignored);
    sink_drop(&t->sink);
    return false;
}

bool fetch_file(const struct fetch *f, char ret_digest[65], struct err *e)
{
    struct transfer t = {.f = f};
    bool tls = false;
    if (f->sha256 != NULL && !digest_is(f->sha256))
        return err_set(e, ERR_INPUT, "'%s' is not a SHA-256 digest", f->sha256);
    if (f->max_bytes <= 0 || f->timeout_s <= 0)
        return err_set(e, ERR_BUG, "a fetch needs a size and a time limit");
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return err_set(e, ERR_OS, "%s", curl_easy_strerror(CURLE_FAILED_INIT));
    bool ok = transfer_url(&t, &tls, e);
    if (ok) {
        t.curl = curl_easy_init();
        ok = (t.curl != NULL || err_nomem(e)) && transfer_options(&t, tls, e) &&
             transfer_file(&t, ret_digest, e);
        if (!ok)
            err_wrap(e, "fetching %s", t.shown);
    }
    curl_easy_cleanup(t.curl);
    curl_global_cleanup();
    return ok;
}
