#!/bin/sh
# A live test bed, loopback only: BIND as the authority, unbound or BIND as the resolver, a seeded stub in the place of the gateway.
# Runs for two minutes, then replays what the stub asked through the simulator and compares with the authority's fresh log.
#
#   scripts/testbed/run.sh [unbound|unbound-prefetch|bind] [SEED]
#
# Needs root (for a network namespace of its own) and Debian's packages bind9 and unbound. NAMED and UNBOUND name the programs if
# they stand elsewhere. Nothing leaves the namespace: it has no interface but lo. Processes are stopped by their own ids.
set -eu
resolver=${1:-unbound}
seed=${2:-1}
here=$(cd "$(dirname "$0")" && pwd)
named=${NAMED:-/usr/sbin/named}
unbound=${UNBOUND:-/usr/sbin/unbound}
mxplain=${MXPLAIN:-build/mxplain}

stop() { echo "testbed: $1" >&2; exit 2; }
[ "$(id -u)" = 0 ] || stop "needs root: it makes a network namespace"
for program in "$named" "$unbound" "$mxplain"; do
    [ -x "$program" ] || stop "$program is missing (Debian: apt-get install bind9 unbound; make)"
done
case $resolver in unbound | unbound-prefetch | bind) ;; *) stop "unknown resolver \"$resolver\"; known: unbound, unbound-prefetch, bind" ;; esac

bed=$(mktemp -d /tmp/mxplain-testbed.XXXXXX)
trap 'rm -rf "$bed"' EXIT
cp "$here"/zones/*.zone "$bed"
${CC:-cc} -O2 -D_GNU_SOURCE -o "$bed/ask" "$here/ask.c"
cp -r scenarios/cases/recorded-gateway "$bed/recorded-gateway"
cp "$here/bed.cfg" "$bed/bed.cfg"
"$mxplain" simulate "$bed/bed.cfg" --scenario bind --sensor stub --seed "$seed" >"$bed/schedule.csv"

cat >"$bed/authority.conf" <<END
options { directory "$bed"; pid-file "$bed/authority.pid"; session-keyfile "$bed/session1.key"; listen-on { 127.0.0.11; };
  listen-on-v6 { none; }; recursion no; dnssec-validation no; querylog yes; };
controls { };
logging { channel q { file "$bed/queries.log"; print-time yes; print-category yes; print-severity yes; };
  category queries { q; }; channel g { file "$bed/authority.log"; }; category default { g; }; };
zone "." { type primary; file "root.zone"; };
zone "test" { type primary; file "test.zone"; };
zone "sender.test" { type primary; file "sender.zone"; };
zone "127.in-addr.arpa" { type primary; file "127.zone"; };
END
printf '. 3600000 NS ns.test.\nns.test. 3600000 A 127.0.0.11\n' >"$bed/root.hints"
cat >"$bed/bind.conf" <<END
options { directory "$bed"; pid-file "$bed/resolver.pid"; session-keyfile "$bed/session2.key"; listen-on { 127.0.0.12; };
  listen-on-v6 { none; }; query-source address 127.0.0.12; recursion yes; allow-recursion { 127.0.0.0/8; };
  empty-zones-enable no; dnssec-validation no; };
controls { };
logging { channel g { file "$bed/resolver.log"; }; category default { g; }; };
zone "." { type hint; file "root.hints"; };
END
cat >"$bed/unbound.conf" <<END
server:
  directory: "$bed"
  chroot: ""
  username: ""
  pidfile: "$bed/unbound.pid"
  interface: 127.0.0.12
  outgoing-interface: 127.0.0.12
  access-control: 127.0.0.0/8 allow
  do-ip6: no
  do-daemonize: no
  do-not-query-localhost: no
  module-config: "iterator"
  root-hints: "$bed/root.hints"
  local-zone: "test." nodefault
  local-zone: "127.in-addr.arpa." nodefault
  use-syslog: no
  logfile: "$bed/unbound.log"
  num-threads: 1
END
[ "$resolver" = unbound-prefetch ] && echo "  prefetch: yes" >>"$bed/unbound.conf"
if [ "$resolver" = bind ]; then
    start_resolver="\"$named\" -f -c \"$bed/bind.conf\""
else
    start_resolver="\"$unbound\" -d -c \"$bed/unbound.conf\""
fi
cat >"$bed/inside.sh" <<END
ip link set lo up
for host in 11 12 31; do ip address add 127.0.0.\$host/32 dev lo; done
"$named" -f -c "$bed/authority.conf" & authority=\$!
$start_resolver & resolver=\$!
sleep 2
timeout 300 "$bed/ask" 127.0.0.12 127.0.0.31 <"$bed/schedule.csv" >"$bed/asked.csv" || true
sleep 1
kill \$resolver \$authority
wait
END
from=$(date -u +%Y-%m-%dT%H:%M:%SZ)
TZ=UTC unshare -n sh "$bed/inside.sh"
until=$(date -u -d '+1 second' +%Y-%m-%dT%H:%M:%SZ)
sed -i "s/from = \"[^\"]*\"; until = \"[^\"]*\"/from = \"$from\"; until = \"$until\"/" "$bed/bed.cfg"
[ -s "$bed/queries.log" ] || stop "the authority wrote no query log: $(tail -n 3 "$bed/authority.log" 2>/dev/null)"
"$mxplain" replay "$bed/bed.cfg" --scenario "$resolver" --queries "$bed/asked.csv" --against "$bed/queries.log" 2>"$bed/reading" || {
    cat "$bed/reading" >&2
    exit 1
}
