# make bench: figures against peers, one line each; see bench.sh.
BENCH_APT := ansible-core python3 python3-apt gcc libc6-dev

BENCH_CFLAGS = $(filter-out -fPIE,$(CFLAGS))

.PHONY: bench
bench: deps
	@$(MAKE) -s --no-print-directory $(BUILD)/avswap products lab-base $(addprefix $(BUILD)/bench/,interleave journal witness)
	@BUILD=$(BUILD) tests/bench/bench.sh

$(BUILD)/bench/interleave: tests/bench/interleave.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(BENCH_CFLAGS) -o $@ $<
# Runs inside hosts.
$(BUILD)/bench/witness: tests/bench/witness.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(BENCH_CFLAGS) -static -o $@ $<
$(BUILD)/bench/journal: tests/bench/journal.c $(CORE_LIB)
	@mkdir -p $(@D)
	$(Q)$(CC) $(BENCH_CFLAGS) -o $@ $< $(CORE_LIB) $(LDLIBS)
