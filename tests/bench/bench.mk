# make bench: figures against peers, one line each; see bench.sh.
BENCH_FLEET := fleet_facts fleet_parse fleet_assign meter
BENCH_APT := ansible-core clustershell openssh-client findutils python3 python3-apt gcc libc6-dev

BENCH_CFLAGS = $(filter-out -fPIE,$(CFLAGS))

.PHONY: bench
bench: deps
	@$(MAKE) -s --no-print-directory $(BUILD)/avswap products lab-base $(BUILD)/avswap-fleet portable $(addprefix $(BUILD)/bench/,interleave journal witness $(BENCH_FLEET))
	@BUILD=$(BUILD) tests/bench/bench.sh

# Only the figures of a fleet; FLEET=N: of that many PCs.
.PHONY: bench-fleet
bench-fleet:
	@$(MAKE) -s --no-print-directory $(BUILD)/avswap $(BUILD)/avswap-fleet $(addprefix $(BUILD)/bench/,$(BENCH_FLEET))
	@BUILD=$(BUILD) tests/bench/fleet.sh

# Only what visits and migrations cost; FLEET_HOSTS=N, FLEET_RUN_HOSTS=N: on that many lab hosts.
.PHONY: bench-visits bench-runs
bench-visits: bench-runs
	@BUILD=$(BUILD) tests/bench/visits.sh
bench-runs:
	@$(MAKE) -s --no-print-directory $(BUILD)/avswap $(BUILD)/avswap-fleet portable products lab-base
	@BUILD=$(BUILD) tests/bench/runs.sh
$(addprefix $(BUILD)/bench/,fleet_facts fleet_parse meter): $(BUILD)/bench/%: tests/bench/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(BENCH_CFLAGS) -o $@ $< -ljansson
$(BUILD)/bench/fleet_assign: tests/bench/fleet_assign.c $(FLEET_LIB) $(CORE_LIB)
	@mkdir -p $(@D)
	$(Q)$(CC) $(BENCH_CFLAGS) -o $@ $< $(FLEET_LIB) $(CORE_LIB) $(LDLIBS) $(FLEET_LDLIBS)

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
