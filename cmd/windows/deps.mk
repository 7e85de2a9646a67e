# The libraries of the Windows build, static, from unpacked Debian sources: make -f cmd/windows/deps.mk SRC=dir OUT=dir. Called by `make windows-deps`.

CC := x86_64-w64-mingw32-gcc-win32
AR := x86_64-w64-mingw32-gcc-ar
CONFIG := cmd/windows/config
# Warnings about these sources are their authors' business.
CFLAGS := -Oz -flto -w -fstack-protector-strong -D_WIN32_WINNT=0x0A00
LIBRARIES := jansson z archive curl sodium cmocka
include cmd/libraries/sources.mk

# Numbers are printed and read as ISO C has it; curl has its own printf, and its sscanf asks for nothing that Windows' own lacks.
jansson.flags += -D__USE_MINGW_ANSI_STDIO=1
archive.flags += -D__USE_MINGW_ANSI_STDIO=1

archive.src += $(patsubst %,$(SRC)/libarchive/libarchive/archive_%.c,entry_copy_bhfi read_disk_windows windows write_disk_windows)

# https by Schannel. curl brings its own configuration for Windows (lib/config-win32.h); UNICODE: names of files are UTF-8.
curl.flags += -DUNICODE -D_UNICODE -DUSE_SCHANNEL -DUSE_WINDOWS_SSPI -DENABLE_IPV6

cmocka.src := $(SRC)/cmocka/src/cmocka.c
cmocka.flags := -fno-lto -DHAVE_CONFIG_H -D__USE_MINGW_ANSI_STDIO=1 -I$(CONFIG)/cmocka -I$(SRC)/cmocka/include
cmocka.headers := $(wildcard $(SRC)/cmocka/include/*.h)

archive.first := $(SRC)/libarchive/libarchive/archive_platform.h
curl.first := $(SRC)/curl/lib/curl_setup.h

include cmd/libraries/library.mk
