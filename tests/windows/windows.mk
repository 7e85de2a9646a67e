# avswap.exe on Wine PCs. Included by the top Makefile.
#
#   windows-check       cases through the program: looking, planning, migrating, everything that goes wrong
#   demo-windows        three migrations to look at
#   crash-windows-wine  migrations that are killed or lose their power, and go on; WINDOWS_SET=all for every record

WINDOWS_TEST_APT := $(PRODUCTS_WINDOWS_APT) python3 iproute2 util-linux libc-bin gcc
WINDOWS_SET ?=

.PHONY: windows-check demo-windows crash-windows-wine
windows-check crash-windows-wine: windows products-windows
	BUILD=$(BUILD) tests/windows/$(if $(filter windows-check,$@),suite,crash).sh $(WINDOWS_SET)

demo-windows: deps
	@$(MAKE) --no-print-directory windows products-windows
	@BUILD=$(BUILD) tests/windows/demo.sh

.PHONY: torture-crash-windows
torture-crash-windows:
	@$(MAKE) --no-print-directory WINDOWS_SET=all crash-windows-wine
TORTURE += torture-crash-windows
