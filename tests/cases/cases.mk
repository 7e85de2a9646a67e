# The documents through the real binary.
.PHONY: cases
cases: $(BUILD)/avswap $(BUILD)/avswap-fleet
	@AVSWAP=$(abspath $(BUILD)/avswap) tests/cases/run

COVER_RUNS += cases
