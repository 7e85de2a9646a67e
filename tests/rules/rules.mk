# The house rules.
.PHONY: rules
rules: $(BUILD)/avswap
	@BUILD=$(BUILD) tests/rules/check.sh
	@BUILD=$(BUILD) tests/rules/red.sh
