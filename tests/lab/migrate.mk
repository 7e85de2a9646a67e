# Real migrations, and crashes of them, on lab hosts. Included by the top Makefile. `make check` runs a part of each; LAB_SET=all the whole.
MIGRATE_APT := python3 gcc
LAB_SET ?=

.PHONY: lab-migrate lab-crash
lab-migrate lab-crash: $(BUILD)/avswap products lab-base
	BUILD=$(BUILD) tests/lab/$(@:lab-%=%).sh $(LAB_SET)

.PHONY: torture-migrate torture-crash
torture-migrate torture-crash: torture-%:
	@$(MAKE) --no-print-directory LAB_SET=all lab-$*
TORTURE += torture-migrate torture-crash
