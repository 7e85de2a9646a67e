/* The one function of libarchive's archive_write_set_format.c that its formats call; the rest of that file names every format
 * there is and would bring them all. */
#include "archive_platform.h"
#include "archive.h"
#include "archive_entry.h"
#include "archive_write_set_format_private.h"

#include <errno.h>

void __archive_write_entry_filetype_unsupported(struct archive *a, struct archive_entry *entry, const char *format)
{
    archive_set_error(a, ERANGE, "%s: a file of type 0%o has no place in %s", archive_entry_pathname(entry),
                      (unsigned)archive_entry_filetype(entry), format);
}
