#!/bin/sh
# The part of run.sh that runs inside the namespaces (network, mounts, host name, processes): starts the servers, sends, stops them.
#
#   inside.sh BED RESOLVER SENDER     (RESOLVER: unbound, unbound-prefetch, bind; SENDER: postfix, stub)
#
# Its process namespace ends with it, and with that whatever it should leave running.
set -u
bed=$1
resolver=$2
sender=$3
started=""

fail() { echo "testbed: $1" >&2; exit 1; }

# Stops what was started, by process id, last first.
stop_all() {
    for process in $started; do kill "$process" 2>/dev/null; done
    for process in $started; do wait "$process" 2>/dev/null; done
    started=""
}
trap stop_all EXIT

# Waits up to some 10 s until a server takes a TCP connection at an address.
wait_for() {
    for _ in $(seq 50); do
        perl -MIO::Socket::INET -e 'exit !IO::Socket::INET->new(PeerAddr => $ARGV[0], Timeout => 1)' "$1" && return 0
        sleep 0.2
    done
    fail "nothing answers at $1 ($2)"
}

# Loopback and the names of the bed. Questions to the resolver leave from the gateway's address, so the authority's own
# recording and the clients' can be told apart.
make_network() {
    ip link set lo up
    for host in 11 12 21 22 23 31; do ip address add "127.0.0.$host/32" dev lo; done
    ip route replace local 127.0.0.12 dev lo table local src 127.0.0.31
    hostname gw.receiver.test
    echo "nameserver 127.0.0.12" >"$bed/resolv.conf"
    printf '127.0.0.1 localhost\n127.0.0.31 gw.receiver.test gw\n' >"$bed/hosts"
    echo "hosts: files dns" >"$bed/nsswitch.conf"
    for file in resolv.conf hosts nsswitch.conf; do
        mount --bind "$bed/$file" "/etc/$file" || fail "cannot put $bed/$file over /etc/$file"
    done
}

# The authority answers before the resolver asks it for the root.
start_servers() {
    "$NAMED" -f -c "$bed/authority.conf" &
    started="$!"
    wait_for 127.0.0.11:53 authority
    if [ "$resolver" = bind ]; then
        "$NAMED" -f -c "$bed/bind.conf" &
    else
        "$UNBOUND" -d -c "$bed/unbound.conf" &
    fi
    started="$! $started"
    wait_for 127.0.0.12:53 "$resolver"
}

# One mail through swaks; a line in `sent` says that the gateway took it.
send_one() {
    "$SWAKS" --server 127.0.0.31 --local-interface "$1" --helo "$2" --from user@sender.test --to user@receiver.test \
        --timeout 20 --silent 2 >>"$bed/swaks.log" 2>&1 && echo "$1" >>"$bed/sent"
}

# The rows of `mails` are: seconds after the start, the sender's address, its name.
send_all() {
    start=$(date +%s.%N)
    senders=""
    while read -r offset address name; do
        sleep "$(date +%s.%N | awk -v start="$start" -v offset="$offset" '{ w = start + offset - $1; print (w > 0 ? w : 0) }')"
        send_one "$address" "$name" &
        senders="$senders $!"
    done <"$bed/mails"
    for process in $senders; do wait "$process"; done
}

run_postfix() {
    "$TCPDUMP" -i lo -n -U -Z root -w "$bed/clients.pcap" "udp and dst host 127.0.0.12 and dst port 53 and src host 127.0.0.31" \
        2>"$bed/tcpdump.log" &
    started="$! $started"
    "$POSTFIX" -c "$bed/postfix/conf" start >"$bed/postfix/start.log" 2>&1 ||
        fail "Postfix does not start: $(cat "$bed/postfix/start.log" "$bed/postfix/mail.log" 2>/dev/null | tail -n 5)"
    wait_for_line "$bed/tcpdump.log" listening
    send_all
    sleep 1
    "$POSTFIX" -c "$bed/postfix/conf" stop >>"$bed/postfix/start.log" 2>&1
}

wait_for_line() {
    for _ in $(seq 50); do
        grep -q "$2" "$1" 2>/dev/null && return 0
        sleep 0.2
    done
    fail "no \"$2\" in $1: $(tail -n 3 "$1" 2>/dev/null)"
}

make_network
start_servers
if [ "$sender" = postfix ]; then
    run_postfix
else
    "$bed/ask" 127.0.0.12 127.0.0.31 <"$bed/schedule.csv" >"$bed/asked.csv" || fail "the stub could not send"
    sleep 1
fi
