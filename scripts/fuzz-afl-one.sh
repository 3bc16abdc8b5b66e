#!/bin/sh
# Runs one target that scripts/fuzz-afl.sh has built: scripts/fuzz-afl-one.sh ingest_bind. AFL_SECONDS long; see there.
set -eu
target=$1
seeds="tests/fuzz/corpus/$target"
out="build/afl/out/$target"
# No leak check here (AFL++ cannot do it between runs of one process; libFuzzer does), no user interface, no tuned machine.
ASAN_OPTIONS=abort_on_error=1:symbolize=0:detect_leaks=0
UBSAN_OPTIONS=abort_on_error=1:symbolize=0:halt_on_error=1
AFL_NO_UI=1 AFL_SKIP_CPUFREQ=1 AFL_NO_AFFINITY=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_AUTORESUME=1
export ASAN_OPTIONS UBSAN_OPTIONS AFL_NO_UI AFL_SKIP_CPUFREQ AFL_NO_AFFINITY AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES AFL_AUTORESUME
mkdir -p build/afl/out
set -- -i "$seeds" -o "$out" -V "$AFL_SECONDS" -m none -t 5000
for dictionary in "tests/fuzz/$target.dict" "tests/fuzz/${target%%_*}.dict"; do
    [ -f "$dictionary" ] && set -- "$@" -x "$dictionary" && break
done
afl-fuzz "$@" -- "build/afl/tests/fuzz/fuzz_$target" >"$out.log" 2>&1 || { tail -n 40 "$out.log" >&2; exit 1; }
statistic() { sed -n "s/^$1 *: *//p" "$out/default/fuzzer_stats"; }
echo "fuzz-afl: $target: $(statistic execs_done) executions, $(statistic saved_crashes) crashes, $(statistic saved_hangs) hangs"
[ "$(statistic saved_crashes)" = 0 ]
