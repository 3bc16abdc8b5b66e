#!/bin/sh
# Runs each test program named as an argument from the project's root, shows its output, and fails if any fails.
failed=0
for program in "$@"; do
    echo "== $program"
    "$program" || { failed=$((failed + 1)); echo "FAILED: $program" >&2; }
done
[ "$failed" -eq 0 ] || { echo "$failed test program(s) failed" >&2; exit 1; }
