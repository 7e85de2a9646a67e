/* The one function of libarchive's archive_write_set_format.c that its formats call; the rest of that file names every format
 * there is and would bring them all. */
#include <errno.h>

struct archive;
struct archive_entry;
const char *archive_entry_pathname(struct archive_entry *entry);
void archive_set_error(struct archive *a, int number, const char *format, ...);
void __archive_write_entry_filetype_unsupported(struct archive *a, struct archive_entry *entry, const char *format);

void __archive_write_entry_filetype_unsupported(struct archive *a, struct archive_entry *entry, const char *format)
{
    archive_set_error(a, ERANGE, "%s: files of its type have no place in %s", archive_entry_pathname(entry), format);
}
