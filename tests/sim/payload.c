/* What core/payload does to a PC, on the simulated one. Written beside and renamed, durable when it returns. */
#include "core/payload/archive.h"
#include "core/base/digest.h"
#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/payload/fetch.h"
#include "core/payload/rebuild.h"
#include "tests/sim/bundle.h"
#include "tests/sim/pc.h"

#include <stdio.h>
#include <string.h>

static bool write_bundle(struct buf *b, const char *path, char hex[65], long long *bytes, struct err *e)
{
    bool ok;

    bundle_end(b);
    ok = buf_ok(b, path, e) && os_file_write(path, buf_str(b), b->len, 0600, e);
    if (ok) {
        digest_of(buf_str(b), b->len, hex);
        *bytes = (long long)b->len;
    }
    return ok;
}

bool archive_save(const struct strs *paths, const char *to, struct archive_info *ret, struct err *e)
{
    struct buf b;
    bool ok;

    memset(ret, 0, sizeof *ret);
    buf_init(&b, LIMIT_DOCUMENT);
    bundle_head(&b, "state", "1");
    for (size_t i = 0; i < paths->n; i++)
        ret->entries += bundle_add(&b, paths->v[i]);
    pc_advance(100);
    ok = write_bundle(&b, to, ret->digest, &ret->bytes, e);
    buf_free(&b);
    return ok;
}

bool archive_restore(const char *from, const struct strs *paths, struct err *e)
{
    if (!bundle_whole(from, NULL, 0))
        return err_set(e, ERR_PAYLOAD, "the archive '%s' is damaged", from);
    pc_advance(100);
    pc_before("state restored", from);
    bundle_unpack(from, paths, true);
    pc_after("state restored", from);
    return true;
}

bool archive_check(const char *path, const char *digest, struct err *e)
{
    char hex[65];

    if (!bundle_whole(path, NULL, 0))
        return err_set(e, ERR_PAYLOAD, "the archive '%s' is damaged", path);
    if (digest && (!os_file_digest(path, hex, e) || strcmp(hex, digest) != 0))
        return e->code ? false : err_set(e, ERR_PAYLOAD, "the archive '%s' is another one", path);
    return true;
}

bool rebuild_package(const char *manager, const char *name, const char *dir, struct arena *a, struct rebuilt *ret,
                     struct err *e)
{
    int p = product_package_named(name);
    const struct product_package *k = &product_packages[p < 0 ? 0 : p];
    struct buf b;
    bool ok;

    memset(ret, 0, sizeof *ret);
    if (p < 0 || pc.packages[p].state < PACKAGE_UNPACKED)
        return err_set(e, ERR_NOT_FOUND, "package %s is not installed", name);
    ret->path = arena_printf(a, "%s/%s_%s_%s.%s", dir, name, k->version, k->arch,
                             strcmp(manager, "rpm") == 0 ? "rpm" : "deb");
    if (!ret->path)
        return err_nomem(e);
    buf_init(&b, LIMIT_DOCUMENT);
    bundle_head(&b, name, k->version);
    for (size_t i = 0; k->paths[i].path; i++)
        if (k->paths[i].kind != 'd')
            ret->files += bundle_add(&b, k->paths[i].path);
    pc_advance(200);
    ok = write_bundle(&b, ret->path, ret->digest, &ret->bytes, e);
    buf_free(&b);
    return ok;
}

bool fetch_file(const struct fetch *f, char ret_digest[65], struct err *e)
{
    static const char text[] = "avswap-sim installer 1\nend\n";

    if (pc.setup.misbehaves == SIM_FETCH_FAILS)
        return err_set(e, ERR_IO, "%s: no network", f->url);
    pc_advance(500);
    if (!os_file_write(f->to, text, sizeof text - 1, 0644, e))
        return false;
    digest_of(text, sizeof text - 1, ret_digest);
    return true;
}
