/* Fetching on Windows: from files whatever their name is, and from a server of our own on this machine, in
 * pieces too. */
#include "core/base/digest.h"
#include "core/os/file.h"
#include "core/payload/fetch.h"

/* Sockets come before windows.h, which brings older ones. */
#include <winsock2.h>
#include <windows.h>

#include "tests/unit/fixture.h"

#define SIZE 300000

static struct err e;
static char root[64], content[SIZE], digest[DIGEST_TEXT];
static unsigned short port;

static const char *in(const char *name)
{
    static char paths[4][512];
    static size_t next;
    char *p = paths[next++ % 4];

    snprintf(p, sizeof paths[0], "%s/%s", root, name);
    return p;
}

static bool send_all(SOCKET s, const char *p, size_t n)
{
    while (n) {
        int sent = send(s, p, (int)n, 0);

        if (sent <= 0)
            return false;
        p += sent;
        n -= (size_t)sent;
    }
    return true;
}

/* One answer: /whole all of it, from where it is asked; /broken half of it and then nothing. */
static void answer(SOCKET s)
{
    char request[4096], head[256];
    size_t n = 0, from = 0;
    const char *range;
    bool broken;
    int got;

    do {
        got = recv(s, request + n, (int)(sizeof request - 1 - n), 0);
        n += got > 0 ? (size_t)got : 0;
        request[n] = '\0';
    } while (got > 0 && !strstr(request, "\r\n\r\n"));
    broken = text_starts(request, "GET /broken ");
    range = strstr(request, "Range: bytes=");
    if (range)
        from = strtoul(range + 13, NULL, 10);
    if (!broken && !text_starts(request, "GET /whole "))
        snprintf(head, sizeof head,
                 "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    else if (from)
        snprintf(head, sizeof head,
                 "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes %zu-%d/%d\r\nContent-Length: "
                 "%zu\r\nConnection: close\r\n\r\n",
                 from, SIZE - 1, SIZE, SIZE - from);
    else
        snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n",
                 SIZE);
    if (send_all(s, head, strlen(head)) && strstr(head, " 20"))
        (void)send_all(s, content + from, broken ? SIZE / 2 : SIZE - from);
    shutdown(s, SD_SEND);
    closesocket(s);
}

static DWORD WINAPI serve(void *listener)
{
    for (;;) {
        SOCKET s = accept((SOCKET)(uintptr_t)listener, NULL, NULL);

        if (s == INVALID_SOCKET)
            return 0;
        answer(s);
    }
}

static int start(void **state)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int size = sizeof at;
    SOCKET listener;
    WSADATA data;

    (void)state;
    for (size_t i = 0; i < SIZE; i++)
        content[i] = (char)(i * 7 + i / 251);
    digest_of(content, SIZE, digest);
    snprintf(root, sizeof root, "C:/avswap-fetch-%lu", GetCurrentProcessId());
    if (WSAStartup(MAKEWORD(2, 2), &data) || !os_dir_make(root, 0755, &e))
        return -1;
    listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr *)&at, sizeof at) || listen(listener, 8) ||
        getsockname(listener, (struct sockaddr *)&at, &size))
        return -1;
    port = ntohs(at.sin_port);
    return CreateThread(NULL, 0, serve, (void *)(uintptr_t)listener, 0, NULL) ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    return os_tree_remove(root, &e) ? 0 : -1;
}

static bool get(const char *url, const char *to, const char *sha256, char found[DIGEST_TEXT])
{
    struct fetch f = {.url = url, .to = to, .sha256 = sha256, .max_bytes = SIZE, .timeout_s = 60};

    err_clear(&e);
    return fetch_file(&f, found, &e);
}

static const char *url(const char *path)
{
    static char text[128];

    snprintf(text, sizeof text, "http://127.0.0.1:%u%s", port, path);
    return text;
}

static void test_file(void **state)
{
    static const struct {
        const char *name, *url;
    } rows[] = {
        {"plain.msi", "plain.msi"},
        {"a b.msi", "a%20b.msi"},
        {"Gr\xc3\xbc\xc3\x9f"
         "e \xd0\x9a.msi",
         "Gr%C3%BC%C3%9Fe%20%D0%9A.msi"},
    };
    char found[DIGEST_TEXT], text[256];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_true(os_file_write(in(rows[i].name), content, SIZE, 0644, &e));
        snprintf(text, sizeof text, "file:///%s/%s", root, rows[i].url);
        if (!get(text, in("got"), digest, found))
            fail_msg("%s", e.text);
        assert_string_equal(found, digest);
    }
    snprintf(text, sizeof text, "file:///%s/none", root);
    assert_false(get(text, in("got"), digest, found));
    assert_int_equal(e.code, ERR_NOT_FOUND);
}

static void test_http(void **state)
{
    char found[DIGEST_TEXT];

    (void)state;
    if (!get(url("/whole"), in("\xd0\x9a\xd0\xb0\xd1\x81\xd0\xbf.msi"), NULL, found))
        fail_msg("%s", e.text);
    assert_string_equal(found, digest);
    assert_false(get(url("/none"), in("none"), NULL, found));
    expect_err(&e, ERR_NOT_FOUND, "404");
    assert_false(os_file_exists(in("none")));
    assert_false(get(url("/whole"), in("other"),
                     "0000000000000000000000000000000000000000000000000000000000000000", found));
    expect_err(&e, ERR_PAYLOAD, "its digest is|instead of 0000");
    assert_false(get("ftp://127.0.0.1/x", in("other"), NULL, found));
    expect_err(&e, ERR_INPUT, "ftp");
}

/* What came before the line broke is not fetched again. */
static void test_resumed(void **state)
{
    char found[DIGEST_TEXT];
    struct os_stat st;

    (void)state;
    assert_false(get(url("/broken"), in("big"), digest, found));
    assert_true(e.retryable);
    assert_true(os_file_stat(in("big.part"), &st, &e));
    assert_int_equal(st.size, SIZE / 2);
    if (!get(url("/whole"), in("big"), digest, found))
        fail_msg("%s", e.text);
    assert_string_equal(found, digest);
    assert_false(os_file_exists(in("big.part")));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_file),
        cmocka_unit_test(test_http),
        cmocka_unit_test(test_resumed),
    };

    mem_setup();
    return cmocka_run_group_tests_name("payload/fetch on Windows", tests, start, end) != 0;
}
