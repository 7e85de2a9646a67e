# avswap visit through its pipes, in namespaces of its own. Included by the top Makefile.
#
#   visit-check   visit: N passed, N failed
.PHONY: visit-check
visit-check: $(BUILD)/avswap
	@python3 tests/visit/run.py $(BUILD)/avswap
