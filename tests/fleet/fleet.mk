# Fleets of throw-away PCs. Included by the top Makefile.
#
#   make demo-fleet      20 PCs moved in waves, through all that happens to fleets
#   make fleet-kill      that, with avswap fleet run killed 50 times: every PC is moved once; FLEET_KILLS=n for another number
#   make fleet-budget    where every PC fails, as many are touched as may fail
#   make fleet-attach    runs that others began are followed to their end
#   make fleet-login     refused logins: of one PC, of all
#   make fleet-libssh    sessions by libssh: where it takes OpenSSH's place, what it carries, how it fails
#   make fleet-check     six kills on six PCs, for make check; those above are in make torture
FLEET_KILLS ?= 50
demo-fleet: FLEET_TEST = demo.sh
fleet-kill: FLEET_TEST = kill.sh --demo $(FLEET_KILLS)
fleet-check: FLEET_TEST = kill.sh 6
fleet-budget: FLEET_TEST = budget.sh
fleet-attach: FLEET_TEST = attach.sh
fleet-login: FLEET_TEST = login.sh
fleet-libssh: FLEET_TEST = libssh.sh

.PHONY: demo-fleet fleet-kill fleet-check fleet-budget fleet-attach fleet-login fleet-libssh
demo-fleet fleet-kill fleet-check fleet-budget fleet-attach fleet-login fleet-libssh: deps
	@$(MAKE) -s --no-print-directory $(BUILD)/avswap-fleet portable products lab-base
	@BUILD=$(BUILD) tests/fleet/$(FLEET_TEST)
TORTURE += fleet-kill fleet-budget fleet-attach fleet-login fleet-libssh
