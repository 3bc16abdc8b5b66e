#!/bin/sh
# Runs the benchmarks and leaves build/bench/results.csv and, with gnuplot, plots beside it.
#   scripts/bench.sh BUILD CASE    (called by `make bench`)
# Machine, compiler and commit stand in the first lines of the CSV. Figures are CPU time where the
# unit does not say otherwise, so that a busy machine disturbs them little.
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
echo "== bench_trial $case" >&2
"$build/bench/bench_trial" "$case" "${TRIALS:-400}" >>"$out"
cat "$out"

command -v gnuplot >/dev/null 2>&1 || { echo "no gnuplot: no plots" >&2; exit 0; }
machine=$(sed -n 's/^# machine: //p' "$out" | tr -cd 'A-Za-z0-9 .,()@-')
commit=$(sed -n 's/^# commit: //p' "$out")
plot() { # axis, file, label
    sed -n "s/^growth of $1,//p" "$out" >"$build/bench/$2.csv"
    gnuplot <<PLOT
set terminal svg size 720,440 dynamic
set output '$build/bench/$2.svg'
set datafile separator ','
set logscale xy
set xlabel '$3'
set ylabel 'microseconds per trial'
set title '$commit on $machine' font ',10' noenhanced
set grid
unset key
plot '$build/bench/$2.csv' using 1:2:3:4 with yerrorbars pt 7 ps 0.5, '' using 1:2 with lines
PLOT
}
plot "window in days" growth-window "window, days"
plot "sends per week" growth-traffic "mailings, and visits of scanners, per week"
plot "table in rows" growth-table "rows of the reference table"
echo "plots: $build/bench/growth-*.svg" >&2
