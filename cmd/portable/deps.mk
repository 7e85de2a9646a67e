# The libraries of the portable build, static, from unpacked Debian sources: make -f cmd/portable/deps.mk SRC=dir OUT=dir. Called by `make portable-deps`.

CC := musl-gcc
AR := ar
CONFIG := cmd/portable/config
# Warnings about these sources are their authors' business.
CFLAGS := -Os -w -fPIE -D_GNU_SOURCE -fstack-protector-strong -ffunction-sections -fdata-sections
# When one of these changes everything is compiled again.
MADE_OF := cmd/portable/deps.mk cmd/libraries/library.mk $(wildcard $(CONFIG)/*/*)
LIBRARIES := jansson z archive mbedtls curl sodium

jansson.src := $(wildcard $(SRC)/jansson/src/*.c)
jansson.flags := -DHAVE_CONFIG_H -I$(CONFIG)/jansson -I$(SRC)/jansson/src
jansson.headers := $(CONFIG)/jansson/jansson_config.h $(SRC)/jansson/src/jansson.h

z.src := $(patsubst %,$(SRC)/zlib/%.c,adler32 crc32 deflate infback inffast inflate inftrees trees zutil)
z.flags := -DHAVE_UNISTD_H -I$(SRC)/zlib
z.headers := $(SRC)/zlib/zlib.h $(SRC)/zlib/zconf.h

# Reading and writing of tar with gzip, and of folders, writing of packages of Linux: what core/payload asks for, and what that brings along.
archive.src := $(patsubst %,$(SRC)/libarchive/libarchive/archive_%.c, \
	acl check_magic cmdline entry entry_copy_stat entry_link_resolver entry_sparse entry_stat entry_strmode \
	entry_xattr getdate match options pack_dev pathmatch random rb read read_disk_entry_from_file read_disk_posix \
	read_disk_set_standard_lookup read_open_filename read_set_options read_support_filter_gzip read_support_format_empty \
	read_support_format_raw read_support_format_tar string string_sprintf util version_details virtual write \
	write_add_filter_gzip write_add_filter_none write_disk_posix write_disk_set_standard_lookup write_set_format_ar \
	write_set_format_cpio_newc write_set_format_gnutar write_set_format_pax write_set_format_ustar write_set_options) \
	$(SRC)/libarchive/libarchive/filter_fork_posix.c cmd/libraries/archive_filetype.c
archive.flags := -DHAVE_CONFIG_H -DLIBARCHIVE_STATIC -I$(CONFIG)/libarchive -I$(SRC)/libarchive/libarchive -I$(SRC)/zlib
archive.headers := $(SRC)/libarchive/libarchive/archive.h $(SRC)/libarchive/libarchive/archive_entry.h

mbedtls.src := $(wildcard $(SRC)/mbedtls/library/*.c)
mbedtls.flags := -I$(SRC)/mbedtls/include
mbedtls.headers := $(wildcard $(SRC)/mbedtls/include/mbedtls/*.h)
mbedtls.folder := mbedtls/

# http, https by mbed TLS, and file. musl's sched.h declares free(), of which curl makes a macro: so it comes first.
curl.src := $(wildcard $(SRC)/curl/lib/*.c $(SRC)/curl/lib/vauth/*.c $(SRC)/curl/lib/vtls/*.c $(SRC)/curl/lib/vquic/*.c)
curl.flags := -include sched.h -DHAVE_CONFIG_H -DBUILDING_LIBCURL -DCURL_STATICLIB -DUSE_MBEDTLS \
	$(patsubst %,-DCURL_DISABLE_%,DICT FTP GOPHER IMAP LDAP LDAPS MQTT POP3 RTSP SMB SMTP TELNET TFTP \
	ALTSVC HSTS COOKIES DOH MIME NETRC LIBCURL_OPTION NTLM) \
	-I$(CONFIG)/curl -I$(SRC)/curl/include -I$(SRC)/curl/lib -I$(SRC)/mbedtls/include
curl.headers := $(wildcard $(SRC)/curl/include/curl/*.h)
curl.folder := curl/

# The portable code without assembler, the minimal set of functions. Kernels before 3.17 have no getrandom: then it reads /dev/urandom.
sodium.src := $(shell find $(SRC)/libsodium/src -name '*.c' 2>/dev/null | sort)
sodium.flags := -DCONFIGURED=1 -DMINIMAL=1 -DSODIUM_STATIC=1 -DDEV_MODE=1 -DNATIVE_LITTLE_ENDIAN=1 -DHAVE_TI_MODE=1 -DHAVE_MMAP=1 -DHAVE_MLOCK=1 -DHAVE_MADVISE=1 \
	-DHAVE_MPROTECT=1 -DHAVE_EXPLICIT_BZERO=1 -DHAVE_SYS_MMAN_H=1 -DHAVE_POSIX_MEMALIGN=1 -DHAVE_GETPID=1 -DHAVE_ATOMIC_OPS=1 -DHAVE_PTHREAD=1 \
	-DHAVE_LINUX_COMPATIBLE_GETRANDOM=1 -DHAVE_SYS_RANDOM_H=1 -I$(OUT)/include -I$(OUT)/include/sodium \
	-I$(SRC)/libsodium/src/libsodium/include -I$(SRC)/libsodium/src/libsodium/include/sodium

include cmd/libraries/library.mk
