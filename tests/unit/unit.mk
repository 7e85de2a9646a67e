# Unit tests: every tests/unit/test_*.c is a program of its own. Included by the top Makefile.
#
#   unit    builds and runs them all: unit: N passed, N failed
#   cover   line coverage of core/run, core/plan and core/model, each at least 90 percent, from $(COVER_RUNS)

UNIT_APT := busybox gcc libcmocka-dev libjansson-dev libarchive-dev libcurl4-openssl-dev libsodium-dev openssh-client
UNIT_TESTS += $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(sort $(wildcard tests/unit/test_*.c)))
UNIT_HELPERS := $(patsubst %.c,$(BUILD)/obj/%.o,$(filter-out tests/unit/test_%,$(wildcard tests/unit/*.c)))

# What `cover` runs; other fragments add to it.
COVER_RUNS += unit
COVER_FOLDERS := core/run core/plan core/model
COVER_LEAST := 90

.PHONY: unit cover
unit: $(UNIT_TESTS)
	@tests/unit/run.sh $^

$(BUILD)/unit/%: $(BUILD)/obj/tests/unit/%.o $(UNIT_HELPERS) $(CORE_LIB)
	@mkdir -p $(@D)
	$(say)LD $@
	$(Q)$(CC) $(LDFLAGS) -o $@ $< $(UNIT_HELPERS) $(UNIT_FLEET_LIB) $(CORE_LIB) -lcmocka $(LDLIBS) $(if $(UNIT_FLEET_LIB),$(FLEET_LDLIBS))

# What is about a jump host
UNIT_FLEET := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/test_catalog_*.c tests/unit/test_fleet_*.c))
$(UNIT_FLEET): UNIT_FLEET_LIB = $(FLEET_LIB)
$(UNIT_FLEET): $(FLEET_LIB)

.SECONDARY: $(UNIT_TESTS:$(BUILD)/unit/%=$(BUILD)/obj/tests/unit/%.o) $(UNIT_HELPERS)

# -Wno-cpp: the C library warns that it cannot harden what is not optimized. Failures are for `check` to tell: a case that runs as
# nobody prints that it cannot write down what it covered.
cover:
	@find $(BUILD)/cover -name '*.gcda' -delete 2>/dev/null || true
	@CFLAGS=--coverage LDFLAGS=--coverage $(MAKE) -k --no-print-directory BUILD=$(BUILD)/cover OPT='-O0 -Wno-cpp' $(COVER_RUNS) || true
	@tests/unit/cover.sh $(BUILD)/cover/obj $(COVER_LEAST) $(COVER_FOLDERS)
