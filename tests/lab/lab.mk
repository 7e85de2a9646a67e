# The lab of test hosts. Included by the top Makefile; `lab prepare` also runs it alone (`make -f tests/lab/lab.mk lab-tools`).
BUILD ?= build
LAB_APT := apt-utils busybox gcc gpg gpg-agent iproute2 libc6-dev make mmdebstrap openssh-client procps rpm util-linux
LAB_BIN := $(BUILD)/lab/bin
LAB_CFLAGS := -std=gnu11 -D_GNU_SOURCE -O2 -g -I. -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 -Wundef \
	-Wpointer-arith -Wcast-qual -Wwrite-strings -Wvla -Werror
LAB_HEADERS := $(wildcard tests/lab/*.h)

.PHONY: lab-apt-list lab-tools lab-base lab-shell lab-check

lab-apt-list:
	@echo $(LAB_APT)

lab-tools: $(LAB_BIN)/labhost $(LAB_BIN)/labenter $(LAB_BIN)/labinit

# Compiled beside and renamed: a running lab keeps the file it was started from.
$(LAB_BIN)/labhost: tests/lab/labhost.c tests/lab/labboot.c $(LAB_HEADERS)
$(LAB_BIN)/labenter: tests/lab/labenter.c tests/lab/labboot.c $(LAB_HEADERS)
$(LAB_BIN)/labinit: tests/lab/labinit.c $(LAB_HEADERS)
$(LAB_BIN)/labinit: LAB_LDFLAGS := -static
$(LAB_BIN)/%:
	@mkdir -p $(@D)
	$(CC) $(LAB_CFLAGS) $(filter %.c,$^) $(LAB_LDFLAGS) -o $@.new
	@mv $@.new $@

lab-base:
	BUILD=$(BUILD) tests/lab/lab prepare
	BUILD=$(BUILD) tests/lab/lab repo

# A host to look around in, gone when its shell ends: make lab-shell [LAB_INIT=systemd]
LAB_INIT ?= sysv
lab-shell: lab-base
	@export BUILD=$(BUILD) LAB_ID=shell$$$$ LAB_OWNER=$$$$; trap 'tests/lab/lab down' EXIT; \
	tests/lab/lab up pc --init $(LAB_INIT) && tests/lab/lab wait pc >/dev/null && { tests/lab/lab sh pc || true; }

lab-check:
	BUILD=$(BUILD) tests/lab/check.sh
