# What the libraries are made of for every target, from unpacked Debian sources in SRC. Included by cmd/*/deps.mk, which adds what is
# the target's own, before library.mk.

# When one of these changes everything is compiled again.
MADE_OF := $(firstword $(MAKEFILE_LIST)) $(wildcard cmd/libraries/* $(CONFIG)/*/*)

jansson.src := $(wildcard $(SRC)/jansson/src/*.c)
jansson.flags := -DHAVE_CONFIG_H -I$(CONFIG)/jansson -Icmd/libraries -I$(SRC)/jansson/src
jansson.headers := cmd/libraries/jansson_config.h $(SRC)/jansson/src/jansson.h

z.src := $(patsubst %,$(SRC)/zlib/%.c,adler32 crc32 deflate infback inffast inflate inftrees trees zutil)
z.flags := -I$(SRC)/zlib
z.headers := $(SRC)/zlib/zlib.h $(SRC)/zlib/zconf.h

# Reading and writing of tar with gzip, and of folders: what core/payload asks for, and what that brings along.
archive.src := $(patsubst %,$(SRC)/libarchive/libarchive/archive_%.c, \
	acl check_magic cmdline entry entry_copy_stat entry_link_resolver entry_sparse entry_stat entry_strmode \
	entry_xattr getdate match options pack_dev pathmatch random rb read read_disk_entry_from_file read_disk_set_standard_lookup \
	read_open_filename read_set_options read_support_filter_gzip read_support_format_empty \
	read_support_format_raw read_support_format_tar string string_sprintf util version_details virtual \
	write write_add_filter_gzip write_add_filter_none write_disk_set_standard_lookup write_set_format_gnutar \
	write_set_format_pax write_set_format_ustar write_set_options) cmd/libraries/archive_filetype.c
archive.flags := -DHAVE_CONFIG_H -DLIBARCHIVE_STATIC -I$(CONFIG)/libarchive -I$(SRC)/libarchive/libarchive -I$(SRC)/zlib
archive.headers := $(SRC)/libarchive/libarchive/archive.h $(SRC)/libarchive/libarchive/archive_entry.h

# http, https by the target's own means, and file.
curl.src := $(wildcard $(SRC)/curl/lib/*.c $(SRC)/curl/lib/vauth/*.c $(SRC)/curl/lib/vtls/*.c $(SRC)/curl/lib/vquic/*.c)
curl.flags := -DBUILDING_LIBCURL -DCURL_STATICLIB -I$(SRC)/curl/include -I$(SRC)/curl/lib $(patsubst %,-DCURL_DISABLE_%, \
	DICT FTP GOPHER IMAP LDAP LDAPS MQTT POP3 RTSP SMB SMTP TELNET TFTP ALTSVC HSTS COOKIES DOH MIME NETRC LIBCURL_OPTION \
	HEADERS_API GETOPTIONS PROGRESS_METER)
curl.headers := $(wildcard $(SRC)/curl/include/curl/*.h)
curl.folder := curl/

# Digests, hashes with a key, random bytes, texts of bytes, and what they call. sodium_init, which names every algorithm there is and is not called, is
# left out with its file: sodium_misuse.c has the rest of it.
sodium.src := $(patsubst %,$(SRC)/libsodium/src/libsodium/%.c, \
	crypto_hash/sha256/hash_sha256 crypto_hash/sha256/cp/hash_sha256_cp \
	crypto_shorthash/siphash24/shorthash_siphashx24 crypto_shorthash/siphash24/ref/shorthash_siphashx24_ref \
	crypto_stream/chacha20/stream_chacha20 crypto_stream/chacha20/ref/chacha20_ref \
	randombytes/randombytes randombytes/sysrandom/randombytes_sysrandom sodium/codecs sodium/runtime sodium/utils) cmd/libraries/sodium_misuse.c
sodium.flags := -DCONFIGURED=1 -DMINIMAL=1 -DSODIUM_STATIC=1 -DDEV_MODE=1 -I$(OUT)/include -I$(OUT)/include/sodium \
	-I$(SRC)/libsodium/src/libsodium/include -I$(SRC)/libsodium/src/libsodium/include/sodium
