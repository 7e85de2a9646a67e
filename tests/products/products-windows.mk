# Make rules of the stand-in products for Windows; included by the top Makefile.
#
#   products-windows        builds $(BUILD)/products-windows/*.msi and *.exe
#   products-windows-check  exercises every package and every switch on Wine PCs; needs root

PRODUCTS_WINDOWS_APT := gcc-mingw-w64-x86-64-win32 binutils-mingw-w64-x86-64 msitools wixl openssl osslsigncode wine wine64

PRODUCTS_WINDOWS_DIR := tests/products/windows
PRODUCTS_WINDOWS_OUT := $(BUILD)/products-windows
PRODUCTS_WINDOWS := $(patsubst $(PRODUCTS_WINDOWS_DIR)/products/%.meta,%,$(wildcard $(PRODUCTS_WINDOWS_DIR)/products/*.meta))

.PHONY: products-windows products-windows-check
products-windows: $(PRODUCTS_WINDOWS:%=$(PRODUCTS_WINDOWS_OUT)/.%.stamp)

# Made once: what a PC trusts must be what signed.
$(PRODUCTS_WINDOWS_OUT)/.keys.stamp:
	@mkdir -p $(@D)
	$(PRODUCTS_WINDOWS_DIR)/build.sh keys $(@D)
	@touch $@

$(PRODUCTS_WINDOWS_OUT)/.common.stamp: $(PRODUCTS_WINDOWS_OUT)/.keys.stamp $(wildcard $(PRODUCTS_WINDOWS_DIR)/src/* tests/products/src/keyval.* tests/windows/code.c) $(PRODUCTS_WINDOWS_DIR)/build.sh
	$(PRODUCTS_WINDOWS_DIR)/build.sh common $(@D)
	@touch $@

$(PRODUCTS_WINDOWS_OUT)/.%.stamp: $(PRODUCTS_WINDOWS_DIR)/products/%.meta $(PRODUCTS_WINDOWS_OUT)/.common.stamp \
		$(wildcard $(PRODUCTS_WINDOWS_DIR)/products/*.c) $(PRODUCTS_WINDOWS_DIR)/product.wxs
	$(PRODUCTS_WINDOWS_DIR)/build.sh $* $(@D)
	@touch $@

products-windows-check: products-windows
	BUILD=$(BUILD) $(PRODUCTS_WINDOWS_DIR)/check.sh
