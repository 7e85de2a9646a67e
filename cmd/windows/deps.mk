# The libraries of the Windows build, static, from unpacked Debian sources: make -f cmd/windows/deps.mk SRC=dir OUT=dir. Called by `make windows-deps`.

CC := x86_64-w64-mingw32-gcc-win32
AR := x86_64-w64-mingw32-gcc-ar
CONFIG := cmd/windows/config
# Warnings about these sources are their authors' business.
CFLAGS := -Oz -flto -w -fstack-protector-strong -D_WIN32_WINNT=0x0A00 -D__USE_MINGW_ANSI_STDIO=1
# When one of these changes everything is compiled again.
MADE_OF := cmd/windows/deps.mk cmd/libraries/library.mk $(wildcard $(CONFIG)/*/*)
LIBRARIES := jansson z archive curl sodium cmocka

jansson.src := $(wildcard $(SRC)/jansson/src/*.c)
jansson.flags := -DHAVE_CONFIG_H -I$(CONFIG)/jansson -I$(SRC)/jansson/src
jansson.headers := $(CONFIG)/jansson/jansson_config.h $(SRC)/jansson/src/jansson.h

z.src := $(patsubst %,$(SRC)/zlib/%.c,adler32 crc32 deflate infback inffast inflate inftrees trees zutil)
z.flags := -I$(SRC)/zlib
z.headers := $(SRC)/zlib/zlib.h $(SRC)/zlib/zconf.h

# Reading and writing of tar with gzip, and of folders: what core/payload asks for, and what that brings along.
archive.src := $(patsubst %,$(SRC)/libarchive/libarchive/archive_%.c, \
	acl check_magic cmdline entry entry_copy_bhfi entry_copy_stat entry_link_resolver entry_sparse entry_stat entry_strmode \
	entry_xattr getdate match options pack_dev pathmatch random rb read read_disk_entry_from_file read_disk_set_standard_lookup \
	read_disk_windows read_open_filename read_set_options read_support_filter_gzip read_support_format_empty \
	read_support_format_raw read_support_format_tar string string_sprintf util version_details virtual windows write \
	write_add_filter_gzip write_add_filter_none write_disk_set_standard_lookup write_disk_windows write_set_format_gnutar \
	write_set_format_pax write_set_format_ustar write_set_options) cmd/libraries/archive_filetype.c
archive.flags := -DHAVE_CONFIG_H -DLIBARCHIVE_STATIC -I$(CONFIG)/libarchive -I$(SRC)/libarchive/libarchive -I$(SRC)/zlib
archive.headers := $(SRC)/libarchive/libarchive/archive.h $(SRC)/libarchive/libarchive/archive_entry.h

# http, https by Schannel, and file. curl brings its own configuration for Windows (lib/config-win32.h); UNICODE: names of files are UTF-8.
curl.src := $(wildcard $(SRC)/curl/lib/*.c $(SRC)/curl/lib/vauth/*.c $(SRC)/curl/lib/vtls/*.c $(SRC)/curl/lib/vquic/*.c)
curl.flags := -DBUILDING_LIBCURL -DCURL_STATICLIB -DUNICODE -D_UNICODE -DUSE_SCHANNEL -DUSE_WINDOWS_SSPI -DENABLE_IPV6 \
	$(patsubst %,-DCURL_DISABLE_%,DICT FTP GOPHER IMAP LDAP LDAPS MQTT POP3 RTSP SMB SMTP TELNET TFTP \
	ALTSVC HSTS COOKIES DOH MIME NETRC LIBCURL_OPTION) \
	-I$(SRC)/curl/include -I$(SRC)/curl/lib
curl.headers := $(wildcard $(SRC)/curl/include/curl/*.h)
curl.folder := curl/

# The portable code without assembler, the minimal set of functions.
sodium.src := $(shell find $(SRC)/libsodium/src -name '*.c' 2>/dev/null | sort)
sodium.flags := -DCONFIGURED=1 -DMINIMAL=1 -DSODIUM_STATIC=1 -DDEV_MODE=1 -I$(OUT)/include -I$(OUT)/include/sodium \
	-I$(SRC)/libsodium/src/libsodium/include -I$(SRC)/libsodium/src/libsodium/include/sodium

cmocka.src := $(SRC)/cmocka/src/cmocka.c
cmocka.flags := -fno-lto -DHAVE_CONFIG_H -I$(CONFIG)/cmocka -I$(SRC)/cmocka/include
cmocka.headers := $(wildcard $(SRC)/cmocka/include/*.h)

include cmd/libraries/library.mk
