/*
 * The calls of libarchive that this folder makes, forwarded to the library when the first of them is used.
 *
 * libarchive brings libxml2, ICU and libstdc++ with it; loading them would cost every start of avswap more
 * processor time than listing the machine's packages, and a PC that is only looked at would need them all for
 * nothing. Without the library every constructor gives NULL, which sink_none() reports. A build with
 * libarchive inside leaves this file out.
 */
#include <archive.h>
#include <archive_entry.h>
#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>

/* The library's symbol; NULL when it cannot be loaded. */
static void *symbol(const char *name)
{
    static void *library;

    if (!library)
        library = dlopen("libarchive.so.13", RTLD_NOW | RTLD_LOCAL);
    return library ? dlsym(library, name) : NULL;
}

/* A function pointer from dlsym's object pointer, as POSIX allows (dlsym(3)). */
#define REAL(name)                                                                                           \
    static __typeof__(name) *real;                                                                           \
    if (!real)                                                                                               \
    *(void **)(&real) = symbol(#name)

/* Without the library there is no object to call the others with, except NULL to free. */
#define FORWARD(type, name, parameters, arguments)                                                           \
    type name parameters                                                                                     \
    {                                                                                                        \
        REAL(name);                                                                                          \
        return real ? real arguments : (type)0;                                                              \
    }
#define FORWARD_VOID(name, parameters, arguments)                                                            \
    void name parameters                                                                                     \
    {                                                                                                        \
        REAL(name);                                                                                          \
        if (real)                                                                                            \
            real arguments;                                                                                  \
    }

/* Constructors. */
FORWARD(struct archive *, archive_read_new, (void), ())
FORWARD(struct archive *, archive_read_disk_new, (void), ())
FORWARD(struct archive *, archive_write_new, (void), ())
FORWARD(struct archive *, archive_write_disk_new, (void), ())
FORWARD(struct archive_entry *, archive_entry_new, (void), ())
FORWARD(struct archive_entry_linkresolver *, archive_entry_linkresolver_new, (void), ())

#define OF_ARCHIVE(name) FORWARD(int, name, (struct archive * a), (a))
OF_ARCHIVE(archive_errno)
OF_ARCHIVE(archive_format)
OF_ARCHIVE(archive_read_close)
OF_ARCHIVE(archive_read_data_skip)
OF_ARCHIVE(archive_read_disk_can_descend)
OF_ARCHIVE(archive_read_disk_descend)
OF_ARCHIVE(archive_read_disk_set_standard_lookup)
OF_ARCHIVE(archive_read_disk_set_symlink_physical)
OF_ARCHIVE(archive_read_free)
OF_ARCHIVE(archive_read_support_filter_gzip)
OF_ARCHIVE(archive_read_support_format_tar)
OF_ARCHIVE(archive_write_add_filter_gzip)
OF_ARCHIVE(archive_write_close)
OF_ARCHIVE(archive_write_disk_set_standard_lookup)
OF_ARCHIVE(archive_write_finish_entry)
OF_ARCHIVE(archive_write_free)
OF_ARCHIVE(archive_write_set_format_ar_bsd)
OF_ARCHIVE(archive_write_set_format_cpio_newc)
OF_ARCHIVE(archive_write_set_format_gnutar)
OF_ARCHIVE(archive_write_set_format_pax)

#define OF_ARCHIVE_AND_INT(name) FORWARD(int, name, (struct archive * a, int n), (a, n))
OF_ARCHIVE_AND_INT(archive_read_disk_set_behavior)
OF_ARCHIVE_AND_INT(archive_write_disk_set_options)
OF_ARCHIVE_AND_INT(archive_write_set_bytes_in_last_block)
OF_ARCHIVE_AND_INT(archive_write_set_bytes_per_block)

FORWARD(const char *, archive_error_string, (struct archive * a), (a))
FORWARD(la_int64_t, archive_filter_bytes, (struct archive * a, int filter), (a, filter))
FORWARD(int, archive_read_data_block, (struct archive * a, const void **p, size_t *n, la_int64_t *offset),
        (a, p, n, offset))
FORWARD(int, archive_read_disk_open, (struct archive * a, const char *path), (a, path))
FORWARD(int, archive_read_next_header, (struct archive * a, struct archive_entry **e), (a, e))
FORWARD(int, archive_read_next_header2, (struct archive * a, struct archive_entry *e), (a, e))
FORWARD(int, archive_read_open_filename, (struct archive * a, const char *path, size_t block),
        (a, path, block))
FORWARD(la_ssize_t, archive_write_data, (struct archive * a, const void *p, size_t n), (a, p, n))
FORWARD(la_ssize_t, archive_write_data_block,
        (struct archive * a, const void *p, size_t n, la_int64_t offset), (a, p, n, offset))
FORWARD(int, archive_write_header, (struct archive * a, struct archive_entry *e), (a, e))
FORWARD(int, archive_write_open,
        (struct archive * a, void *arg, archive_open_callback *begin, archive_write_callback *write,
         archive_close_callback *end),
        (a, arg, begin, write, end))
FORWARD(int, archive_write_set_filter_option,
        (struct archive * a, const char *module, const char *option, const char *value),
        (a, module, option, value))

#define SET_TEXT(name) FORWARD_VOID(name, (struct archive_entry * e, const char *text), (e, text))
SET_TEXT(archive_entry_copy_gname)
SET_TEXT(archive_entry_copy_hardlink)
SET_TEXT(archive_entry_copy_pathname)
SET_TEXT(archive_entry_copy_symlink)
SET_TEXT(archive_entry_copy_uname)

FORWARD(struct archive_entry *, archive_entry_clear, (struct archive_entry * e), (e))
FORWARD_VOID(archive_entry_free, (struct archive_entry * e), (e))
FORWARD_VOID(archive_entry_copy_stat, (struct archive_entry * e, const struct stat *st), (e, st))
FORWARD(__LA_MODE_T, archive_entry_filetype, (struct archive_entry * e), (e))
FORWARD(const char *, archive_entry_hardlink, (struct archive_entry * e), (e))
FORWARD(const char *, archive_entry_pathname, (struct archive_entry * e), (e))
FORWARD(la_int64_t, archive_entry_size, (struct archive_entry * e), (e))
FORWARD_VOID(archive_entry_set_dev, (struct archive_entry * e, dev_t dev), (e, dev))
FORWARD_VOID(archive_entry_set_filetype, (struct archive_entry * e, unsigned type), (e, type))
FORWARD_VOID(archive_entry_set_ino64, (struct archive_entry * e, la_int64_t ino), (e, ino))
FORWARD_VOID(archive_entry_set_mtime, (struct archive_entry * e, time_t s, long ns), (e, s, ns))
FORWARD_VOID(archive_entry_set_nlink, (struct archive_entry * e, unsigned n), (e, n))
FORWARD_VOID(archive_entry_set_perm, (struct archive_entry * e, __LA_MODE_T mode), (e, mode))
FORWARD_VOID(archive_entry_set_size, (struct archive_entry * e, la_int64_t n), (e, n))

#define OF_LINKS struct archive_entry_linkresolver *links
FORWARD_VOID(archive_entry_linkify, (OF_LINKS, struct archive_entry **e, struct archive_entry **spare),
             (links, e, spare))
FORWARD_VOID(archive_entry_linkresolver_free, (OF_LINKS), (links))
FORWARD_VOID(archive_entry_linkresolver_set_strategy, (OF_LINKS, int format), (links, format))

void archive_set_error(struct archive *a, int number, const char *format, ...)
{
    char text[1024];
    va_list ap;

    REAL(archive_set_error);
    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    if (real)
        real(a, number, "%s", text);
}
