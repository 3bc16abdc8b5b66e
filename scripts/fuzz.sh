#!/bin/sh
# Builds every tests/fuzz/fuzz_*.c with libFuzzer, ASan and UBSan, and runs each for FUZZ_SECONDS from its seed corpus,
# FUZZ_JOBS at a time. With names as arguments, only those: scripts/fuzz.sh ingest_bind.
# A finding stops with its input in build/fuzz/; inputs of more than five seconds are kept there as slow-unit-*.
# Seeds: tests/fuzz/corpus/NAME; dictionary: tests/fuzz/NAME.dict, or that of the family (ingest.dict), where they exist.
set -eu
seconds=${FUZZ_SECONDS:-600}
command -v clang >/dev/null 2>&1 || { echo "fuzz: clang is missing" >&2; exit 1; }
ls tests/fuzz/fuzz_*.c >/dev/null 2>&1 || exit 0
make --no-print-directory BUILD=build/fuzz CC=clang OPT=-O1 \
    SANITIZE="-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all" build/fuzz/libmxplain.a fuzz-programs
[ $# -gt 0 ] || set -- $(ls tests/fuzz/fuzz_*.c | sed 's:.*/fuzz_::; s:\.c$::')
FUZZ_SECONDS=$seconds
export FUZZ_SECONDS
printf '%s\n' "$@" | xargs -P "${FUZZ_JOBS:-$(nproc)}" -n 1 scripts/fuzz-one.sh
