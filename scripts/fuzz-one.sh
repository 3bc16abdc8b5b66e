#!/bin/sh
# Runs one fuzzer that scripts/fuzz.sh has built: scripts/fuzz-one.sh ingest_bind. FUZZ_SECONDS long; see there.
# A finding leaves build/fuzz/NAME.finding (what it was) beside its input, for fuzz.sh to tell at the very end. An input
# said to take 25 s is tried again by itself: a machine that stood still, or whose clock was set, is no finding.
set -eu
target=$1
name=fuzz_$target
seeds="tests/fuzz/corpus/$target"
log="build/fuzz/$name.log"
LSAN_OPTIONS=suppressions=tests/fuzz/leaks.txt:print_suppressions=0
export LSAN_OPTIONS
mkdir -p "build/fuzz/corpus/$name"
set -- -max_total_time="$FUZZ_SECONDS" -timeout=25 -report_slow_units=5 -rss_limit_mb=2048 -max_len=65536 \
    -artifact_prefix="build/fuzz/$name-" -print_final_stats=1 -seed="${FUZZ_SEED:-0}"
for dictionary in "tests/fuzz/$target.dict" "tests/fuzz/${target%%_*}.dict"; do
    [ -f "$dictionary" ] && set -- "$@" -dict="$dictionary" && break
done
set -- "$@" "build/fuzz/corpus/$name"
[ -d "$seeds" ] && set -- "$@" "$seeds"
slow_again() { # whether one of the inputs that ran out of time does so again
    for input in "build/fuzz/$name-timeout-"*; do
        "build/fuzz/tests/fuzz/$name" -timeout=25 "$input" >>"$log" 2>&1 || return 0
    done
    return 1
}
TIMEOUT=70 # libFuzzer's exit code
rm -f "build/fuzz/$name-timeout-"*
code=0
"build/fuzz/tests/fuzz/$name" "$@" >"$log" 2>&1 || code=$?
if [ "$code" -eq "$TIMEOUT" ] && ! slow_again; then
    echo "fuzz: $name: one input seemed to take 25 s and does not when it is tried again: the machine stood still"
    code=0
fi
if [ "$code" -ne 0 ]; then
    {
        echo "fuzz: $name found something (exit code $code); its input and log are in build/fuzz/"
        grep -E 'ERROR:|runtime error|^ *#[0-9]+ .* in ' "$log" | grep -vE ' in (fuzzer::|main|_start|__libc)' | head -n 10
        grep -E 'SUMMARY|Test unit written|^Base64' "$log" | head -n 3
        tail -n 3 "$log" | grep -v '^stat::'
    } | cut -c1-200 >"build/fuzz/$name.finding"
    echo "fuzz: $name: a finding, told at the end" >&2
    exit 1
fi
echo "fuzz: $name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") executions in $FUZZ_SECONDS s, no finding"
