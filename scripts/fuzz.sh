#!/bin/sh
# Builds every tests/fuzz/fuzz_*.c with libFuzzer, ASan and UBSan, and runs each for FUZZ_SECONDS from its seed corpus.
# A finding stops with its input in build/fuzz/. Seeds: tests/fuzz/corpus/NAME, dictionary: tests/fuzz/NAME.dict, where they exist.
set -eu
seconds=${FUZZ_SECONDS:-600}
command -v clang >/dev/null 2>&1 || { echo "fuzz: clang is missing" >&2; exit 1; }
ls tests/fuzz/fuzz_*.c >/dev/null 2>&1 || exit 0
make --no-print-directory BUILD=build/fuzz CC=clang OPT=-O1 \
    SANITIZE="-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all" build/fuzz/libmxplain.a fuzz-programs
for source in tests/fuzz/fuzz_*.c; do
    name=$(basename "$source" .c)
    seeds="tests/fuzz/corpus/${name#fuzz_}"
    mkdir -p "build/fuzz/corpus/$name"
    set -- -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=65536 -artifact_prefix=build/fuzz/ \
        -print_final_stats=1
    [ -f "tests/fuzz/${name#fuzz_}.dict" ] && set -- "$@" -dict="tests/fuzz/${name#fuzz_}.dict"
    set -- "$@" "build/fuzz/corpus/$name"
    [ -d "$seeds" ] && set -- "$@" "$seeds"
    if ! "build/fuzz/tests/fuzz/$name" "$@" >"build/fuzz/$name.log" 2>&1; then
        tail -n 40 "build/fuzz/$name.log" >&2
        echo "fuzz: $name found something; the input is in build/fuzz/" >&2
        exit 1
    fi
    echo "fuzz: $name: $(sed -n 's/^stat::number_of_executed_units: *//p' "build/fuzz/$name.log") executions in $seconds s, no finding"
done
