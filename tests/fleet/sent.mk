# What a jump host sends besides plans. Included by the top Makefile.
#
#   make fleet-sent        installers and passwords: refused, killed on the way, gone on with, and left nowhere
#   make fleet-sent-link   and a link that drops on the way, which takes two minutes; in make torture
.PHONY: fleet-sent fleet-sent-link
fleet-sent fleet-sent-link: deps
	@$(MAKE) --no-print-directory $(BUILD)/avswap-fleet portable products lab-base
	@BUILD=$(BUILD) tests/fleet/sent.sh $(@:fleet-sent%=%)
TORTURE += fleet-sent-link
