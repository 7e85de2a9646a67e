# Make rules of the stand-in products; included by the top Makefile, or run alone: make -f tests/products/products.mk
#
#   products        builds $(BUILD)/products/*.deb and *.rpm
#   products-check  exercises every package and every switch in throw-away roots; needs root

PRODUCTS_APT := gcc libc6-dev dpkg rpm iptables nftables

BUILD ?= build
PRODUCTS_DIR := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
PRODUCTS_PACKAGES := $(notdir $(patsubst %/,%,$(wildcard $(PRODUCTS_DIR)/packages/*/)))
PRODUCTS_SHARED := $(wildcard $(PRODUCTS_DIR)/src/* $(PRODUCTS_DIR)/scripts/*) $(PRODUCTS_DIR)/build.sh
PRODUCTS_STAMPS := $(PRODUCTS_PACKAGES:%=$(BUILD)/products/.%.stamp)

.PHONY: products products-check
products: $(PRODUCTS_STAMPS)

# One stamp a package, because one package is several files.
define product_rule
$$(BUILD)/products/.$(1).stamp: $$(PRODUCTS_SHARED) $$(shell find $$(PRODUCTS_DIR)/packages/$(1) -type f)
	@mkdir -p $$(@D)
	$$(PRODUCTS_DIR)/build.sh $(1) $$(@D)
	@touch $$@
endef
$(foreach package,$(PRODUCTS_PACKAGES),$(eval $(call product_rule,$(package))))
$(BUILD)/products/.standin-av-broken.stamp: $(shell find $(PRODUCTS_DIR)/packages/standin-av -type f)

products-check: products
	$(PRODUCTS_DIR)/check.sh $(BUILD)/products
