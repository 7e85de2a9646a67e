# The Windows build, made on Debian. Included by the top Makefile.
#
#   windows        build/windows/avswap.exe: one static file. SIGN_KEY=, SIGN_CERT= (PEM) and SIGN_TIME=URL sign it
#   windows-deps   the libraries it links, static, from Debian's sources: build/windows/deps/{include,lib}, VERSIONS

WINDOWS := build/windows
WINDOWS_DEPS := $(WINDOWS)/deps
WINDOWS_APT := gcc-mingw-w64-x86-64-win32 binutils-mingw-w64-x86-64 wine wine64 wixl msitools osslsigncode dpkg-dev
WINDOWS_CC := x86_64-w64-mingw32-gcc-win32
# The program and its libraries are optimized as one, which leaves out what nothing of it calls.
WINDOWS_LTO := -flto

# __printf__: our formats are ISO C's, not Microsoft's. MinGW's own stdio takes them at run time.
WINDOWS_CFLAGS := -std=gnu11 -D_GNU_SOURCE -DUNICODE -D_UNICODE -D_WIN32_WINNT=0x0A00 -D__USE_MINGW_ANSI_STDIO=1 \
	-D__printf__=__gnu_printf__ -DCURL_STATICLIB -DLIBARCHIVE_STATIC -DSODIUM_STATIC -Oz $(WINDOWS_LTO) -I. -isystem $(WINDOWS_DEPS)/include $(WARNINGS) -fstack-protector-strong
# GNU ld gives address randomization, no execution of data, and the stack protector above. It cannot give Control Flow Guard or
# hardware shadow stacks: the tables that Windows wants for them are written only by Microsoft's linker and LLVM's.
WINDOWS_LDFLAGS := -static -s -fstack-protector-strong -Wl,--dynamicbase,--high-entropy-va,--nxcompat,--no-insert-timestamp
# Windows takes the libraries of its KnownDLLs list from its own folder, but others from the program's folder first, which may be
# anybody's Downloads. Those are loaded at their first use, after os_harden() has forbidden that.
WINDOWS_DELAYED := bcrypt crypt32 msi secur32 userenv version wevtapi wintrust
WINDOWS_LDLIBS := -L$(WINDOWS_DEPS)/lib -L$(WINDOWS)/delayed -larchive -lcurl -ljansson -lsodium -lz $(WINDOWS_DELAYED:%=-l%) -ldelayimp \
	-lws2_32 -ltaskschd -lwbemuuid -loleaut32 -lole32 -luuid -lsetupapi -lshell32 -ladvapi32 -lntdll
WINDOWS_LIBS := $(WINDOWS_DELAYED:%=$(WINDOWS)/delayed/lib%.a)

# Packages of Linux are neither read nor made on Windows, and every library is inside.
WINDOWS_NOT := %_posix.c %_lazy.c %_plain.c %_search.c core/payload/md5.c core/payload/rebuild.c core/payload/rebuild_deb.c core/payload/rebuild_rpm.c \
	core/payload/deb_query.c core/payload/rpm_header.c core/payload/rpm_query.c
WINDOWS_CORE := $(filter-out $(WINDOWS_NOT),$(filter-out $(FLEET_SRC),$(wildcard core/*/*.c))) $(wildcard core/os/win32/*.c)
WINDOWS_OBJ = $(patsubst %.c,$(WINDOWS)/obj/%.o,$(1))
WINDOWS_LIB := $(WINDOWS)/libavswap.a

.PHONY: windows windows-deps
windows: $(WINDOWS)/avswap.exe
	@cmd/windows/check.sh $<

# With a key it is signed each time; without one it stays as it is until something changes.
$(WINDOWS)/avswap.exe: $(WINDOWS)/obj/avswap.exe $(if $(SIGN_KEY),windows-sign)
	@rm -f $@
	$(if $(SIGN_KEY),$(Q)osslsigncode sign -h sha256 -n avswap -key $(SIGN_KEY) -certs $(SIGN_CERT) $(if $(SIGN_TIME),-ts $(SIGN_TIME)) \
		-in $< -out $@ >/dev/null,@cp $< $@)
.PHONY: windows-sign

$(WINDOWS)/obj/avswap.exe: $(call WINDOWS_OBJ,$(CMD_SRC)) $(WINDOWS)/obj/avswap.res.o $(WINDOWS_LIB) $(WINDOWS_LIBS) cmd/windows/windows.mk
	$(say)LD $@
	$(Q)$(WINDOWS_CC) $(WINDOWS_LDFLAGS) -Oz -flto=auto -o $@.$$$$ $(filter %.o,$^) $(WINDOWS_LIB) $(WINDOWS_LDLIBS) && mv $@.$$$$ $@

$(WINDOWS_LIB): $(call WINDOWS_OBJ,$(WINDOWS_CORE)) $(WINDOWS)/obj/embedded.o
	@rm -f $@
	$(Q)x86_64-w64-mingw32-gcc-ar rcs $@ $^

# Every function that the toolchain knows of the library, in the form that asks for it late.
$(WINDOWS)/delayed/lib%.a:
	@mkdir -p $(@D)
	@(echo "LIBRARY $*.dll"; echo EXPORTS; x86_64-w64-mingw32-nm $$($(WINDOWS_CC) -print-file-name=lib$*.a) 2>/dev/null | awk '$$2 == "T" { print $$3 }' | \
		sort -u) >$(@D)/$*.def
	@x86_64-w64-mingw32-dlltool -m i386:x86-64 -d $(@D)/$*.def -y $@

$(WINDOWS)/obj/%.o: %.c | $(WINDOWS_DEPS)/VERSIONS
	@mkdir -p $(@D)
	$(say)CC $< for Windows
	$(Q)$(WINDOWS_CC) $(WINDOWS_CFLAGS) -MMD -MP -c $< -o $@

# Windows' own headers take most of the time of a file that includes them: they are compiled once.
WINDOWS_FIRST := $(WINDOWS)/obj/first.h
WINDOWS_NEAR := $(call WINDOWS_OBJ,$(wildcard core/os/win32/*.c))
$(WINDOWS_FIRST).gch: core/os/win32/first.h | $(WINDOWS_DEPS)/VERSIONS
	@mkdir -p $(@D)
	$(Q)$(WINDOWS_CC) $(WINDOWS_CFLAGS) -x c-header -c $< -o $@
$(WINDOWS_NEAR): $(WINDOWS_FIRST).gch
$(WINDOWS_NEAR): private WINDOWS_CFLAGS += -Winvalid-pch -include $(WINDOWS_FIRST)

$(WINDOWS)/embedded.c: $(CATALOG) cmd/embed.sh
	@mkdir -p $(@D)
	$(Q)cmd/embed.sh --packed $(CATALOG) >$@.$$$$ && mv $@.$$$$ $@
$(WINDOWS)/obj/embedded.o: $(WINDOWS)/embedded.c | $(WINDOWS_DEPS)/VERSIONS
	@mkdir -p $(@D)
	$(Q)$(WINDOWS_CC) $(WINDOWS_CFLAGS) -c $< -o $@

$(WINDOWS)/obj/avswap.res.o: cmd/windows/avswap.rc cmd/windows/avswap.manifest core/base/version_tool.h
	@mkdir -p $(@D)
	$(Q)x86_64-w64-mingw32-windres -I. -DAVSWAP_NUMBERS=$$(sed -n 's/.*"\([0-9.]*\)".*/\1.0.0.0/p' core/base/version_tool.h | cut -d. -f1-4 | tr . ,) $< $@

# A parse that finds no memory is left by longjmp. MinGW's header has Windows unwind the frames on the way, which an optimization as one
# program spoils; without __SEH__ it asks for the registers alone (setjmp.h of mingw-w64), and no frame on that way has anything to clean up.
$(WINDOWS)/obj/core/base/json.o: WINDOWS_CFLAGS += -U__SEH__

-include $(shell find $(WINDOWS)/obj -name '*.d' 2>/dev/null)

windows-deps: $(WINDOWS_DEPS)/VERSIONS

$(WINDOWS)/src/VERSIONS: cmd/libraries/sources.sh
	@echo "  SOURCES jansson zlib libarchive curl libsodium cmocka"
	@cmd/libraries/sources.sh $(@D) jansson zlib libarchive curl libsodium cmocka
$(WINDOWS_DEPS)/VERSIONS: $(WINDOWS)/src/VERSIONS cmd/windows/deps.mk $(wildcard cmd/libraries/* cmd/windows/config/*/*)
	@$(MAKE) --no-print-directory -f cmd/windows/deps.mk SRC=$(WINDOWS)/src OUT=$(WINDOWS_DEPS)
