#!/bin/sh
# Runs one fuzzer that scripts/fuzz.sh has built: scripts/fuzz-one.sh ingest_bind. FUZZ_SECONDS long; see there.
set -eu
target=$1
name=fuzz_$target
seeds="tests/fuzz/corpus/$target"
LSAN_OPTIONS=suppressions=tests/fuzz/leaks.txt:print_suppressions=0
export LSAN_OPTIONS
mkdir -p "build/fuzz/corpus/$name"
set -- -max_total_time="$FUZZ_SECONDS" -timeout=25 -report_slow_units=5 -rss_limit_mb=2048 -max_len=65536 \
    -artifact_prefix=build/fuzz/ -print_final_stats=1
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
echo "fuzz: $name: $(sed -n 's/^stat::number_of_executed_units: *//p' "build/fuzz/$name.log") executions in $FUZZ_SECONDS s, no finding"
