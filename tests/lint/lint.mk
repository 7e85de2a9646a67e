# Documents that are wrong in one way each, and that the runner would notice a linter that says too little or too much.
.PHONY: lint
lint: $(BUILD)/avswap
	@AVSWAP=$(abspath $(BUILD)/avswap) tests/lint/red
	@AVSWAP=$(abspath $(BUILD)/avswap) tests/lint/run
