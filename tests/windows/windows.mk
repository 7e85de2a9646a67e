# avswap.exe on Wine PCs. Included by the top Makefile.
#
#   windows-check       cases through the program: looking, planning, migrating, what goes wrong; WINDOWS_SET=all for all of them
#   demo-windows        three migrations to look at
#   crash-windows-wine  migrations that are killed or lose their power, and go on; WINDOWS_SET=all for every record (hours)

WINDOWS_TEST_APT := $(PRODUCTS_WINDOWS_APT) python3 iproute2 util-linux libc-bin gcc
WINDOWS_SET ?=

.PHONY: windows-check demo-windows crash-windows-wine
windows-check crash-windows-wine: windows products-windows $(BUILD)/avswap-fleet
	BUILD=$(BUILD) tests/windows/$(if $(filter windows-check,$@),suite,crash).sh $(WINDOWS_SET)

demo-windows: deps
	@$(MAKE) --no-print-directory windows products-windows
	@BUILD=$(BUILD) tests/windows/demo.sh

.PHONY: torture-windows torture-crash-windows
torture-windows:
	@$(MAKE) --no-print-directory WINDOWS_SET=all windows-check
torture-crash-windows:
	@$(MAKE) --no-print-directory WINDOWS_SET=all crash-windows-wine
TORTURE += torture-windows torture-crash-windows
