#!/bin/sh
# Runs the benchmarks and leaves build/bench/results.csv and, with gnuplot, plots beside it.
#   scripts/bench.sh BUILD CASE    (called by `make bench`)
# goals.csv beside it holds the measures of bench/goals.tsv with anchor and goal. FULL=1 also times a
# whole comparison of 20,000 trials for each scenario, in minutes; with MPI=1, two processes against
# one are timed. Those two are wall time: they need a quiet machine.
# Machine, compiler and commit stand in the first lines of the CSV. Figures are CPU time where the
# unit does not say otherwise, so that a busy machine disturbs them little. LOG_ROWS (1e7) is the
# longest log, TRIALS (400) the trials of each scenario.
set -eu
build=${1:-build}
case=${2:-scenarios/cases/alfa-2016.cfg}
out=$build/bench/results.csv
OPENBLAS_NUM_THREADS=1
export OPENBLAS_NUM_THREADS

{
    echo "# machine: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo 2>/dev/null | head -n 1), $(getconf _NPROCESSORS_ONLN) processors, $(uname -srm)"
    echo "# compiler: $(${CC:-gcc} --version | head -n 1)"
    echo "# commit: $(git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)$(git diff --quiet HEAD 2>/dev/null || echo ', changed')"
    echo "# date: $(date -u +%Y-%m-%d)"
    echo "benchmark,what,median,low,high,unit,runs"
} >"$out"
for program in bench_engine bench_growth; do
    echo "== $program" >&2
    "$build/bench/$program" >>"$out"
done
echo "== bench_logs" >&2
"$build/bench/bench_logs" "${LOG_ROWS:-1e7}" >>"$out"
echo "== bench_trial $case" >&2
"$build/bench/bench_trial" "$case" "${TRIALS:-400}" >>"$out"

now() { date +%s.%N; }
if [ -n "${FULL:-}" ]; then
    echo "== compare --trials 20000" >&2
    start=$(now)
    env -u OPENBLAS_NUM_THREADS "$build/mxplain" compare "$case" --trials 20000 -q --json \
        --report "$build/bench/report" >/dev/null
    awk -v a="$start" -v b="$(now)" \
        'BEGIN { printf "full,compare with report; 20000 trials,%.4g,%.4g,%.4g,s (wall),1\n", b - a, b - a, b - a }' >>"$out"
fi
if command -v mpirun >/dev/null 2>&1 && ldd "$build/mxplain" | grep -q libmpi; then
    echo "== mpirun" >&2
    scratch=$(mktemp -d)
    OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
    export OMPI_ALLOW_RUN_AS_ROOT OMPI_ALLOW_RUN_AS_ROOT_CONFIRM
    trap 'rm -rf "$scratch"' EXIT
    wall() { # processes
        rm -f "$scratch"/*
        start=$(now)
        mpirun --oversubscribe -n "$1" "$build/mxplain" compare "$case" --trials 1000 --threads 1 -q --json \
            --db "$scratch/x.db" >/dev/null
        awk -v a="$start" -v b="$(now)" 'BEGIN { print b - a }'
    }
    for run in 1 2 3; do
        echo "$(wall 1) $(wall 2)"
    done | awk '{ print $1 / $2 }' | sort -g |
        awk '{ r[NR] = $1 } END { printf "mpi,one process against two (wall),%.4g,%.4g,%.4g,times,%d\n", r[2], r[1], r[3], NR }' >>"$out"
fi
cat "$out"

goals=$build/bench/goals.csv
echo "measure,measured,goal,reached,anchor" >"$goals"
awk -F '\t' -v results="$out" '
    /^#/ { next }
    {
        value = ""
        while ((getline line < results) > 0)
            if (index(line, $1) == 1) {
                rest = line
                sub(/^[^,]*,[^,]*,/, "", rest)
                sub(/,.*/, "", rest)
                if (value == "" || ($2 == "max" ? rest + 0 > value + 0 : rest + 0 < value + 0)) value = rest
            }
        close(results)
        split($3, goal, " ")
        reached = value == "" ? "not measured" : (goal[1] == "<=" ? value + 0 <= goal[2] + 0 : value + 0 >= goal[2] + 0) ? "yes" : "no"
        printf "\"%s\",%s,\"%s\",%s,\"%s\"\n", $4, value, $3, reached, $5
    }' bench/goals.tsv >>"$goals"
echo
cat "$goals"

command -v gnuplot >/dev/null 2>&1 || { echo "no gnuplot: no plots" >&2; exit 0; }
machine=$(sed -n 's/^# machine: //p' "$out" | tr -cd 'A-Za-z0-9 .,()@-')
commit=$(sed -n 's/^# commit: //p' "$out")
plot() { # axis, file, label, label of the ordinate
    sed -n "s/^growth of $1,//p" "$out" >"$build/bench/$2.csv"
    gnuplot <<PLOT
set terminal svg size 720,440 dynamic
set output '$build/bench/$2.svg'
set datafile separator ','
set logscale xy
set xlabel '$3'
set ylabel '$4'
set title '$commit on $machine' font ',10' noenhanced
set grid
unset key
plot '$build/bench/$2.csv' using 1:2:3:4 with yerrorbars pt 7 ps 0.5, '' using 1:2 with lines
PLOT
}
trial='microseconds per trial' row='nanoseconds per row'
plot "window in days" growth-window "window, days" "$trial"
plot "sends per week" growth-traffic "mailings, and visits of scanners, per week" "$trial"
plot "parties" growth-parties "receiving parties" "$trial"
plot "names" growth-names "names of the zone" "$trial"
plot "table in rows" growth-table "rows of the reference table" "$trial"
plot "log reading" growth-reading "rows of the log (CSV)" "$row to read and count"
plot "log statistics" growth-statistics "rows of the log" "$row, all default statistics"
echo "plots: $build/bench/growth-*.svg" >&2
