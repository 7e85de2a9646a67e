# The unit tests as programs of Windows. Included by the top Makefile.
#
#   unit-windows   builds them and runs them on a Wine PC: unit-windows: N passed, N failed
#
# Besides those that are about Linux (its processes, packages and permissions), and tests/unit/windows/test_*.c.

UNIT_LINUX := tests/unit/test_os_%.c tests/unit/test_payload_%.c tests/unit/test_catalog_%.c tests/unit/test_fleet_%.c
UNIT_WINDOWS_SRC := $(filter-out $(UNIT_LINUX),$(sort $(wildcard tests/unit/test_*.c tests/unit/windows/test_*.c)))
UNIT_WINDOWS_HELPERS := $(call WINDOWS_OBJ,$(filter-out tests/unit/test_%,$(wildcard tests/unit/*.c)))
UNIT_WINDOWS := $(patsubst %.c,$(WINDOWS)/unit/%.exe,$(notdir $(UNIT_WINDOWS_SRC)))

# All of the library in one object, as it is optimized for the program, but whole: the programs of the tests need not do that once more each.
UNIT_WINDOWS_LIB := $(WINDOWS)/obj/whole.o
$(UNIT_WINDOWS_LIB): $(WINDOWS_LIB)
	$(say)LD $@
	$(Q)$(WINDOWS_CC) -r -nostdlib -Oz -flto=auto -flinker-output=nolto-rel -o $@ -Wl,--whole-archive $< -Wl,--no-whole-archive \
		-L$(WINDOWS_DEPS)/lib -larchive -lcurl -ljansson -lsodium -lz
$(WINDOWS)/obj/tests/unit/%.o: WINDOWS_LTO :=

.PHONY: unit-windows
unit-windows: $(UNIT_WINDOWS)
	@tests/unit/windows.sh $(WINDOWS)/unit $(notdir $(UNIT_WINDOWS))

define UNIT_WINDOWS_RULE
$(WINDOWS)/unit/$(basename $(notdir $(1))).exe: $(call WINDOWS_OBJ,$(1)) $(UNIT_WINDOWS_HELPERS) $(UNIT_WINDOWS_LIB) $(WINDOWS_LIBS)
	@mkdir -p $$(@D)
	$$(say)LD $$@
	$$(Q)$(WINDOWS_CC) $(WINDOWS_LDFLAGS) -o $$@ $$< $(UNIT_WINDOWS_HELPERS) $(UNIT_WINDOWS_LIB) -L$(WINDOWS_DEPS)/lib -lcmocka $(WINDOWS_LDLIBS)
endef
$(foreach t,$(UNIT_WINDOWS_SRC),$(eval $(call UNIT_WINDOWS_RULE,$(t))))
.SECONDARY: $(call WINDOWS_OBJ,$(UNIT_WINDOWS_SRC)) $(UNIT_WINDOWS_HELPERS)
