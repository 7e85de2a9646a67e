/*
 * Downloads from a small HTTP server in this process, which serves well and badly, and over TLS from
 * openssl's server. Everything stays on the loopback interface.
 */
#include "tests/unit/payload_util.h"

#include "core/payload/fetch.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <time.h>

#define SIZE 300000
static char content[SIZE];
static char content_digest[DIGEST_TEXT];
static int listener;
static unsigned short port;
static char asked[16][1024]; /* requests, oldest first */
static volatile unsigned asks;
static pthread_t server;

static void say(int fd, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t k = send(fd, p, n, MSG_NOSIGNAL);
        if (k <= 0)
            return;
        p += k;
        n -= (size_t)k;
    }
}

__attribute__((format(printf, 2, 3))) static void sayf(int fd, const char *fmt, ...)
{
    char text[512];
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    say(fd, text, (size_t)n);
}

static void wait_hangup(int fd)
{
    char c;
    while (recv(fd, &c, 1, 0) > 0)
        continue;
}

static void whole(int fd, const char *more, size_t n)
{
    sayf(fd, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\nConnection: close\r\n%s\r\n", n, more);
    say(fd, content, n);
}

/* One request; the path says how it is served. */
static void serve(int fd, const char *request)
{
    char path[128] = "";
    const char *range = strstr(request, "Range: bytes=");
    long from = range != NULL ? strtol(range + 13, NULL, 10) : 0;
    assert_int_equal(sscanf(request, "GET %127s", path), 1);
    if (strcmp(path, "/good") == 0) {
        whole(fd, "", SIZE);
    } else if (strncmp(path, "/ranges", 7) == 0 && from > 0) {
        if (from >= SIZE) {
            sayf(fd, "HTTP/1.1 416 Range\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            return;
        }
        sayf(fd,
             "HTTP/1.1 206 Part\r\nContent-Length: %ld\r\nContent-Range: bytes %ld-%d/%d\r\nConnection: "
             "close\r\n\r\n",
             SIZE - from, from, SIZE - 1, SIZE);
        say(fd, content + from, (size_t)(SIZE - from));
    } else if (strcmp(path, "/ranges") == 0 || strcmp(path, "/good?token=hidden") == 0) {
        whole(fd, "", SIZE);
    } else if (strcmp(path, "/cut") == 0) { /* the connection ends in the middle */
        sayf(fd, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n", SIZE);
        say(fd, content, SIZE / 2);
    } else if (strcmp(path, "/cut-unsized") == 0) {
        sayf(fd, "HTTP/1.0 200 OK\r\n\r\n");
        say(fd, content, SIZE / 2);
    } else if (strcmp(path, "/endless") == 0) {
        sayf(fd, "HTTP/1.0 200 OK\r\n\r\n");
        for (int i = 0; i < 40; i++)
            say(fd, content, SIZE);
    } else if (strcmp(path, "/huge") == 0) {
        sayf(fd, "HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n");
        say(fd, content, SIZE);
        wait_hangup(fd);
    } else if (strcmp(path, "/stall") == 0) {
        sayf(fd, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", SIZE);
        say(fd, content, 1000);
        wait_hangup(fd);
    } else if (strcmp(path, "/drip") == 0) { /* never stalls, never ends */
        const struct timespec pause = {0, 100 * 1000 * 1000};
        sayf(fd, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", SIZE);
        while (send(fd, "x", 1, MSG_NOSIGNAL) == 1)
            nanosleep(&pause, NULL);
    } else if (strcmp(path, "/to-file") == 0) {
        sayf(fd, "HTTP/1.1 302 Found\r\nLocation: file:///etc/hostname\r\nContent-Length: 0\r\nConnection: "
                 "close\r\n\r\n");
    } else if (strcmp(path, "/to-good") == 0) {
        sayf(fd,
             "HTTP/1.1 302 Found\r\nLocation: /good\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody");
    } else if (strcmp(path, "/loop") == 0) {
        sayf(fd, "HTTP/1.1 302 Found\r\nLocation: /loop\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    } else if (strcmp(path, "/nowhere") == 0) {
        whole(fd, "", 0);
    } else if (strcmp(path, "/empty") == 0) {
        sayf(fd, "HTTP/1.1 302 Found\r\nContent-Length: 5\r\nConnection: close\r\n\r\nlost\n");
    } else if (path[1] >= '4' && path[1] <= '5') {
        sayf(fd, "HTTP/1.1 %.3s No\r\nContent-Length: 6\r\nConnection: close\r\n\r\nerror\n", path + 1);
    } else {
        sayf(fd, "not http at all\r\n\r\n");
    }
}

static void *server_main(void *arg)
{
    int fd;
    while ((fd = accept(listener, NULL, NULL)) >= 0) {
        char *request = asked[asks % COUNT(asked)];
        size_t n = 0;
        memset(request, 0, sizeof asked[0]);
        while (strstr(request, "\r\n\r\n") == NULL && n < sizeof asked[0] - 1) {
            ssize_t k = recv(fd, request + n, sizeof asked[0] - 1 - n, 0);
            if (k <= 0)
                break;
            n += (size_t)k;
        }
        asks++;
        if (n > 0)
            serve(fd, request);
        close(fd);
    }
    return arg;
}

static int start(void **state)
{
    if (make_top(state) != 0)
        return -1;
    for (size_t i = 0; i < SIZE; i++)
        content[i] = (char)(i * 31 + i / 257);
    digest_of(content, SIZE, content_digest);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof a;
    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&a, sizeof a) != 0 || listen(listener, 8) != 0 ||
        getsockname(listener, (struct sockaddr *)&a, &n) != 0)
        return -1;
    port = ntohs(a.sin_port);
    static const char *const proxies[] = {"http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY",
                                          "ALL_PROXY"};
    for (size_t i = 0; i < COUNT(proxies); i++) /* loopback is not reached through one */
        unsetenv(proxies[i]);
    return pthread_create(&server, NULL, server_main, NULL);
}

static int stop(void **state)
{
    shutdown(listener, SHUT_RDWR);
    pthread_join(server, NULL);
    close(listener);
    return drop_top(state);
}

/* A fetch of a path of the server into top/got. */
static struct fetch of(const char *path)
{
    static char url[256];
    snprintf(url, sizeof url, "http://127.0.0.1:%u%s", port, path);
    return (struct fetch){.url = url, .to = in("got"), .max_bytes = 1 << 20, .timeout_s = 20, .stall_s = 5};
}

static void got_content(void)
{
    char digest[DIGEST_TEXT];
    struct err e = ERR_INIT;
    assert_true(os_file_digest(in("got"), digest, &e));
    assert_string_equal(digest, content_digest);
    assert_int_equal(unlink(in("got")), 0);
    assert_int_equal(access(in("got.part"), F_OK), -1);
}

static void fetched(const struct fetch *f)
{
    char digest[DIGEST_TEXT];
    struct err e = ERR_INIT;
    if (!fetch_file(f, digest, &e))
        fail_msg("%s", e.text);
    assert_string_equal(digest, content_digest);
    got_content();
}

static struct err refused(const struct fetch *f)
{
    char digest[DIGEST_TEXT];
    struct err e = ERR_INIT;
    assert_false(fetch_file(f, digest, &e));
    assert_int_equal(access(in("got"), F_OK), -1);
    return e;
}

static void test_good(void **state)
{
    struct fetch f = of("/good");
    (void)state;
    fetched(&f);
    f.sha256 = content_digest;
    fetched(&f);
    f.max_bytes = SIZE;
    fetched(&f);
    f = of("/to-good");
    fetched(&f);
}

static void test_file(void **state)
{
    char url[LIMIT_PATH];
    struct fetch f = of("");
    (void)state;
    f.url = url;
    snprintf(url, sizeof url, "file://%s", in("source"));
    struct err e = refused(&f);
    assert_int_equal(e.code, ERR_NOT_FOUND);
    assert_true(os_file_write(in("source"), content, SIZE, 0600, &e));
    fetched(&f);
    f.max_bytes = SIZE - 1;
    assert_int_equal(refused(&f).code, ERR_LIMIT);
}

static void test_errors(void **state)
{
    static const struct {
        const char *path;
        enum err_code code;
        bool retryable;
    } rows[] = {
        {"/404", ERR_NOT_FOUND, false},
        {"/403", ERR_IO, false},
        {"/429", ERR_IO, true},
        {"/500", ERR_IO, true},
        {"/503", ERR_IO, true},
        {"/cut", ERR_IO, true},
        {"/endless", ERR_LIMIT, false},
        {"/huge", ERR_LIMIT, false},
        {"/to-file", ERR_PAYLOAD, false},
        {"/loop", ERR_PAYLOAD, false},
        {"/empty", ERR_IO, false},
        {"/else", ERR_PAYLOAD, false},
        {"/cut-unsized", ERR_PAYLOAD, false},
        {"/nowhere", ERR_PAYLOAD, false},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct fetch f = of(rows[i].path);
        f.sha256 = content_digest;
        struct err e = refused(&f);
        if (e.code != rows[i].code || e.retryable != rows[i].retryable)
            fail_msg("%s: %s %s%s", rows[i].path, err_id(e.code), e.text, e.retryable ? " (retryable)" : "");
        unlink(in("got.part"));
    }
}

static void test_unreachable(void **state)
{
    struct fetch f = of("");
    (void)state;
    f.url = "http://127.0.0.1:1/x"; /* nobody listens there */
    struct err e = refused(&f);
    assert_int_equal(e.code, ERR_IO);
    assert_true(e.retryable);
}

static void test_time(void **state)
{
    struct fetch f = of("/stall");
    (void)state;
    f.stall_s = 1;
    time_t begun = time(NULL);
    struct err e = refused(&f);
    assert_int_equal(e.code, ERR_TIMEOUT);
    assert_true(e.retryable);
    assert_true(time(NULL) - begun <= 15);
    f = of("/drip");
    f.timeout_s = 2;
    begun = time(NULL);
    assert_int_equal(refused(&f).code, ERR_TIMEOUT);
    assert_true(time(NULL) - begun <= 15);
}

/* What broke off is gone on from; a part that was of something else, is complete, or too long is noticed. */
static void test_resume(void **state)
{
    struct fetch f = of("/cut");
    struct err e;
    (void)state;
    f.sha256 = content_digest;
    e = refused(&f);
    struct stat st;
    assert_int_equal(stat(in("got.part"), &st), 0);
    assert_int_equal(st.st_size, SIZE / 2);
    f = of("/ranges");
    f.sha256 = content_digest;
    unsigned before = asks;
    fetched(&f);
    assert_int_equal(asks, before + 1);
    assert_non_null(strstr(asked[before % COUNT(asked)], "Range: bytes=150000-"));

    static const struct {
        const char *path;
        size_t size; /* of the part */
        bool right;
        unsigned requests;
    } rows[] = {
        {"/ranges", 1000, true, 1},  {"/ranges", 1000, false, 2},     {"/ranges", SIZE, true, 0},
        {"/ranges", SIZE, false, 2}, {"/ranges", SIZE + 7, false, 2}, {"/good", 1000, true, 2},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char *part = mem_alloc(rows[i].size);
        for (size_t k = 0; k < rows[i].size; k++)
            part[k] = rows[i].right ? content[k % SIZE] : 'x';
        assert_true(os_file_write(in("got.part"), part, rows[i].size, 0600, &e));
        mem_free(part);
        f = of(rows[i].path);
        f.sha256 = content_digest;
        before = asks;
        fetched(&f);
        if (asks != before + rows[i].requests)
            fail_msg("row %zu: %u requests", i, asks - before);
    }
    /* without a digest nothing can vouch for a part */
    put(in("got.part"), "of another version");
    f = of("/ranges");
    before = asks;
    fetched(&f);
    assert_null(strstr(asked[before % COUNT(asked)], "Range:"));
}

static void test_wrong_digest(void **state)
{
    struct fetch f = of("/good");
    (void)state;
    f.sha256 = "0000000000000000000000000000000000000000000000000000000000000000";
    struct err e = refused(&f);
    assert_int_equal(e.code, ERR_PAYLOAD);
    assert_false(e.retryable);
    assert_non_null(strstr(e.text, content_digest));
    assert_int_equal(access(in("got.part"), F_OK), -1);
    f.sha256 = "123";
    assert_int_equal(refused(&f).code, ERR_INPUT);
}

static void test_urls(void **state)
{
    static const char *const urls[] = {
        "",          "nonsense", "/etc/passwd", "ftp://127.0.0.1/x", "gopher://h/", "smb://h/x/y",
        "scp://h/x", "http://",  "http://a b/", "dict://h/"};
    (void)state;
    for (size_t i = 0; i < COUNT(urls); i++) {
        struct fetch f = of("");
        f.url = urls[i];
        struct err e = refused(&f);
        if (e.code != ERR_INPUT)
            fail_msg("%s: %s", urls[i], e.text);
    }
}

/* Neither the user, nor the password, nor the query is told; all are sent. */
static void test_secrets(void **state)
{
    char url[256];
    struct fetch f = of("");
    (void)state;
    f.url = url;
    snprintf(url, sizeof url, "http://someone:hunter2@127.0.0.1:%u/404?token=hidden#part", port);
    struct err e = refused(&f);
    assert_non_null(strstr(e.text, "/404"));
    assert_null(strstr(e.text, "someone"));
    assert_null(strstr(e.text, "hunter2"));
    assert_null(strstr(e.text, "hidden"));
    snprintf(url, sizeof url, "http://someone:hunter2@127.0.0.1:%u/good?token=hidden", port);
    unsigned before = asks;
    fetched(&f);
    assert_non_null(strstr(asked[before % COUNT(asked)], "Authorization: Basic c29tZW9uZTpodW50ZXIy"));
}

static bool watch(void *arg, long long done, long long total)
{
    long long *last = arg;
    assert_true(done >= *last && (total == 0 || total == SIZE));
    *last = done;
    return true;
}

static bool stop_it(void *arg, long long done, long long total)
{
    (void)arg;
    (void)total;
    return done < 3;
}

static void test_progress(void **state)
{
    long long last = 0;
    struct err e = ERR_INIT;
    struct fetch f = of("/ranges");
    (void)state;
    f.progress = watch;
    f.arg = &last;
    fetched(&f);
    assert_int_equal(last, SIZE);
    last = 0;
    f.sha256 = content_digest;
    assert_true(os_file_write(in("got.part"), content, 1000, 0600, &e));
    fetched(&f);
    assert_int_equal(last, SIZE);
    f = of("/drip");
    f.progress = stop_it;
    e = refused(&f);
    assert_non_null(strstr(e.text, "stopped"));
}

/* A server with a certificate that nobody vouches for gives nothing. */
static void test_tls(void **state)
{
    char url[64], where[32];
    (void)state;
    RUN("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
        "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", in("key.pem"), "-out", in("cert.pem"));
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a) | getsockname(fd, (struct sockaddr *)&a, &n),
                     0);
    close(fd); /* a free port */
    snprintf(where, sizeof where, "127.0.0.1:%u", ntohs(a.sin_port));
    snprintf(url, sizeof url, "https://%s/", where);
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);
        dup2(null, 0);
        dup2(null, 1);
        dup2(null, 2);
        execlp("openssl", "openssl", "s_server", "-accept", where, "-key", in("key.pem"), "-cert",
               in("cert.pem"), "-www", (char *)NULL);
        _exit(127);
    }
    struct fetch f = of("");
    struct err e = ERR_INIT;
    f.url = url;
    for (int i = 0; i < 100; i++) { /* until it listens */
        const struct timespec pause = {0, 50 * 1000 * 1000};
        e = refused(&f);
        if (e.code != ERR_IO)
            break;
        nanosleep(&pause, NULL);
    }
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    if (e.code != ERR_PAYLOAD)
        fail_msg("%s %s", err_id(e.code), e.text);
    assert_false(e.retryable);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),         cmocka_unit_test(test_file), cmocka_unit_test(test_errors),
        cmocka_unit_test(test_unreachable),  cmocka_unit_test(test_time), cmocka_unit_test(test_resume),
        cmocka_unit_test(test_wrong_digest), cmocka_unit_test(test_urls), cmocka_unit_test(test_secrets),
        cmocka_unit_test(test_progress),     cmocka_unit_test(test_tls),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
