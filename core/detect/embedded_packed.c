#include "core/detect/load.h"

#include <string.h>
#include <zlib.h>

static void *take(void *none, unsigned n, unsigned size)
{
    (void)none;
    return mem_alloc((size_t)n * size);
}

static void give(void *none, void *p)
{
    (void)none;
    mem_free(p);
}

/* Exactly `size` bytes must come out of the stream: it was packed when this program was built. */
static bool unpack(char *text, size_t size, struct err *e)
{
    z_stream z = {.zalloc = take,
                  .zfree = give,
                  .next_in = (unsigned char *)(uintptr_t)embedded_packed,
                  .avail_in = (unsigned)embedded_packed_size,
                  .next_out = (unsigned char *)text,
                  .avail_out = (unsigned)size};
    int r = inflateInit2(&z, 16 + MAX_WBITS); /* 16: with gzip's header (zlib.h) */

    if (r == Z_OK) {
        r = inflate(&z, Z_FINISH);
        inflateEnd(&z);
    }
    if (r == Z_MEM_ERROR)
        return err_nomem(e);
    return (r == Z_STREAM_END && !z.avail_out) || err_set(e, ERR_BUG, "it cannot be unpacked: this file is damaged");
}

bool embedded_open(struct arena *a, const struct catalog_file **ret, size_t *ret_n, struct err *e)
{
    struct catalog_file *files = ARENA_ARRAY(a, embedded_count, struct catalog_file);
    size_t size = 0, at = 0;
    char *text;

    for (size_t i = 0; i < embedded_count; i++)
        size += embedded_files[i].len;
    text = arena_alloc(a, size + 1);
    if (!files || !text)
        return err_nomem(e);
    if (!unpack(text, size, e))
        return false;
    memcpy(files, embedded_files, embedded_count * sizeof *files);
    for (size_t i = 0; i < embedded_count; i++) {
        files[i].text = text + at;
        at += files[i].len;
    }
    *ret = files;
    *ret_n = embedded_count;
    return true;
}
