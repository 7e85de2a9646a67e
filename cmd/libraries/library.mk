# How a library is compiled from its sources, for every target. Included by cmd/*/deps.mk behind sources.mk, its list LIBRARIES and, for each, NAME.src, NAME.flags,
# NAME.headers, NAME.folder and NAME.first. SRC=dir has the unpacked sources, OUT=dir gets include/, lib/ and VERSIONS.
#
# Their own build systems spend minutes on finding out what is always the same for one compiler, so what they find stands in CONFIG and the
# sources are compiled here.

all: $(LIBRARIES:%=$(OUT)/lib/lib%.a)
	@cp $(SRC)/VERSIONS $(OUT)/VERSIONS
.PHONY: all

# NAME.first: the header that each of its files includes first, which is compiled once because the system's headers behind it take most of the time.
define first
$(OUT)/obj/$(1).h.gch: $($(1).first) $(MADE_OF)
	@mkdir -p $$(@D)
	@$$(CC) $$(CFLAGS) $($(1).flags) -x c-header -c $$< -o $$@
$$($(1).obj): $(OUT)/obj/$(1).h.gch
$$($(1).obj): FLAGS += -include $(OUT)/obj/$(1).h
endef

define library
$(1).obj := $$(patsubst %.c,$(OUT)/obj/%.o,$$(patsubst $(SRC)/%,%,$$($(1).src)))
$$($(1).obj): FLAGS := $$($(1).flags)
$$(if $$($(1).first),$$(eval $$(call first,$(1))))
$(OUT)/lib/lib$(1).a: $$($(1).obj)
	@mkdir -p $$(@D) $(OUT)/include/$$($(1).folder)
	$$(if $$($(1).headers),@cp $$($(1).headers) $(OUT)/include/$$($(1).folder))
	@rm -f $$@
	@echo "  AR $$@"
	@$(AR) rcs $$@ $$^
endef
$(foreach l,$(LIBRARIES),$(eval $(call library,$(l))))

$(OUT)/obj/%.o: $(SRC)/%.c $(MADE_OF)
	@mkdir -p $(@D)
	@$(CC) $(CFLAGS) $(FLAGS) -c $< -o $@
$(OUT)/obj/cmd/%.o: cmd/%.c $(MADE_OF)
	@mkdir -p $(@D)
	@$(CC) $(CFLAGS) $(FLAGS) -c $< -o $@

# libsodium's version.h is made by its configure; Debian's version is the one told.
$(sodium.obj): $(OUT)/include/sodium/version.h
$(OUT)/include/sodium/version.h: $(SRC)/libsodium/src/libsodium/include/sodium/version.h.in
	@mkdir -p $(@D)
	@cp $(SRC)/libsodium/src/libsodium/include/sodium.h $(OUT)/include
	@cp $(SRC)/libsodium/src/libsodium/include/sodium/*.h $(@D)
	@sed -e "s/@VERSION@/$$(sed -n 's/^libsodium //p' $(SRC)/VERSIONS)/" -e "s/@SODIUM_LIBRARY_VERSION_MAJOR@/10/;s/@SODIUM_LIBRARY_VERSION_MINOR@/3/" \
		-e "s/@SODIUM_LIBRARY_MINIMAL_DEF@/#define SODIUM_LIBRARY_MINIMAL 1/" $< >$@
