# Rows of inventories, as they are and mutated: nothing missed, no false alarm.
.PHONY: triage
triage: $(BUILD)/avswap
	@python3 tests/corpus/check.py $(abspath $(BUILD)/avswap)
