# mxplain: settings first, then the targets. `make help` lists them.
#
# Layout: every .c below sim/ models/ analysis/*/ goes into build/libmxplain.a, every .c in cli/
# into the program, every tests/*/test_*.c is a cmocka program of its own. A new file needs no edit here.

PREFIX  ?= /usr/local
DESTDIR ?=
CC      ?= gcc
BUILD   ?= build
OPT     ?= -O2
WERROR  ?=
# V=1 shows the whole command lines.
V       ?= 0
ifeq ($(V),0)
SAY     = @echo "  $(1) $@";
else
SAY     =
endif
VERSION := 0.1.0
COMMIT  := $(shell git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)

PKGS    := gsl libconfig sqlite3 jansson zlib
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
PKG_LIBS   := $(shell pkg-config --libs $(PKGS) 2>/dev/null)

# Optional libraries: found by pkg-config, left out with WITHOUT="pcap zstd ...".
WITHOUT ?=
optional = $(if $(filter $(1),$(WITHOUT)),,$(shell pkg-config --exists $(2) 2>/dev/null && echo yes))
define use_optional
ifeq ($$(call optional,$(1),$(2)),yes)
OPT_CPPFLAGS += -DHAVE_$(3)=1 $$(shell pkg-config --cflags $(2))
OPT_LIBS     += $$(shell pkg-config --libs $(2))
endif
endef
$(eval $(call use_optional,pcap,libpcap,PCAP))
$(eval $(call use_optional,zstd,libzstd,ZSTD))
$(eval $(call use_optional,lzma,liblzma,LZMA))
$(eval $(call use_optional,protobuf-c,libprotobuf-c,PROTOBUF_C))
$(eval $(call use_optional,cbor,libcbor,CBOR))

# Where OpenBLAS is installed it serves the matrix work; GSL's own CBLAS otherwise.
OPENBLAS := $(call optional,openblas,openblas)
ifeq ($(OPENBLAS),yes)
PKG_LIBS := $(filter-out -lgslcblas,$(PKG_LIBS)) $(shell pkg-config --libs openblas)
OPT_CPPFLAGS += -DHAVE_OPENBLAS=1 $(shell pkg-config --cflags openblas)
endif

# MPI=1: `mpirun -n R build/mxplain compare` shares the trials among R processes.
ifeq ($(MPI),1)
OPT_CPPFLAGS += -DHAVE_MPI=1 $(patsubst -I%,-isystem %,$(shell pkg-config --cflags-only-I ompi-c))
OPT_LIBS     += $(shell pkg-config --libs ompi-c)
endif

# -ffp-contract=off: fused multiply-add would change the bytes between compilers and levels.
WARN    := -Wall -Wextra -Wconversion -Wshadow -Wcast-qual -Wmissing-prototypes \
           -Wstrict-prototypes -Wpointer-arith -Wvla $(WERROR)
CFLAGS  ?= $(OPT) -g
ALL_CPPFLAGS = -I. -D_GNU_SOURCE -DMXPLAIN_VERSION='"$(VERSION)"' \
               -DMXPLAIN_DATADIR='"$(PREFIX)/share/mxplain"' $(OPT_CPPFLAGS) $(CPPFLAGS)
ALL_CFLAGS = -std=c11 $(WARN) -ffp-contract=off -fno-math-errno -pthread $(PKG_CFLAGS) $(SANITIZE) $(CFLAGS)
LIBS    = $(PKG_LIBS) $(OPT_LIBS) -lm -pthread

LIB_SRC  := $(wildcard sim/*.c models/*.c analysis/*/*.c)
CLI_SRC  := $(wildcard cli/*.c)
TEST_SUPPORT_SRC := $(wildcard tests/support/*.c)
UNIT_SRC := $(wildcard tests/unit/test_*.c tests/golden/test_*.c tests/statistical/test_*.c)
VERIFY_SRC := $(wildcard tests/verify/test_*.c)
E2E_SRC  := $(wildcard tests/e2e/test_*.c)
SOURCES  := $(wildcard sim/*.[ch] models/*.[ch] analysis/*/*.[ch] cli/*.[ch] tests/*/*.[ch] bench/*.[ch] tools/*.c)
BENCH_SRC := $(wildcard bench/bench_*.c)
LIB_OBJ  := $(LIB_SRC:%.c=$(BUILD)/%.o)
CLI_OBJ  := $(CLI_SRC:%.c=$(BUILD)/%.o)
SUPPORT_OBJ := $(TEST_SUPPORT_SRC:%.c=$(BUILD)/%.o)
UNIT_BIN := $(UNIT_SRC:%.c=$(BUILD)/%)
E2E_BIN  := $(E2E_SRC:%.c=$(BUILD)/%)
VERIFY_BIN := $(VERIFY_SRC:%.c=$(BUILD)/%)
BENCH_BIN := $(BENCH_SRC:%.c=$(BUILD)/%)

.PHONY: all help demo check unit e2e torture testbed verify asan ubsan tsan bench fuzz fuzz-afl fuzz-short format lint install uninstall clean packages

## all        builds build/mxplain
all: $(BUILD)/mxplain

## help       this list
help:
	@sed -n 's/^## //p' Makefile

## demo       installs what is missing, builds, weighs the 2016 case, leaves report/report.html
demo:
	@scripts/packages.sh demo
	@$(MAKE) --no-print-directory all
	@$(BUILD)/mxplain compare scenarios/cases/alfa-2016.cfg --report report

## check      installs what the tests need, builds with warnings as errors, runs every test
check:
	@scripts/packages.sh check
	@$(MAKE) --no-print-directory WERROR=-Werror all unit e2e fuzz-short

$(BUILD)/libmxplain.a: $(LIB_OBJ)
	@rm -f $@
	@$(AR) rcs $@ $^

$(BUILD)/mxplain: $(CLI_OBJ) $(BUILD)/libmxplain.a
	$(call SAY,LINK)$(CC) $(ALL_CFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call SAY,CC  )$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/tests/%: tests/%.c $(SUPPORT_OBJ) $(BUILD)/libmxplain.a
	@mkdir -p $(@D)
	$(call SAY,CC  )$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -o $@ $< $(SUPPORT_OBJ) $(BUILD)/libmxplain.a -lcmocka $(LIBS)

$(BUILD)/bench/%: bench/%.c $(SUPPORT_OBJ) $(BUILD)/libmxplain.a
	@mkdir -p $(@D)
	$(call SAY,CC  )$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -o $@ $< $(SUPPORT_OBJ) $(BUILD)/libmxplain.a -lcmocka $(LIBS)

.SECONDARY: $(SUPPORT_OBJ)
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

# The place of the installed scenarios is compiled in: another PREFIX means another object.
.PHONY: FORCE
$(BUILD)/prefix: FORCE
	@mkdir -p $(@D)
	@echo "$(PREFIX)" | cmp -s - $@ || echo "$(PREFIX)" >$@
$(BUILD)/analysis/config/case.o: $(BUILD)/prefix

# So is MPI.
$(BUILD)/with-mpi: FORCE
	@mkdir -p $(@D)
	@echo "$(MPI)" | cmp -s - $@ || echo "$(MPI)" >$@
$(BUILD)/cli/ranks.o: $(BUILD)/with-mpi

# Stored blocks of a reference table belong to the sources that made them.
TABLE_SRC := $(sort $(foreach room,sim models analysis/config analysis/statistics analysis/weigh,\
             $(wildcard $(room)/*.[ch])))
$(BUILD)/analysis/store/fingerprint.o: $(TABLE_SRC)
$(BUILD)/analysis/store/fingerprint.o: ALL_CPPFLAGS += \
    -DMXPLAIN_SOURCES='"$(shell cat $(TABLE_SRC) | cksum)"'

## unit       unit, golden and statistical tests
unit: $(UNIT_BIN)
	@scripts/run-tests.sh $(UNIT_BIN)

## e2e        the program as a user runs it: good input, bad input, hostile input
e2e: $(BUILD)/mxplain $(E2E_BIN)
	@MXPLAIN=$(BUILD)/mxplain scripts/run-tests.sh $(E2E_BIN)

## testbed    real Postfix, BIND and unbound against the simulator: root, 4 minutes, Debian's packages (scripts/testbed/run.sh)
testbed: $(BUILD)/mxplain
	@for resolver in unbound unbound-prefetch bind; do \
		echo "== $$resolver"; MXPLAIN=$(BUILD)/mxplain scripts/testbed/run.sh $(TESTBED) $$resolver || exit 1; done

## verify     the long statistical checks, some minutes
verify: $(BUILD)/mxplain $(VERIFY_BIN)
	@MXPLAIN=$(BUILD)/mxplain scripts/run-tests.sh $(VERIFY_BIN)

## asan       all unit tests under address and undefined-behaviour sanitizers
asan:
	@$(MAKE) --no-print-directory BUILD=build/asan OPT=-O1 unit e2e \
	    SANITIZE="-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer"

## tsan       the tests that use threads under the thread sanitizer
tsan:
	@$(MAKE) --no-print-directory BUILD=build/tsan OPT=-O1 unit build/tsan/mxplain \
	    build/tsan/tests/e2e/test_compare build/tsan/tests/e2e/test_shard SANITIZE="-fsanitize=thread"
	@MXPLAIN=build/tsan/mxplain OPENBLAS_NUM_THREADS=1 scripts/run-tests.sh \
	    build/tsan/tests/e2e/test_compare build/tsan/tests/e2e/test_shard

## fuzz       every fuzzer for FUZZ_SECONDS (600) each; needs clang
FUZZ_SECONDS ?= 600
fuzz:
	@FUZZ_SECONDS=$(FUZZ_SECONDS) scripts/fuzz.sh

FUZZ_BIN := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/fuzz/fuzz_*.c))
.PHONY: fuzz-programs
fuzz-programs: $(FUZZ_BIN)
$(BUILD)/tests/fuzz/%: tests/fuzz/%.c $(BUILD)/libmxplain.a
	@mkdir -p $(@D)
	$(call SAY,CC  )$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -fsanitize=fuzzer -o $@ $< $(BUILD)/libmxplain.a $(LIBS)

## fuzz-afl   the same targets under AFL++ (package afl++) for AFL_SECONDS (120) each
fuzz-afl:
	@scripts/fuzz-afl.sh

## fuzz-short five seconds of each; the same inputs in every fresh checkout
fuzz-short:
	@FUZZ_SECONDS=5 FUZZ_SEED=1 scripts/fuzz.sh

## format     clang-format over the sources
format:
	@clang-format -i $(SOURCES)

## lint       cppcheck and clang-tidy
lint:
	@scripts/lint.sh $(LIB_SRC) $(CLI_SRC)

## install    program, manual page, scenarios; honours PREFIX and DESTDIR
install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/mxplain
	install -m 755 $(BUILD)/mxplain $(DESTDIR)$(PREFIX)/bin/mxplain
	install -m 644 docs/mxplain.1 $(DESTDIR)$(PREFIX)/share/man/man1/mxplain.1
	cp -r scenarios $(DESTDIR)$(PREFIX)/share/mxplain/

uninstall:
	rm -rf $(DESTDIR)$(PREFIX)/bin/mxplain $(DESTDIR)$(PREFIX)/share/man/man1/mxplain.1 $(DESTDIR)$(PREFIX)/share/mxplain

clean:
	rm -rf $(BUILD)

## torture    100 random kills of a table, of whole comparisons and, with MPI=1, of MPI runs: the same bytes
torture: $(BUILD)/tests/unit/test_resume $(BUILD)/mxplain
	TORTURE_KILLS=100 $<
	tests/torture/kill.sh $(BUILD)/mxplain
	tests/torture/mpi.sh $(BUILD)/mxplain

## bench      benchmarks: build/bench/results.csv, goals.csv and plots; CASE=FILE times another case; FULL=1, MPI=1: longer
bench: $(BENCH_BIN) $(BUILD)/mxplain
	@scripts/bench.sh $(BUILD) $(or $(CASE),scenarios/cases/alfa-2016.cfg)
