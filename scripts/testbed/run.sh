#!/bin/sh
# A live test bed, loopback only: BIND as the authority, unbound or BIND as the resolver, Postfix as the gateway, swaks as three
# senders on a seeded schedule. Then replays what the gateway asked through the simulator and compares with the authority's fresh log.
#
#   scripts/testbed/run.sh [--stub] [--seconds N] [--keep] [unbound|unbound-prefetch|bind] [SEED]
#
#   --stub       no Postfix, no swaks: a small program asks what a gateway would ask
#   --seconds N  length of the schedule (60; 10 to 3600)
#   --keep       leaves the temporary folder with logs and recordings
#
# Needs root (for namespaces of its own) and Debian's packages bind9, unbound, postfix, swaks and tcpdump; no service of theirs has
# to run. NAMED, UNBOUND, POSTFIX, SWAKS and TCPDUMP name the programs if they stand elsewhere. Nothing leaves the network
# namespace: it has no interface but lo. Processes are stopped by their own ids, and end with their process namespace.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
export NAMED="${NAMED:-/usr/sbin/named}" UNBOUND="${UNBOUND:-/usr/sbin/unbound}" POSTFIX="${POSTFIX:-/usr/sbin/postfix}"
export SWAKS="${SWAKS:-/usr/bin/swaks}" TCPDUMP="${TCPDUMP:-/usr/bin/tcpdump}"
mxplain=${MXPLAIN:-build/mxplain}
sender=postfix
seconds=60
keep=0

stop() { echo "testbed: $1" >&2; exit 2; }

while [ $# -gt 0 ]; do
    case $1 in
    --stub) sender=stub ;;
    --seconds) [ $# -gt 1 ] || stop "--seconds wants a number"; seconds=$2; shift ;;
    --keep) keep=1 ;;
    -*) stop "unknown option \"$1\"; known: --stub, --seconds N, --keep" ;;
    *) break ;;
    esac
    shift
done
resolver=${1:-unbound}
seed=${2:-1}
case $resolver in unbound | unbound-prefetch | bind) ;; *) stop "unknown resolver \"$resolver\"; known: unbound, unbound-prefetch, bind" ;; esac
case $seconds in '' | *[!0-9]* | ?????*) stop "--seconds wants a number from 10 to 3600, not \"$seconds\"" ;; esac
if [ "$seconds" -lt 10 ] || [ "$seconds" -gt 3600 ]; then stop "--seconds wants a number from 10 to 3600, not \"$seconds\""; fi

[ "$(id -u)" = 0 ] || stop "needs root: it makes namespaces of its own"
for program in "$mxplain" "$NAMED" "$UNBOUND"; do
    [ -x "$program" ] || stop "$program is missing (make; Debian: apt-get install bind9 unbound)"
done
[ $sender = stub ] || for program in "$POSTFIX" "$SWAKS" "$TCPDUMP"; do
    [ -x "$program" ] || stop "$program is missing (Debian: apt-get install postfix swaks tcpdump); --stub does without"
done

bed=$(mktemp -d /tmp/mxplain-testbed.XXXXXX)
inside=""
# Ending process 1 of the namespace ends all of it, and `unshare` (which lets no other signal through) returns after the last one.
clean() {
    if [ -n "$inside" ]; then
        first=$(cat "/proc/$inside/task/$inside/children" 2>/dev/null || true)
        # shellcheck disable=SC2086
        kill -KILL ${first:-$inside} 2>/dev/null || true
        wait "$inside" 2>/dev/null || true
    fi
    if [ $keep = 1 ]; then echo "kept: $bed" >&2; else rm -rf "$bed"; fi
}
trap clean EXIT
trap 'exit 1' INT TERM HUP
chmod 755 "$bed" # Postfix's own user passes through it

set_window() { sed -i "s/from = \"[^\"]*\"; until = \"[^\"]*\"/from = \"$1\"; until = \"$2\"/" "$bed/bed.cfg"; }

# The schedule is the simulator's: its questions for the stub; for swaks, one mail where the simulated gateway asks for a PTR.
make_schedule() {
    cp -r scenarios/cases/recorded-gateway "$bed/recorded-gateway"
    cp "$here/bed.cfg" "$bed/bed.cfg"
    set_window 2026-01-01T00:00:00Z "$(date -u -d "2026-01-01 UTC + $seconds seconds" +%Y-%m-%dT%H:%M:%SZ)"
    "$mxplain" simulate "$bed/bed.cfg" --scenario bind --sensor stub --seed "$seed" >"$bed/schedule.csv"
    awk -F '[,T:]' '/in-addr/ { split($0, column, ","); split(column[3], label, "."); sub(/Z.*/, "", $4)
        printf "%.3f 127.0.0.%d mail%d.sender.test\n", $2 * 3600 + $3 * 60 + $4, label[1], label[1] - 20 }' "$bed/schedule.csv" >"$bed/mails"
    [ -s "$bed/mails" ] || stop "the schedule is empty"
}

make_files() {
    cp "$here"/zones/*.zone "$bed"
    mkdir -p "$bed/postfix/conf" "$bed/postfix/queue" "$bed/postfix/data"
    for file in "$here"/conf/*; do
        case $file in *.cf) folder=$bed/postfix/conf ;; *) folder=$bed ;; esac
        sed "s|@BED@|$bed|g" "$file" >"$folder/${file##*/}"
    done
    [ "$resolver" != unbound-prefetch ] || echo "  prefetch: yes" >>"$bed/unbound.conf"
    [ $sender = stub ] || chown postfix "$bed/postfix/data"
    [ $sender = postfix ] || ${CC:-cc} -O2 -D_GNU_SOURCE -o "$bed/ask" "$here/ask.c"
}

# What Postfix asked, against what the simulated gateway asks: PTR, then A, once per connection.
report_gateway() {
    connections=$(grep -c ': connect from ' "$bed/postfix/mail.log" || true)
    taken=$(grep -c . "$bed/sent" || true)
    echo "mails           $(grep -c . "$bed/mails") scheduled, ${taken:-0} taken by Postfix in $connections connections"
    "$TCPDUMP" -nn -r "$bed/clients.pcap" 2>/dev/null | awk '
        { type = name = ""
          for (i = 1; i < NF; i++) if ($i ~ /^[A-Z0-9]+[?]$/) { type = $i; name = $(i + 1) } }
        type == "PTR?" { split(name, label, "."); asked[label[1] - 20]++; ptr++; next }
        type == "A?" && name ~ /^mail[123][.]sender[.]test[.]$/ { host = substr(name, 5, 1)
          if (asked[host] > 0) { asked[host]--; a++; next } }
        { other++ }
        END { printf "gateway asked   %d PTR, %d A behind a PTR of its host, %d other\n", ptr, a, other }'
}

make_schedule
make_files
from=$(date -u +%Y-%m-%dT%H:%M:%SZ)
TZ=UTC unshare --net --mount --uts --pid --fork --kill-child --mount-proc \
    timeout -s KILL $((seconds + 60)) sh "$here/inside.sh" "$bed" "$resolver" "$sender" &
inside=$!
wait "$inside" || stop "the bed failed"
inside=""
until=$(date -u -d '+1 second' +%Y-%m-%dT%H:%M:%SZ)
set_window "$from" "$until"
[ "$resolver" != bind ] || sed -i 's/minimise = "a"/minimise = "ns"/' "$bed/bed.cfg"
[ -s "$bed/queries.log" ] || stop "the authority wrote no query log: $(tail -n 3 "$bed/authority.log" 2>/dev/null)"
asked=$bed/asked.csv
if [ $sender = postfix ]; then
    [ -s "$bed/sent" ] || stop "Postfix took no mail: $(tail -n 3 "$bed/swaks.log" "$bed/postfix/mail.log" 2>/dev/null)"
    asked=$bed/clients.pcap
    echo "gateway         Postfix $("${POSTFIX%/*}/postconf" -dh mail_version), mails by swaks"
    report_gateway
else
    echo "gateway         none: a seeded stub in its place (--stub)"
fi
"$mxplain" replay "$bed/bed.cfg" --scenario "$resolver" --queries "$asked" --against "$bed/queries.log" --timezone UTC 2>"$bed/reading" || {
    cat "$bed/reading" >&2
    exit 1
}
