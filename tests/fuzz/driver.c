/*
 * driver.c - runs a fuzzer without libFuzzer: driver [-runs N] [-save DIR] FILE|DIR...
 *
 * First every file as it is, in order of name, then N mutations of them. What is run depends on the files and N only,
 * never on a clock, so a failure comes again. Where the fuzzer was built with -fsanitize-coverage=trace-pc, a mutation
 * that reaches new code joins the files that are mutated.
 *
 * A child does the work, so that the parent can save the input which ended it. One input may take INPUT_S seconds.
 * Prints one line: "fuzz NAME: F files, N mutations, A accepted, K kept: clean", or what failed; exit status 0 or 1.
 */
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define INPUT_MAX ((size_t)96 << 10)
#define INPUT_S 20
#define NAME_MAX_SHOWN 200

struct input {
    const char *name;
    uint8_t *p;
    size_t n;
    bool accepted;
};

struct span { /* of an input */
    size_t at, n;
};

/* Seen by parent and child. */
struct watch {
    unsigned long done, accepted, kept, run; /* run 0: a file as it is */
    bool wrong_name;                         /* good-* refused or bad-* taken */
    char from[NAME_MAX_SHOWN];
    size_t n;
    uint8_t data[INPUT_MAX];
};

static struct watch *watch;
static struct input *pool;
static size_t pool_n, pool_max, files;

/* Code reached so far, by a hash of its address. */
static uint8_t reached[1 << 16];
static bool reached_new;

void __sanitizer_cov_trace_pc(void);

__attribute__((no_sanitize_coverage)) void __sanitizer_cov_trace_pc(void)
{
    static uintptr_t last;
    uintptr_t at = (uintptr_t)__builtin_return_address(0) - (uintptr_t)&LLVMFuzzerTestOneInput;
    uintptr_t edge = (at ^ (last << 7)) * 0x9E3779B97F4A7C15u >> 48;

    last = at;
    if (!reached[edge])
        reached[edge] = reached_new = true;
}

static void die(const char *what, const char *name)
{
    fprintf(stderr, "%s %s: %s\n", what, name, strerror(errno));
    exit(1);
}

static void *allocate(size_t n)
{
    void *p = malloc(n ? n : 1);

    if (!p)
        die("no memory for", "inputs");
    return p;
}

static void pool_add(const char *name, const uint8_t *p, size_t n)
{
    if (pool_n == pool_max) {
        pool_max = pool_max ? pool_max * 2 : 64;
        pool = realloc(pool, pool_max * sizeof *pool);
        if (!pool)
            die("no memory for", "inputs");
    }
    pool[pool_n] = (struct input){name, allocate(n), n, fuzz_accepted};
    if (n)
        memcpy(pool[pool_n].p, p, n);
    pool_n++;
}

static void read_file(const char *path)
{
    static uint8_t data[INPUT_MAX + 1];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, data, sizeof data);

    if (n < 0)
        die("reading", path);
    if ((size_t)n > INPUT_MAX)
        errno = EFBIG, die("reading", path);
    close(fd);
    pool_add(strdup(path), data, (size_t)n);
}

static void read_inputs(const char *path)
{
    struct dirent **names;
    struct stat st;
    int n;

    if (stat(path, &st))
        die("looking at", path);
    if (!S_ISDIR(st.st_mode)) {
        read_file(path);
        return;
    }
    n = scandir(path, &names, NULL, alphasort);
    if (n < 0)
        die("reading", path);
    for (int i = 0; i < n; i++) {
        char file[4096];

        if (names[i]->d_name[0] != '.') {
            snprintf(file, sizeof file, "%s/%s", path, names[i]->d_name);
            read_file(file);
        }
        free(names[i]);
    }
    free(names);
}

/* xorshift64*: the same numbers everywhere. */
static uint64_t random_state;

static size_t below(size_t n)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return n ? (size_t)((random_state * 0x2545F4914F6CDD1Du >> 16) % n) : 0;
}

static bool blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static size_t skip_blanks(const struct input *in, size_t at)
{
    while (at < in->n && blank(in->p[at]))
        at++;
    return at;
}

/* The end of what begins at `at`: a quoted text, a bracketed part, or a word. */
static size_t value_end(const struct input *in, size_t at)
{
    bool quoted = false;
    size_t depth = 0;

    for (size_t i = at; i < in->n; i++) {
        uint8_t c = in->p[i];

        if (quoted && c == '\\') {
            i++;
        } else if (c == '"') {
            quoted = !quoted;
            if (!quoted && !depth)
                return i + 1 < in->n ? i + 1 : in->n;
        } else if (!quoted && (c == '{' || c == '[')) {
            depth++;
        } else if (!quoted && (c == '}' || c == ']')) {
            if (depth <= 1)
                return depth ? i + 1 : i;
            depth--;
        } else if (!quoted && !depth && (blank(c) || c == ',' || c == ':')) {
            return i;
        }
    }
    return in->n;
}

/* A value near `at`; with its name when it is a member of an object and `at` fell on that. */
static struct span value_near(const struct input *in, size_t at)
{
    struct span s;
    size_t next;

    while (at && !strchr("\"{[ ,:\n", in->p[at]))
        at--;
    while (at < in->n && (blank(in->p[at]) || strchr(",:}]", in->p[at])))
        at++;
    s.at = at < in->n ? at : in->n;
    s.n = value_end(in, s.at) - s.at;
    next = skip_blanks(in, s.at + s.n);
    if (s.n && in->p[s.at] == '"' && next < in->n && in->p[next] == ':' && below(2)) {
        next = skip_blanks(in, next + 1);
        s.n = value_end(in, next) - s.at;
    }
    return s;
}

static struct span line_near(const struct input *in, size_t at)
{
    struct span s;

    while (at && in->p[at - 1] != '\n')
        at--;
    s.at = at;
    while (at < in->n && in->p[at] != '\n')
        at++;
    s.n = (at < in->n ? at + 1 : at) - s.at;
    return s;
}

static struct span pick(const struct input *in)
{
    size_t at = below(in->n);
    struct span s = {at, 0};

    if (!in->n)
        return s;
    switch (below(6)) {
    case 0:
        return line_near(in, at);
    case 1:
        s.n = below((in->n - at < 32 ? in->n - at : 32) + 1);
        return s;
    default:
        return value_near(in, at);
    }
}

/* Puts bytes in the place of a span; what does not fit is left out. */
static void put(struct input *in, struct span s, const uint8_t *p, size_t n)
{
    size_t rest = in->n - s.at - s.n;

    if (n > INPUT_MAX - s.at - rest)
        return;
    memmove(in->p + s.at + n, in->p + s.at + s.n, rest);
    if (n)
        memcpy(in->p + s.at, p, n);
    in->n = s.at + n + rest;
}

static int kind(uint8_t c)
{
    return c >= '0' && c <= '9' ? '0' : c == '-' ? '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'z' ? 'a' : c;
}

/* Do both begin and end alike, as two quoted texts or two numbers do? */
static bool alike(const struct input *in, struct span s, const uint8_t *p, size_t n)
{
    return s.n && n && kind(in->p[s.at]) == kind(p[0]) && kind(in->p[s.at + s.n - 1]) == kind(p[n - 1]);
}

/* How often what is put in place of something is looked for that is alike. */
static int tries(void)
{
    return below(4) ? 20 : 0;
}

static void put_token(struct input *in, struct span s)
{
#define TOKEN(text) {(text), sizeof(text) - 1}
    static const struct {
        const char *p;
        size_t n;
    } tokens[] = {
        TOKEN("null"), TOKEN("true"), TOKEN("false"), TOKEN("0"), TOKEN("-1"), TOKEN("1e309"), TOKEN("-0.0"),
        TOKEN("9223372036854775807"), TOKEN("-9223372036854775808"), TOKEN("9223372036854775808"), TOKEN("4294967296"),
        TOKEN("1000000000000000"), TOKEN("0x7fffffffffffffff"), TOKEN("{}"), TOKEN("[]"), TOKEN("\"\""),
        TOKEN("\"\\u0000\""), TOKEN("\"\\u001b[2J\""), TOKEN("\"\\u202e\\u0085\""), TOKEN("\"\\ud800\""),
        TOKEN("\"\xC3\xA9\""), TOKEN("\xF4\x8F\xBF\xBF"), TOKEN("\xED\xA0\x80"), TOKEN("\xC2\x9B"), TOKEN("\xE2\x80"),
        TOKEN("\xFF"), TOKEN("\0"), TOKEN("\x1B]0;x\a"), TOKEN("\r\n"), TOKEN("\n\n"), TOKEN("\n---\n"),
        TOKEN("\"0000-01-01T00:00:00+15:59\""), TOKEN("\"9999-12-31T23:59:59.999-15:59\""), TOKEN("\"2024-02-29\""),
        TOKEN("\"2024-09-29T04:00:00.5Z\""), TOKEN("1:1.0~rc1-1"), TOKEN("18446744073709551616"), TOKEN("%s%n%99999d"),
        TOKEN("${run}"), TOKEN("${"), TOKEN("../../etc/passwd"), TOKEN("*"), TOKEN("[!a-z]"), TOKEN("[a"), TOKEN("**?"),
        TOKEN("\"unknown\": 1,"), TOKEN("\"all\": [],"), TOKEN("{\"not\": "), TOKEN("[[[[[[[["), TOKEN("\\"),
    };
    size_t i = below(sizeof tokens / sizeof *tokens);

    for (int t = tries(); t && !alike(in, s, (const uint8_t *)tokens[i].p, tokens[i].n); t--)
        i = below(sizeof tokens / sizeof *tokens);
    put(in, s, (const uint8_t *)tokens[i].p, tokens[i].n);
}

static bool is(const struct input *in, size_t at, const char *set)
{
    return at < in->n && in->p[at] && strchr(set, in->p[at]);
}

static void put_twice(struct input *in, struct span s)
{
    uint8_t *copy = allocate(s.n + 1);
    size_t n = s.n;

    memcpy(copy, in->p + s.at, n);
    if (is(in, skip_blanks(in, s.at + s.n), ",]}"))
        copy[n++] = ',';
    s.n = 0;
    for (size_t times = below(8) ? 1 : 1 + below(70); times; times--)
        put(in, s, copy, n);
    free(copy);
}

static void leave_out(struct input *in, struct span s)
{
    size_t next = skip_blanks(in, s.at + s.n);

    if (is(in, next, ","))
        s.n = next + 1 - s.at;
    else
        for (size_t at = s.at; at && (blank(in->p[at - 1]) || in->p[at - 1] == ','); at--)
            s = (struct span){at - 1, s.n + 1};
    put(in, s, NULL, 0);
}

static void put_from(struct input *in, const struct input *other, bool whole_tail)
{
    struct span s = pick(in), o = pick(other);

    for (int t = tries(); t && !alike(in, s, other->p + o.at, o.n); t--)
        o = pick(other);
    if (whole_tail) {
        s.n = in->n - s.at;
        o.n = other->n - o.at;
    }
    put(in, s, other->p + o.at, o.n);
}

/* Mostly what was accepted: there is more behind it. */
static const struct input *pick_input(void)
{
    const struct input *in = &pool[below(pool_n)];

    for (int tries = 0; tries < 4 && !in->accepted; tries++)
        in = &pool[below(below(2) ? files : pool_n)];
    return in;
}

static void mutate(struct input *in)
{
    for (size_t times = 1 + below(below(4) ? 2 : 6); times; times--) {
        const struct input *other = pick_input();

        switch (below(9)) {
        case 0:
            if (in->n)
                in->p[below(in->n)] ^= (uint8_t)(1u << below(8));
            break;
        case 1:
            if (!below(4))
                in->n = below(in->n + 1);
            break;
        case 2:
            leave_out(in, pick(in));
            break;
        case 3:
            put_twice(in, pick(in));
            break;
        case 4:
            put_from(in, other, !below(4));
            break;
        case 5:
        case 6:
            put_from(in, other, false);
            break;
        default:
            put_token(in, pick(in));
        }
    }
}

/* Runs it from a block of its very size, so that reading behind it is seen. */
static void run_one(const struct input *in, unsigned long run)
{
    uint8_t *copy = allocate(in->n);

    if (in->n) {
        memcpy(copy, in->p, in->n);
        memcpy(watch->data, in->p, in->n);
    }
    watch->n = in->n;
    watch->run = run;
    snprintf(watch->from, sizeof watch->from, "%s", in->name);
    fuzz_accepted = reached_new = false;
    alarm(INPUT_S);
    LLVMFuzzerTestOneInput(copy, in->n);
    alarm(0);
    watch->done++;
    watch->accepted += fuzz_accepted;
    free(copy);
}

static void run_file(struct input *in)
{
    const char *slash = strrchr(in->name, '/'), *name = slash ? slash + 1 : in->name;

    run_one(in, 0);
    in->accepted = fuzz_accepted;
    watch->wrong_name = fuzz_accepted ? strncmp(name, "bad-", 4) == 0 : strncmp(name, "good-", 5) == 0;
    if (watch->wrong_name) {
        fprintf(stderr, "%s: %s\n", in->name, fuzz_accepted ? "accepted" : fuzz_reason.text);
        exit(1);
    }
}

static void run_all(unsigned long runs)
{
    static uint8_t data[INPUT_MAX];

    for (size_t i = 0; i < files; i++)
        run_file(&pool[i]);
    for (unsigned long run = 1; run <= runs; run++) {
        const struct input *from;
        struct input in;

        random_state = run * 0x9E3779B97F4A7C15u;
        from = pick_input();
        in = (struct input){from->name, data, from->n, false};
        if (in.n)
            memcpy(data, from->p, in.n);
        mutate(&in);
        run_one(&in, run);
        if (reached_new) {
            pool_add(from->name, in.p, in.n);
            watch->kept++;
        }
    }
}

static void failed(const char *name, const char *folder, int status)
{
    char path[4096];
    int fd;

    snprintf(path, sizeof path, "%s/%s.failed", folder, name);
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0 || write(fd, watch->data, watch->n) != (ssize_t)watch->n)
        die("writing", path);
    close(fd);
    printf("fuzz %s: FAILED: mutation %lu of %s, saved as %s: ", name, watch->run, watch->from, path);
    if (watch->wrong_name)
        printf("a file of this name must %s\n", strstr(watch->from, "bad-") ? "be refused" : "be accepted");
    else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
        printf("it takes more than %d s\n", INPUT_S);
    else if (WIFSIGNALED(status))
        printf("%s\n", strsignal(WTERMSIG(status)));
    else
        printf("exit status %d\n", WEXITSTATUS(status));
}

int main(int argc, char **argv)
{
    const char *slash = strrchr(argv[0], '/'), *name = slash ? slash + 1 : argv[0], *folder = ".";
    unsigned long runs = 0;
    int status;
    pid_t pid;

    watch = mmap(NULL, sizeof *watch, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (watch == MAP_FAILED)
        die("no memory for", name);
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "-runs") == 0 && i + 1 < argc)
            runs = strtoul(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "-save") == 0 && i + 1 < argc)
            folder = argv[++i];
        else
            read_inputs(argv[i]);
    }
    files = pool_n;
    if (!files) {
        printf("fuzz %s: FAILED: no inputs\n", name);
        return 1;
    }
    fflush(NULL);
    pid = fork();
    if (pid < 0)
        die("no process for", name);
    if (pid == 0) {
        LLVMFuzzerInitialize(&argc, &argv);
        run_all(runs);
        exit(0);
    }
    if (waitpid(pid, &status, 0) != pid)
        die("waiting for", name);
    if (status != 0) {
        failed(name, folder, status);
        return 1;
    }
    printf("fuzz %s: %zu files, %lu mutations, %lu accepted, %lu kept: clean\n", name, files, runs, watch->accepted,
           watch->kept);
    return 0;
}
