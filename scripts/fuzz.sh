#!/bin/sh
# Builds every tests/fuzz/fuzz_*.c with libFuzzer, ASan and UBSan, and runs each for FUZZ_SECONDS from its seed corpus,
# FUZZ_JOBS at a time. FUZZ_SEED (0: by chance) makes the inputs of a fresh checkout repeat. With names as arguments, only
# those: scripts/fuzz.sh ingest_bind.
# A finding stops that target; its input is kept in build/fuzz/, as are inputs of more than five seconds (NAME-slow-unit-*).
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
rm -f build/fuzz/*.finding
code=0
printf '%s\n' "$@" | xargs -P "${FUZZ_JOBS:-$(nproc)}" -n 1 scripts/fuzz-one.sh || code=$?
# At the end, so that a log of which only the last lines are kept still shows what was found.
for finding in build/fuzz/*.finding; do
    [ -f "$finding" ] && cat "$finding" >&2
done
exit "$code"
