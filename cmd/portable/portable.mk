# The worker for any Linux on x86-64, made on Debian. Included by the top Makefile.
#
#   portable        build/portable/avswap: one static file, for kernels from 3.10 on
#   portable-deps   the libraries it links, static, from Debian's sources: build/portable/deps/{include,lib}, VERSIONS

PORTABLE := build/portable
PORTABLE_DEPS := $(PORTABLE)/deps
PORTABLE_APT := musl-tools linux-libc-dev dpkg-dev binutils zlib1g-dev
PORTABLE_CFLAGS := -std=gnu11 -D_GNU_SOURCE -DCURL_STATICLIB -DLIBARCHIVE_STATIC -DSODIUM_STATIC -Os -I. -isystem $(PORTABLE_DEPS)/include -isystem $(PORTABLE)/kernel $(WARNINGS) \
	-fPIE -fstack-protector-strong -ffunction-sections -fdata-sections
# musl-gcc knows no static programs that can be moved in memory; musl does, by their first object rcrt1.o.
PORTABLE_LDFLAGS := -static -s -nostartfiles -Wl,-pie,--no-dynamic-linker,-z,text,-z,relro,-z,now,--gc-sections
PORTABLE_CRT := $(addprefix /usr/lib/x86_64-linux-musl/,rcrt1.o crti.o crtn.o)
PORTABLE_LDLIBS := -L$(PORTABLE_DEPS)/lib -larchive -lcurl -lmbedtls -ljansson -lsodium -lz

# Every library is inside, and the catalogue is packed; where a system keeps its root certificates is looked for.
PORTABLE_NOT := %_win32.c %_none.c %_lazy.c %_plain.c core/payload/roots_system.c $(FLEET_SRC)
PORTABLE_CORE := $(filter-out $(PORTABLE_NOT),$(wildcard core/*/*.c)) $(OS_SRC)
PORTABLE_OBJ = $(patsubst %.c,$(PORTABLE)/obj/%.o,$(1))

.PHONY: portable portable-deps
portable: $(PORTABLE)/avswap $(PORTABLE)/old-kernel
	@cmd/portable/check.sh $<

$(PORTABLE)/old-kernel: cmd/portable/old-kernel.c
	@mkdir -p $(@D)
	$(Q)$(CC) -O2 $(WARNINGS) -o $@ $<

$(PORTABLE)/avswap: $(call PORTABLE_OBJ,$(CMD_SRC) $(PORTABLE_CORE)) $(PORTABLE)/obj/embedded.o
	$(say)LD $@
	$(Q)musl-gcc $(PORTABLE_LDFLAGS) -o $@ $(wordlist 1,2,$(PORTABLE_CRT)) $(filter %.o,$^) $(PORTABLE_LDLIBS) $(lastword $(PORTABLE_CRT))

$(PORTABLE)/obj/%.o: %.c | $(PORTABLE_DEPS)/VERSIONS $(PORTABLE)/kernel
	@mkdir -p $(@D)
	$(say)CC $< for any Linux
	$(Q)musl-gcc $(PORTABLE_CFLAGS) -MMD -MP -c $< -o $@

$(PORTABLE)/embedded.c: $(CATALOG) cmd/embed.sh
	@mkdir -p $(@D)
	$(Q)cmd/embed.sh --packed $(CATALOG) >$@.new && mv $@.new $@
$(PORTABLE)/obj/embedded.o: $(PORTABLE)/embedded.c | $(PORTABLE_DEPS)/VERSIONS
	@mkdir -p $(@D)
	$(Q)musl-gcc $(PORTABLE_CFLAGS) -c $< -o $@

-include $(shell find $(PORTABLE)/obj -name '*.d' 2>/dev/null)

# The kernel's own headers, which musl does not bring, and nothing else of the C library beside them.
$(PORTABLE)/kernel:
	@mkdir -p $@
	@ln -s /usr/include/linux /usr/include/asm-generic /usr/include/$$($(CC) -print-multiarch)/asm $@

portable-deps: $(PORTABLE_DEPS)/VERSIONS

$(PORTABLE)/src/VERSIONS: cmd/libraries/sources.sh
	@echo "  SOURCES jansson zlib libarchive curl libsodium mbedtls"
	@cmd/libraries/sources.sh $(@D) jansson zlib libarchive curl libsodium mbedtls
$(PORTABLE_DEPS)/VERSIONS: $(PORTABLE)/src/VERSIONS cmd/portable/deps.mk $(wildcard cmd/libraries/* cmd/portable/config/*/*)
	@$(MAKE) --no-print-directory -f cmd/portable/deps.mk SRC=$(PORTABLE)/src OUT=$(PORTABLE_DEPS)
