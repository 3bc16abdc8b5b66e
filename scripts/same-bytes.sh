#!/bin/sh
# Builds with gcc and clang, -O0 and -O3, with and without sanitizers. In each: the test of golden
# digests (logs and statistics of the first trials of every scenario), and a small comparison by two
# threads whose table, as it stands in the database, and whose verdict must be those of the first
# build. Builds go below build/bytes.
set -eu
status=0
scene=$(mktemp -d /tmp/mxplain-bytes-XXXXXX)
trap 'rm -rf "$scene"' EXIT
case=scenarios/cases/alfa-2016.cfg

other() { # name, what
    echo "OTHER BYTES: $1: $2"
    status=1
}
# Digests and checksums of blocks depend on the sources too; the rows do not.
table() {
    sqlite3 "$1" "SELECT scenario, first_trial, hex(rows) FROM blocks ORDER BY 1, 2" | cksum
}
check() { # name, make settings...
    name=$1
    build=build/bytes/$1
    shift
    make -s -j2 BUILD="$build" "$@" all "$build/tests/golden/test_bytes" >/dev/null
    "$build/tests/golden/test_bytes" >"$build.log" 2>&1 || other "$name" "golden digests ($build.log)"
    "$build/mxplain" simulate $case --scenario marketing-blast --seed 2 >"$scene/log"
    [ -e "$scene/log.csv" ] || cp "$scene/log" "$scene/log.csv"
    cmp -s "$scene/log" "$scene/log.csv" || other "$name" "a log of $case"
    "$build/mxplain" compare $case --log "$scene/log.csv" --trials 100 --threads 2 -q --json \
        --db "$scene/$name.db" >"$scene/$name.json"
    if command -v sqlite3 >/dev/null 2>&1; then
        table "$scene/$name.db" >"$scene/table"
        [ -e "$scene/table.first" ] || cp "$scene/table" "$scene/table.first"
        cmp -s "$scene/table" "$scene/table.first" || other "$name" "the table of $case"
    fi
    [ -e "$scene/verdict.first" ] || cp "$scene/$name.json" "$scene/verdict.first"
    cmp -s "$scene/$name.json" "$scene/verdict.first" || other "$name" "the verdict on $case"
    echo "checked: $name"
}
check gcc-O0 CC=gcc OPT=-O0
check gcc-O3 CC=gcc OPT=-O3
check gcc-sanitized CC=gcc OPT=-O1 SANITIZE=-fsanitize=address,undefined
if command -v clang >/dev/null 2>&1; then
    check clang-O0 CC=clang OPT=-O0
    check clang-O3 CC=clang OPT=-O3
    check clang-sanitized CC=clang OPT=-O1 SANITIZE=-fsanitize=address,undefined
else
    echo "no clang here: not checked"
fi
[ $status -ne 0 ] || echo "the same bytes everywhere"
exit $status
