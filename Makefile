# avswap: one Makefile, no configure step.
#
#   make            build/avswap and, for a jump host, build/avswap-fleet with build/avswap-ssh
#   make check      everything that is tested in minutes (installs what a fresh Debian 12 lacks)
#   make demo       three migrations on throw-away hosts (installs what a fresh Debian 12 lacks)
#   make demo-fleet twenty throw-away hosts moved in waves, through all that happens to fleets
#   make torture    the long runs: every crash point, twice in a row; real crashes at every record; fuzzing (hours)
#   make bench      figures against peers
#   make cover      line coverage of core/run, core/plan, core/model
#   make windows    build/windows/avswap.exe; make unit-windows runs its unit tests on a Wine PC
#   make portable build/portable/avswap: one static file for any Linux on x86-64
#   make install    into $(DESTDIR)$(PREFIX)
#   make fmt        clang-format
#
#   SANITIZE=address,undefined   builds with sanitizers, into a folder of its own
#   BUILD=dir                    builds elsewhere

SANITIZE ?=
BUILD ?= build$(if $(SANITIZE),/sanitize)
PREFIX ?= /usr/local
CC ?= gcc
# Under the sanitizers -O2 takes twice as long to compile as -O1, at which gcc knows too little of numbers to say what is cut off.
OPT ?= $(if $(SANITIZE),-O1 -Wno-format-truncation,-O2)
# V=1 shows the commands
Q := $(if $(V),,@)
say = @echo "  "

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 -Wundef -Wpointer-arith \
	-Wcast-qual -Wwrite-strings -Wvla -Werror
CFLAGS += -std=gnu11 -D_GNU_SOURCE $(OPT) -g$(if $(SANITIZE),1) -I. $(WARNINGS) -fstack-protector-strong -fPIE \
	$(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-omit-frame-pointer -fno-sanitize-recover=all,-D_FORTIFY_SOURCE=2)
LDFLAGS += -pie -Wl,-z,relro,-z,now $(if $(SANITIZE),-fsanitize=$(SANITIZE))
LDLIBS += -larchive -ljansson -lsodium
FLEET_LDLIBS := -lgit2 -lsqlite3 -lyaml -lglpk -luv -lz
# In a program of its own: what it parses comes from PCs before they have proved who they are.
SSH_LDLIBS := -lssh

# What a fresh Debian 12 lacks. Installed by `make check` and `make demo`.
BUILD_APT := gcc libc6-dev make libjansson-dev libarchive-dev libcurl4-openssl-dev libsodium-dev \
	libgit2-dev libsqlite3-dev libyaml-dev libglpk-dev libuv1-dev zlib1g-dev libssh-dev
TEST_APT := tzdata libcmocka-dev pmccabe groff man-db bash-completion tmux clang-format git ansible-core python3 python3-jsonschema curl \
	rpm rpm2cpio cpio iproute2 openssl iptables nftables init-system-helpers passwd

# What only a jump host does is in no program that goes to a PC.
FLEET_SRC := $(wildcard $(addsuffix /*.c,$(addprefix core/,catalog inventory rollout store assign visit fleet)))
CORE_SRC := $(filter-out %_win32.c %_none.c %_packed.c %_search.c $(FLEET_SRC),$(wildcard core/*/*.c))
OS_SRC := $(wildcard core/os/posix/*.c)
CMD_SRC := $(wildcard cmd/cli/*.c cmd/avswap/*.c)
CATALOG := $(sort $(wildcard vendors/*/*.json playbooks/*.json))
OBJ = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
CORE_LIB := $(BUILD)/libavswap.a
FLEET_LIB := $(BUILD)/libavswap-fleet.a

.PHONY: all check install fmt clean deps
all: $(BUILD)/avswap $(BUILD)/avswap-fleet

$(BUILD)/avswap: $(call OBJ,$(CMD_SRC)) $(CORE_LIB)
	$(say)LD $@
	$(Q)$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(CORE_LIB) $(LDLIBS)

$(BUILD)/avswap-ssh: $(call OBJ,$(wildcard cmd/avswap-ssh/*.c))
	$(say)LD $@
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(SSH_LDLIBS)

$(BUILD)/avswap-fleet: $(call OBJ,$(wildcard cmd/cli/*.c cmd/avswap-fleet/*.c)) $(FLEET_LIB) $(CORE_LIB)
	$(say)LD $@
	$(Q)$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(FLEET_LIB) $(CORE_LIB) $(LDLIBS) $(FLEET_LDLIBS)
# Which starts it.
$(BUILD)/avswap-fleet: | $(BUILD)/avswap-ssh

$(FLEET_LIB): $(call OBJ,$(FLEET_SRC))
	@rm -f $@
	$(Q)ar rcs $@ $^

$(CORE_LIB): $(call OBJ,$(CORE_SRC) $(OS_SRC)) $(BUILD)/obj/embedded.o
	@rm -f $@
	$(Q)ar rcs $@ $^

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(say)CC $<
	$(Q)$(CC) $(CFLAGS) -MMD -MP -c $< -o $@

# The catalogue inside the program: the texts of vendors/ and playbooks/ as C.
$(BUILD)/embedded.c: $(CATALOG) cmd/embed.sh
	@mkdir -p $(@D)
	cmd/embed.sh $(CATALOG) >$@.new && mv $@.new $@
$(BUILD)/obj/embedded.o: $(BUILD)/embedded.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -c $< -o $@

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)

include cmd/windows/windows.mk cmd/portable/portable.mk
include $(wildcard tests/*/*.mk)

# Unit tests and the crash model run under the sanitizers.
CHECKS := lab-migrate lab-crash fleet-check fleet-sent fleet-attach fleet-libssh -- rules lint schemas check-unit check-crash -- \
	unit-windows windows-check products-windows-check -- check-fuzz cases visit-check triage winget git-check products-check -- \
	crash-windows-wine lab-check
.PHONY: check-unit check-crash check-fuzz
check-unit check-crash check-fuzz: check-%:
	@$(MAKE) --no-print-directory SANITIZE=address,undefined BUILD=$(BUILD)/sanitize $*
	@nm $(BUILD)/sanitize/obj/core/model/plan.o | grep -q __asan_ || { echo "$*: was not built with the sanitizers"; exit 1; }

check: deps
	@mkdir -p $(BUILD)
	@echo "building (log: $(BUILD)/build.log)"
	@$(MAKE) --no-print-directory -j2 all products lab-base windows portable products-windows >$(BUILD)/build.log 2>&1 || { tail -n 40 $(BUILD)/build.log; exit 1; }
	@MAKE="$(MAKE)" LOGS=$(BUILD)/check tests/check.sh $(CHECKS)

.PHONY: torture
torture: deps
	@mkdir -p $(BUILD)
	@$(MAKE) --no-print-directory all products lab-base >$(BUILD)/build.log 2>&1 || { tail -n 40 $(BUILD)/build.log; exit 1; }
	@MAKE="$(MAKE)" LOGS=$(BUILD)/check tests/check.sh $(TORTURE)

ALL_APT := $(sort $(PORTABLE_APT) $(WINDOWS_APT) $(WINDOWS_TEST_APT) $(BUILD_APT) $(TEST_APT) $(LAB_APT) $(PRODUCTS_APT) $(SIM_APT) $(UNIT_APT) $(BENCH_APT) $(GIT_APT))
deps:
	@tests/deps.sh $(ALL_APT)

clean:
	rm -rf build/windows/obj build/obj build/sanitize build/cover build/avswap build/avswap-fleet build/avswap-ssh build/libavswap.a build/libavswap-fleet.a build/embedded.c build/unit build/sim build/fuzz

fmt:
	clang-format -i $$(git ls-files '*.c' '*.h')

install: all
	install -d $(DESTDIR)$(PREFIX)/sbin $(DESTDIR)$(PREFIX)/share/bash-completion/completions
	install -m755 $(BUILD)/avswap $(BUILD)/avswap-fleet $(DESTDIR)$(PREFIX)/sbin
	install -d $(DESTDIR)$(PREFIX)/lib/avswap
	install -m755 $(BUILD)/avswap-ssh $(DESTDIR)$(PREFIX)/lib/avswap
	[ ! -e $(PORTABLE)/avswap ] || install -m755 $(PORTABLE)/avswap $(DESTDIR)$(PREFIX)/lib/avswap/avswap-linux-x86_64
	[ ! -e $(WINDOWS)/avswap.exe ] || install -m755 $(WINDOWS)/avswap.exe $(DESTDIR)$(PREFIX)/lib/avswap
	$(BUILD)/avswap docs man $(BUILD)/man && $(BUILD)/avswap-fleet docs man $(BUILD)/man
	$(BUILD)/avswap docs schemas $(BUILD)/schemas
	install -d $(DESTDIR)$(PREFIX)/share/avswap/schemas
	install -m644 $(BUILD)/schemas/*.json $(DESTDIR)$(PREFIX)/share/avswap/schemas
	install -d $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/man/man5 $(DESTDIR)$(PREFIX)/share/man/man7
	install -m644 $(BUILD)/man/*.1 $(DESTDIR)$(PREFIX)/share/man/man1
	install -m644 $(BUILD)/man/*.5 $(DESTDIR)$(PREFIX)/share/man/man5
	install -m644 $(BUILD)/man/*.7 $(DESTDIR)$(PREFIX)/share/man/man7
	for p in avswap avswap-fleet; do \
		$(BUILD)/$$p docs completion >$(DESTDIR)$(PREFIX)/share/bash-completion/completions/$$p || exit 1; done
