# For the torture scripts: a folder of its own with a small case, random numbers, and comparing.
# Sourced, not run. Sets: scene, case, kills.
kills=${TORTURE_KILLS:-100}
seed=${TORTURE_SEED:-$$}
echo "$0: $kills kills, TORTURE_SEED=$seed"
scene=$(mktemp -d /tmp/mxplain-torture-XXXXXX)
trap 'rm -rf "$scene"' EXIT
trap 'exit 1' INT TERM
cp -r scenarios "$scene/"
case=$scene/scenarios/cases/quick.cfg
sed -e '/^  scenarios = (/,/^  );/d' -e '/^  groups = (/,/^  );/d' \
    -e 's/^  evidence  = /  scenarios = ("marketing-blast", "spam-rejection-loop", "private-channel", "background-only");\n&/' \
    scenarios/cases/alfa-2016.cfg >"$case"

# Sets `seconds` to a number below $1, with milliseconds; the same sequence for the same seed. No
# output: a command substitution would draw in a shell of its own, and the same number every time.
draw_below() {
    seed=$(((seed * 1103515245 + 12345) % 2147483648))
    seconds=$(awk -v r="$seed" -v limit="$1" 'BEGIN { printf "%.3f", limit * r / 2147483648 }')
}

now() { date +%s.%N; }

fail() {
    echo "$0: $*" >&2
    exit 1
}

# Kills process $1 after $2 seconds. 0: it was still there. The shell's own remark goes nowhere.
kill_after() {
    sleep "$2"
    kill -KILL "$1" 2>/dev/null || { wait "$1" 2>/dev/null; return 1; }
    wait "$1" 2>/dev/null
    [ $? -gt 128 ]
}
