#!/bin/sh
# The same targets as scripts/fuzz.sh under AFL++ (Debian: afl++) with ASan and UBSan: each for AFL_SECONDS (120),
# AFL_JOBS at a time. With names as arguments, only those: scripts/fuzz-afl.sh ingest_bind.
# What it finds lies in build/afl/out/NAME/default/crashes and hangs; the corpus is kept and the next run goes on from it.
set -eu
command -v afl-clang-fast >/dev/null 2>&1 || { echo "fuzz-afl: afl-clang-fast is missing (package afl++)" >&2; exit 1; }
AFL_SECONDS=${AFL_SECONDS:-120}
AFL_QUIET=1
export AFL_SECONDS AFL_QUIET
# afl-clang-fast puts its own driver in the place of libFuzzer's.
make --no-print-directory BUILD=build/afl CC=afl-clang-fast OPT=-O1 \
    SANITIZE="-fsanitize=address,undefined -fno-sanitize-recover=all" build/afl/libmxplain.a fuzz-programs
[ $# -gt 0 ] || set -- $(ls tests/fuzz/fuzz_*.c | sed 's:.*/fuzz_::; s:\.c$::')
printf '%s\n' "$@" | xargs -P "${AFL_JOBS:-1}" -n 1 scripts/fuzz-afl-one.sh
