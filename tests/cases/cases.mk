# The documents through the real binary.
.PHONY: cases
cases: $(BUILD)/avswap
	@AVSWAP=$(abspath $(BUILD)/avswap) tests/cases/run
