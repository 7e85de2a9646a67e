# The simulated PC and the crash model. Included by the top Makefile.
#
#   crash         every playbook and every switch, sampled: minutes
#   crash-all     every point, every byte of the journal, many pairs: hours

SIM_APT := gcc libc6-dev libjansson-dev libsodium-dev libcmocka-dev

# What runs on the simulated PC: everything that decides, nothing that touches the real one.
SIM_CORE := $(wildcard core/base/*.c core/model/*.c core/plan/*.c core/step/*.c core/run/*.c core/verify/*.c) \
	$(filter-out core/detect/load.c core/detect/embedded_%,$(wildcard core/detect/*.c))
SIM_TESTS := $(wildcard tests/sim/test_*.c)
SIM_SRC := $(filter-out $(SIM_TESTS),$(wildcard tests/sim/*.c tests/sim/os/*.c))
CRASH_SRC := $(wildcard tests/crash/*.c)
SIM_LIB := $(BUILD)/sim/libsim.a
CRASH_SAMPLE ?= 12

.PHONY: crash crash-all

$(SIM_LIB): $(call OBJ,$(SIM_CORE) $(SIM_SRC))
	@mkdir -p $(@D)
	@rm -f $@
	$(Q)ar rcs $@ $^

$(BUILD)/sim/crash: $(call OBJ,$(CRASH_SRC)) $(SIM_LIB)
	$(say)LD $@
	$(Q)$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(SIM_LIB) -ljansson -lsodium

crash: $(BUILD)/sim/crash
	@$< --sample $(CRASH_SAMPLE)

crash-all: $(BUILD)/sim/crash
	@$< --all

# core/run where a person steps in, on the simulated PC; a part of `unit`.
UNIT_TESTS += $(SIM_TESTS:tests/sim/%.c=$(BUILD)/sim/%)
$(BUILD)/sim/test_%: $(BUILD)/obj/tests/sim/test_%.o $(BUILD)/obj/tests/crash/world.o $(SIM_LIB)
	$(say)LD $@
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -lcmocka -ljansson -lsodium

TORTURE += crash-all
COVER_RUNS += crash
