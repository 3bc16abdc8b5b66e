#!/bin/sh
# Builds with gcc and clang, -O0 and -O3, and with sanitizers, and runs the test of golden digests
# in each: the same bytes from all. Builds go below build/bytes.
set -eu
status=0
check() { # name, make settings...
    name=$1
    shift
    make -s -j2 BUILD="build/bytes/$name" "$@" "build/bytes/$name/tests/golden/test_bytes" >/dev/null
    if "build/bytes/$name/tests/golden/test_bytes" >"build/bytes/$name.log" 2>&1; then
        echo "same bytes: $name"
    else
        echo "OTHER BYTES: $name (build/bytes/$name.log)"
        status=1
    fi
}
check gcc-O0 CC=gcc OPT=-O0
check gcc-O3 CC=gcc OPT=-O3
check gcc-sanitized CC=gcc OPT=-O1 SANITIZE=-fsanitize=address,undefined
if command -v clang >/dev/null 2>&1; then
    check clang-O0 CC=clang OPT=-O0
    check clang-O3 CC=clang OPT=-O3
else
    echo "no clang here: not checked"
fi
exit $status
