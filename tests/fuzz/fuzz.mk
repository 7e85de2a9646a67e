# Fuzzers: every tests/fuzz/fuzz_NAME.c is a program of its own. Included by the top Makefile.
#
#   fuzz            builds them and runs each over its corpus and FUZZ_RUNS mutations: fuzz: N passed, N failed
#   torture-fuzz    the same, led by the code that mutations reach, with FUZZ_TORTURE mutations
#
# An input that failed is saved as $(BUILD)/fuzz/NAME.failed; $(BUILD)/fuzz/NAME FILE runs it alone.

FUZZ_RUNS ?= 3000
FUZZ_TORTURE ?= 1000000
FUZZERS := $(patsubst tests/fuzz/fuzz_%.c,$(BUILD)/fuzz/%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
FUZZ_PARTS := $(addprefix $(BUILD)/obj/tests/fuzz/,driver.o common.o)

# What stands between a parser and the system, given to it by the fuzzer instead.
FUZZ_wrap_system := os_file_read os_file_exists os_file_glob os_dir_list fd_read_small tool_ask tool_run tool_exists \
	netlink_tables netlink_marks
FUZZ_wrap_rebuild := os_file_read os_file_exists os_run

comma := ,

.PHONY: fuzz torture-fuzz
fuzz: $(FUZZERS)
	@tests/fuzz/run.sh $(FUZZ_RUNS) $^

# What is about a jump host
FUZZ_FLEET := $(addprefix $(BUILD)/fuzz/,hosts session winget zone)
$(FUZZ_FLEET): FUZZ_FLEET_LIB = $(FLEET_LIB)
$(FUZZ_FLEET): $(FLEET_LIB)

$(BUILD)/fuzz/%: $(BUILD)/obj/tests/fuzz/fuzz_%.o $(FUZZ_PARTS) $(CORE_LIB)
	@mkdir -p $(@D)
	$(say)LD $@
	$(Q)$(CC) $(LDFLAGS) $(addprefix -Wl$(comma)--wrap=,$(FUZZ_wrap_$*)) -o $@ $< $(FUZZ_PARTS) $(FUZZ_FLEET_LIB) $(CORE_LIB) $(LDLIBS) \
		$(if $(FUZZ_FLEET_LIB),$(FLEET_LDLIBS))
.SECONDARY: $(FUZZERS:$(BUILD)/fuzz/%=$(BUILD)/obj/tests/fuzz/fuzz_%.o) $(FUZZ_PARTS)

TORTURE += torture-fuzz
torture-fuzz:
	@CFLAGS=-fsanitize-coverage=trace-pc $(MAKE) --no-print-directory BUILD=$(BUILD)/fuzz-led SANITIZE=address,undefined \
		FUZZ_RUNS=$(FUZZ_TORTURE) fuzz
