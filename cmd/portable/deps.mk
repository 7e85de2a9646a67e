# The libraries of the portable build, static, from unpacked Debian sources: make -f cmd/portable/deps.mk SRC=dir OUT=dir. Called by `make portable-deps`.

CC := musl-gcc
AR := ar
CONFIG := cmd/portable/config
# Warnings about these sources are their authors' business.
CFLAGS := -Os -w -fPIE -D_GNU_SOURCE -fstack-protector-strong -ffunction-sections -fdata-sections
LIBRARIES := jansson z archive mbedtls curl sodium
include cmd/libraries/sources.mk

z.flags += -DHAVE_UNISTD_H

# Packages of Linux are written, too.
archive.src += $(patsubst %,$(SRC)/libarchive/libarchive/archive_%.c,read_disk_posix write_disk_posix write_set_format_ar write_set_format_cpio_newc) \
	$(SRC)/libarchive/libarchive/filter_fork_posix.c

mbedtls.src := $(wildcard $(SRC)/mbedtls/library/*.c)
mbedtls.flags := -I$(SRC)/mbedtls/include
mbedtls.headers := $(wildcard $(SRC)/mbedtls/include/mbedtls/*.h)
mbedtls.folder := mbedtls/

# musl's sched.h declares free(), of which curl makes a macro: so it comes first.
curl.flags += -include sched.h -DHAVE_CONFIG_H -DUSE_MBEDTLS -DCURL_DISABLE_NTLM -I$(CONFIG)/curl -I$(SRC)/mbedtls/include

# Kernels before 3.17 have no getrandom: then it reads /dev/urandom.
sodium.flags += -DNATIVE_LITTLE_ENDIAN=1 -DHAVE_TI_MODE=1 -DHAVE_MMAP=1 -DHAVE_MLOCK=1 -DHAVE_MADVISE=1 \
	-DHAVE_MPROTECT=1 -DHAVE_EXPLICIT_BZERO=1 -DHAVE_SYS_MMAN_H=1 -DHAVE_POSIX_MEMALIGN=1 -DHAVE_GETPID=1 -DHAVE_ATOMIC_OPS=1 -DHAVE_PTHREAD=1 \
	-DHAVE_LINUX_COMPATIBLE_GETRANDOM=1 -DHAVE_SYS_RANDOM_H=1

include cmd/libraries/library.mk
