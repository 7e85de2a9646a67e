/*
 * journal - the time of an append to the run's journal against a bare append of as many bytes, each made durable.
 *
 *   journal FOLDER APPENDS
 *
 * Both files are in FOLDER. Small batches of either take turns, so that both see the same disk at the same time. The
 * records are those of a step that begins and ends. One line: median microseconds of a journal_append(), and of a write()
 * with fdatasync().
 */
#include "core/run/journal.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 5, MAX_APPENDS = 1000000 };

static _Noreturn void die(const char *what, const char *why)
{
    fprintf(stderr, "journal: %s: %s\n", what, why);
    exit(1);
}

static double now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void append_record(struct journal *j)
{
    static const struct event kinds[] = {
        {.kind = EVENT_BEGIN, .step = "s17", .attempt = 1, .exit = -1},
        {.kind = EVENT_END, .step = "s17", .attempt = 1, .exit = -1, .outcome = OUTCOME_OK, .text = "removed kesl 12.1.0-1543"},
    };
    struct err e = ERR_INIT;
    const struct event *kept;

    if (!journal_append(j, &kinds[j->n % 2], &kept, &e))
        die("journal_append", e.text);
}

/* One write, as long as the journal's last record was, and on the disk when it returns. */
static void append_bare(int fd, size_t n)
{
    static char line[65536];

    memset(line, 'x', n - 1);
    line[n - 1] = '\n';
    if (write(fd, line, n) != (ssize_t)n || fdatasync(fd) != 0)
        die("bare append", "write or fdatasync failed");
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(double *v, size_t n)
{
    qsort(v, n, sizeof *v, by_value);
    return (v[(n - 1) / 2] + v[n / 2]) / 2;
}

/* Each append of the journal is followed in the next batch by a bare one of the same length. */
static void batch(struct journal *j, int bare, double *ours, double *peer)
{
    size_t length[BATCH];
    double start;

    for (int i = 0; i < BATCH; i++) {
        size_t before = j->size;

        start = now_us();
        append_record(j);
        ours[i] = now_us() - start;
        length[i] = j->size - before;
    }
    for (int i = 0; i < BATCH; i++) {
        start = now_us();
        append_bare(bare, length[i]);
        peer[i] = now_us() - start;
    }
}

int main(int argc, char **argv)
{
    long appends = argc == 3 ? strtol(argv[2], NULL, 10) : 0;
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    struct journal j;
    char path[4096], bare_path[4096];
    double *ours, *peer;
    size_t n;
    int bare;

    if (appends < BATCH || appends > MAX_APPENDS) {
        fprintf(stderr, "usage: journal FOLDER APPENDS\n");
        return 2;
    }
    mem_setup();
    snprintf(path, sizeof path, "%s/journal.jsonl", argv[1]);
    snprintf(bare_path, sizeof bare_path, "%s/bare", argv[1]);
    unlink(path);
    unlink(bare_path);
    bare = open(bare_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (bare < 0 || !journal_open(path, &d, &j, &e))
        die(argv[1], bare < 0 ? "cannot be written to" : e.text);
    n = (size_t)appends / BATCH * BATCH;
    ours = calloc(n, sizeof *ours);
    peer = calloc(n, sizeof *peer);
    if (!ours || !peer)
        die("calloc", "no memory");
    batch(&j, bare, ours, peer); /* for the caches: its times are written over */
    for (size_t i = 0; i < n; i += BATCH)
        batch(&j, bare, ours + i, peer + i);
    printf("%.1f %.1f\n", median(ours, n), median(peer, n));
    journal_close(&j);
    close(bare);
    doc_free(&d);
    free(ours);
    free(peer);
    unlink(path);
    unlink(bare_path);
    return 0;
}
