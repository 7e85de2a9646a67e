# make demo: three migrations to look at.
.PHONY: demo
demo: deps
	@$(MAKE) --no-print-directory $(BUILD)/avswap products lab-base
	@BUILD=$(BUILD) tests/demo/demo.sh
