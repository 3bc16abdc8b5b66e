#!/bin/sh
# A comparison by several MPI processes: the same bytes as by one, whatever is killed or broken.
#   tests/torture/mpi.sh PROGRAM      built with MPI=1; TORTURE_KILLS (100), TORTURE_SEED
set -eu
program=${1:-build/mpi/mxplain}
command -v mpirun >/dev/null 2>&1 || { echo "no mpirun here: MPI is not tested"; exit 0; }
ldd "$program" | grep -q libmpi || { echo "$program is built without MPI=1: MPI is not tested"; exit 0; }
. tests/torture/scene.sh
OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
OMPI_MCA_rmaps_base_oversubscribe=1 OPENBLAS_NUM_THREADS=1
export OMPI_ALLOW_RUN_AS_ROOT OMPI_ALLOW_RUN_AS_ROOT_CONFIRM OMPI_MCA_rmaps_base_oversubscribe OPENBLAS_NUM_THREADS
db=$scene/all.db

given="compare $case --trials 500 --seed 3 -q --json"
"$program" $given >"$scene/expected"

ranks() { # number of processes, then more options
    n=$1
    shift
    mpirun -n "$n" "$program" $given --db "$db" "$@" >"$scene/out" 2>"$scene/error"
}
same() { # what
    cmp -s "$scene/out" "$scene/expected" || { cp "$scene/out" "$scene/expected" /tmp; fail "other bytes: $1"; }
    [ -z "$(ls "$scene" | grep -E 'rank-[0-9]+(-wal|-shm|-journal)?$')" ] || fail "files of ranks are left: $1"
}
well() { # what, number of processes, more options
    what=$1
    shift
    ranks "$@" || fail "$what: $(cat "$scene/error")"
    same "$what"
}
said() { # what, text
    grep -q "$2" "$scene/error" || fail "$1: \"$2\" expected: $(cat "$scene/error")"
}

for n in 1 2 3; do
    rm -f "$db"
    well "$n processes" "$n"
done
well "all is there already" 2
[ "$(sqlite3 "$db" 'SELECT count(*) FROM blocks')" = 8 ] || fail "blocks were computed twice"
rm -f "$db"
"$program" shard "$case" --trials 500 --seed 3 -q --of 2 --index 1 -o "$db"
well "half of it is there already" 3 --threads 2

# Files of ranks that are broken, foreign, or in use.
rm -f "$db"
head -c 20000 /dev/urandom >"$db.rank-0"
well "a rank's file is no database" 2
said "a rank's file is no database" 'is now .*all.db.rank-0.damaged'
rm -f "$db"*
"$program" shard "$case" --trials 500 --seed 3 -q --of 1 --index 0 -o "$db.rank-1"
dd if=/dev/urandom of="$db.rank-1" bs=1 seek=40000 count=3000 conv=notrunc 2>/dev/null
well "a rank's file is damaged inside" 2
rm -f "$db"*
"$program" shard "$case" --trials 500 --seed 4 -q --of 1 --index 0 -o "$db.rank-7"
well "a rank's file of another seed, and of more processes" 2
[ "$(sqlite3 "$db" 'SELECT count(DISTINCT digest) FROM blocks')" = 2 ] || fail "finished trials of another seed are lost"
rm -f "$db"
mkdir "$db.rank-1"
ranks 2 && fail "a rank that cannot write: no failure"
said "a rank that cannot write" 'process 2 of 2: .*rank-1: cannot be opened'
rmdir "$db.rank-1"
well "after a rank that could not write" 2
mpirun -n 2 "$program" $given >"$scene/out" 2>"$scene/error" && fail "no --db: no failure"
said "no --db" 'need --db FILE'

# Kills: one process, or mpirun itself with all.
start=$(now)
rm -f "$db"
well "timing" 2
whole=$(awk -v a="$start" -v b="$(now)" 'BEGIN { print 1.02 * (b - a) }')
rm -f "$db"
done=0 complete=0
while [ "$done" -lt "$kills" ] || [ "$complete" -eq 0 ]; do
    n=$((2 + done % 2))
    start=$(now)
    mpirun -n "$n" "$program" $given --db "$db" >"$scene/out" 2>"$scene/error" &
    job=$!
    if [ "$done" -lt "$kills" ]; then
        draw_below "$whole"
        sleep "$seconds"
        victim=$job
        if [ $((done % 3)) -lt 2 ]; then
            victim=$(pgrep -P "$job" | sed -n "$((1 + done % n))p")
        fi
        kill -KILL "${victim:-$job}" 2>/dev/null || :
    fi
    if wait "$job" 2>/dev/null; then
        same "after kills"
        complete=$((complete + 1))
        whole=$(awk -v a="$start" -v b="$(now)" -v old="$whole" 'BEGIN { print 0.7 * old + 0.3 * (b - a) }')
        rm -f "$db"*
    else
        done=$((done + 1))
        # what mpirun leaves when it is killed itself ends by itself
        for i in 1 2 3 4 5 6 7 8 9 10; do
            pgrep -f "$program compare $case " >/dev/null || break
            sleep 0.2
        done
    fi
done
echo "MPI: $done kills, $complete whole runs with the same bytes"
