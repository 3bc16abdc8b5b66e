#!/bin/sh
# kill -9 at random moments of a whole comparison: start, table, commit, verdict, report. The same
# command always goes on, and in the end output, stored verdict and report are those of an
# undisturbed run, byte for byte.
#   tests/torture/kill.sh PROGRAM      TORTURE_KILLS (100) and TORTURE_SEED in the environment
set -eu
program=${1:-build/mxplain}
. tests/torture/scene.sh
trials=1500
blocks=24 # of all scenarios

compare() { # database, report, output, threads
    exec "$program" compare "$case" --trials "$trials" --seed 9 -q --json --threads "$4" \
        --db "$1" --report "$2" >"$3" 2>"$3.error"
}

start=$(now)
(compare "$scene/plain.db" "$scene/plain" "$scene/plain.json" 2) || fail "$(cat "$scene/plain.json.error")"
whole=$(awk -v a="$start" -v b="$(now)" 'BEGIN { print 1.02 * (b - a) }')

# Where the kill hit: looked up in a copy, so that nothing is repaired behind the program's back.
phase() {
    rm -rf "$scene/copy"
    mkdir "$scene/copy"
    cp "$scene"/run.db* "$scene/copy/" 2>/dev/null || { echo start; return; }
    found=$(sqlite3 "$scene/copy/run.db" "SELECT (SELECT count(*) FROM blocks) || ' ' ||
        (SELECT count(*) FROM verdicts)" 2>/dev/null) || { echo start; return; }
    case $found in
    "0 0") echo start ;;
    "$blocks 0") echo verdict ;;
    *" 0") echo table ;;
    *) echo report ;;
    esac
}

same() { # what, expected, found
    cmp -s "$2" "$3" || { cp "$2" "$3" /tmp; fail "other bytes in $1 ($2, $3; copies in /tmp)"; }
}

check() {
    same output "$scene/plain.json" "$scene/run.json"
    for file in verdict.json verdict.txt facts.csv report.html; do
        same "$file" "$scene/plain/$file" "$scene/run/$file"
    done
    for file in "$scene"/plain/plots/*.svg; do
        [ -e "$file" ] && same "$file" "$file" "$scene/run/plots/${file##*/}"
    done
    "$program" report "$scene/run.db" --json >"$scene/stored.json"
    same "stored verdict" "$scene/plain.json" "$scene/stored.json"
}

done=0 complete=0 threads=1
: >"$scene/phases"
while [ "$done" -lt "$kills" ] || [ "$complete" -eq 0 ]; do
    threads=$((3 - threads))
    start=$(now)
    (compare "$scene/run.db" "$scene/run" "$scene/run.json" "$threads") &
    # Two of three kills come early: the verdict takes most of the time, and the table is there only once. The others come
    # late enough for some runs to end: after those all begins anew. (Three, so that either number of threads has both.)
    limit=$(awk -v whole="$whole" -v late=$((done % 3 == 0)) 'BEGIN { print late ? 1.6 * whole : 0.3 * whole }')
    draw_below "$limit"
    if [ "$done" -lt "$kills" ] && kill_after $! "$seconds"; then
        done=$((done + 1))
        phase >>"$scene/phases"
        continue
    fi
    wait $! || fail "a resumed run failed: $(cat "$scene/run.json.error")"
    check
    complete=$((complete + 1))
    whole=$(awk -v a="$start" -v b="$(now)" -v old="$whole" 'BEGIN { print 0.7 * old + 0.3 * (b - a) }')
    rm -rf "$scene"/run*
done
echo "$done kills ($(sort "$scene/phases" | uniq -c | awk '{ printf "%s%d at %s", s, $1, $2; s = ", " }')), $complete whole runs with the same bytes"
