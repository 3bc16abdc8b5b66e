#!/bin/sh
# Builds every tests/fuzz/fuzz_*.c with libFuzzer, ASan and UBSan, and runs each for FUZZ_SECONDS from its seed corpus.
# With names as arguments, only those: scripts/fuzz.sh ingest_bind. A finding stops with its input in build/fuzz/.
# Seeds: tests/fuzz/corpus/NAME; dictionary: tests/fuzz/NAME.dict, or that of the family (ingest.dict), where they exist.
set -eu
seconds=${FUZZ_SECONDS:-600}
command -v clang >/dev/null 2>&1 || { echo "fuzz: clang is missing" >&2; exit 1; }
ls tests/fuzz/fuzz_*.c >/dev/null 2>&1 || exit 0
make --no-print-directory BUILD=build/fuzz CC=clang OPT=-O1 \
    SANITIZE="-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all" build/fuzz/libmxplain.a fuzz-programs
[ $# -gt 0 ] || set -- $(ls tests/fuzz/fuzz_*.c | sed 's:.*/fuzz_::; s:\.c$::')
for target in "$@"; do
    name=fuzz_$target
    seeds="tests/fuzz/corpus/${name#fuzz_}"
    mkdir -p "build/fuzz/corpus/$name"
    set -- -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=65536 -artifact_prefix=build/fuzz/ \
        -print_final_stats=1
    for dictionary in "tests/fuzz/$target.dict" "tests/fuzz/${target%%_*}.dict"; do
        [ -f "$dictionary" ] && set -- "$@" -dict="$dictionary" && break
    done
    set -- "$@" "build/fuzz/corpus/$name"
    [ -d "$seeds" ] && set -- "$@" "$seeds"
    if ! "build/fuzz/tests/fuzz/$name" "$@" >"build/fuzz/$name.log" 2>&1; then
        tail -n 40 "build/fuzz/$name.log" >&2
        echo "fuzz: $name found something; the input is in build/fuzz/" >&2
        exit 1
    fi
    echo "fuzz: $name: $(sed -n 's/^stat::number_of_executed_units: *//p' "build/fuzz/$name.log") executions in $seconds s, no finding"
done
