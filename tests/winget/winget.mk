# The winget importer through the real programs: tests/winget/README.md. Included by the top Makefile.
.PHONY: winget
winget: all
	@tests/winget/run.sh $(abspath $(BUILD)/avswap)
