#include "tests/sim/bundle.h"
#include "tests/sim/pc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void bundle_head(struct buf *b, const char *name, const char *version)
{
    buf_printf(b, "avswap-sim %s %s\n", name, version);
}

static bool at_or_below(const char *path, const char *folder)
{
    size_t n = strlen(folder);

    return strncmp(path, folder, n) == 0 && (!path[n] || path[n] == '/');
}

long long bundle_add(struct buf *b, const char *path)
{
    long long n = 0;

    for (uint32_t i = 0; i < pc.n_files; i++) {
        const struct pc_file *f = &pc.files[i];

        if (!f->now.here || !at_or_below(f->path, path))
            continue;
        buf_printf(b, "%d %o %u %s\n", f->now.kind, f->now.mode, f->now.bytes.n, f->path);
        buf_add(b, pc_bytes(f), f->now.bytes.n);
        buf_addc(b, '\n');
        n++;
    }
    return n;
}

void bundle_end(struct buf *b)
{
    buf_adds(b, "end\n");
}

/* A copy: the pool moves. The PC's own memory, not the worker's. */
static char *read_text(const char *path)
{
    const struct pc_file *f = pc_file(path);
    char *text = f ? malloc(f->now.bytes.n + 1) : NULL;

    if (f && !text)
        pc_broken("no memory for", path);
    if (!f)
        return NULL;
    memcpy(text, pc_bytes(f), f->now.bytes.n);
    text[f->now.bytes.n] = '\0';
    if (text_starts(text, "avswap-sim ") && text_ends(text, "end\n"))
        return text;
    free(text);
    return NULL;
}

bool bundle_whole(const char *path, char *name, size_t size)
{
    char *text = read_text(path);

    if (text && name)
        snprintf(name, size, "%.*s", (int)strcspn(text + 11, " "), text + 11);
    free(text);
    return text != NULL;
}

static bool wanted(const char *path, const struct strs *only)
{
    for (size_t i = 0; only && i < only->n; i++)
        if (at_or_below(path, only->v[i]))
            return true;
    return !only || !only->n;
}

bool bundle_unpack(const char *path, const struct strs *only, bool durable)
{
    char *text = read_text(path);
    const char *p = text ? strchr(text, '\n') + 1 : NULL;

    while (p && strcmp(p, "end\n") != 0) {
        int kind, skip = 0;
        unsigned mode, n;
        char at[PC_PATH], folder[PC_PATH];

        if (sscanf(p, "%d %o %u %167s%n", &kind, &mode, &n, at, &skip) != 4)
            pc_broken("a bundle is malformed:", path);
        p += skip + 1;
        if (wanted(at, only)) {
            snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(at, '/') - at), at);
            if (*folder)
                pc_folder(folder, 0755, durable);
            pc_put(at, (enum os_kind)kind, mode, p, n, durable);
        }
        p += n + 1;
    }
    free(text);
    return text != NULL;
}
