#!/bin/sh
# cppcheck over the sources named as arguments, then clang-tidy's analyser where it is installed.
set -eu
cppcheck --quiet --std=c11 --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
    --suppress=missingIncludeSystem -I. -D_GNU_SOURCE "$@"
if command -v clang-tidy >/dev/null 2>&1; then
    clang-tidy --quiet --checks='-*,clang-analyzer-*,bugprone-*,-bugprone-easily-swappable-parameters,-bugprone-narrowing-conversions' \
        "$@" -- -std=c11 -I. -D_GNU_SOURCE $(pkg-config --cflags gsl libconfig sqlite3 jansson zlib)
fi
