# Fleets of throw-away PCs. Included by the top Makefile.
#
#   make demo-fleet      20 PCs moved in waves, through all that happens to fleets
#   make fleet-kill      avswap fleet run killed 50 times: every PC is moved once; FLEET_KILLS=n for another number
#   make fleet-budget    where every PC fails, as many are touched as may fail
#   make fleet-attach    runs that others began are followed to their end
#   make fleet-check     a part of the second, for make check; the whole is in make torture
FLEET_KILLS ?= 50

.PHONY: demo-fleet fleet-kill fleet-budget fleet-attach
demo-fleet fleet-kill fleet-budget fleet-attach: deps
	@$(MAKE) --no-print-directory $(BUILD)/avswap-fleet portable products lab-base
	@BUILD=$(BUILD) tests/fleet/$(patsubst demo-fleet,demo,$(@:fleet-%=%)).sh $(if $(filter fleet-kill,$@),$(FLEET_KILLS))
.PHONY: fleet-check
fleet-check:
	@$(MAKE) --no-print-directory FLEET_KILLS=6 fleet-kill
TORTURE += fleet-kill fleet-budget fleet-attach
