#!/bin/sh
<<<<<<< HEAD
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
=======
# Builds the fuzz targets with clang, libFuzzer, ASan and UBSan and runs each for some seconds, from its seeds.
# usage: scripts/fuzz.sh [SECONDS [TARGET...]], a target such as ingest_bind. Finds go to build/fuzz/finds.
set -e
seconds=${1:-5}
[ $# -gt 0 ] && shift
build=build/fuzz
sanitize="-fsanitize=address,undefined -fno-sanitize-recover=all"
make -s CC=clang BUILD=$build SANITIZE="$sanitize -fsanitize=fuzzer-no-link" $build/libmxplain.a
packages="gsl libconfig sqlite3 jansson zlib"
for optional in libpcap libzstd liblzma libprotobuf-c libcbor openblas; do
    pkg-config --exists $optional && packages="$packages $optional"
done
[ $# -gt 0 ] || set -- $(ls tests/fuzz/fuzz_*.c | sed 's:.*/fuzz_::; s:\.c$::')
mkdir -p $build/finds
failed=0
for target in "$@"; do
    clang -std=c11 -g -O1 -I. -D_GNU_SOURCE $sanitize -fsanitize=fuzzer -o $build/fuzz_$target \
        tests/fuzz/fuzz_$target.c $build/libmxplain.a $(pkg-config --libs $packages) -lm -pthread
    mkdir -p $build/corpus/$target
    seeds=tests/fuzz/seeds/$target
    [ -d $seeds ] || seeds=
    dictionary=tests/fuzz/dictionaries/${target%%_*}.dict
    [ -f $dictionary ] && dictionary=-dict=$dictionary || dictionary=
    printf '%s: ' $target
    if $build/fuzz_$target -max_total_time=$seconds -timeout=10 -rss_limit_mb=2048 -max_len=16384 -print_final_stats=1 \
        -artifact_prefix=$build/finds/$target- $dictionary $build/corpus/$target $seeds >$build/$target.log 2>&1; then
        sed -n 's/^stat::number_of_executed_units: */executions /p' $build/$target.log
    else
        failed=$((failed + 1))
        echo "FOUND SOMETHING, see $build/$target.log"
    fi
done
[ $failed -eq 0 ]
>>>>>>> dcf1185 (cli: import, export, formats; ingest: Zeek and JSON lines writers, fuzz targets)
