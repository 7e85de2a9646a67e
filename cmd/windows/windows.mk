# The Windows build, made on Debian. Included by the top Makefile.
#
#   windows-deps   the libraries it links, static, from Debian's sources: build/windows/deps/{include,lib}, VERSIONS

WINDOWS := build/windows
WINDOWS_DEPS := $(WINDOWS)/deps
WINDOWS_APT := gcc-mingw-w64-x86-64-win32 binutils-mingw-w64-x86-64 wine wine64 wixl msitools osslsigncode dpkg-dev

.PHONY: windows-deps
windows-deps: $(WINDOWS_DEPS)/VERSIONS

$(WINDOWS)/src/VERSIONS: cmd/windows/sources.sh
	@echo "  SOURCES jansson zlib libarchive curl libsodium cmocka"
	@cmd/windows/sources.sh $(@D) jansson zlib libarchive curl libsodium cmocka
$(WINDOWS_DEPS)/VERSIONS: $(WINDOWS)/src/VERSIONS cmd/windows/deps.mk $(wildcard cmd/windows/config/*/*.h)
	@$(MAKE) --no-print-directory -f cmd/windows/deps.mk SRC=$(WINDOWS)/src OUT=$(WINDOWS_DEPS)
