/* shard.h - parts of one comparison, computed apart and put together in a database. */
#ifndef CLI_SHARD_H
#define CLI_SHARD_H

#include "analysis/weigh/evidence.h"

struct part {
    const char *output; /* database that the part goes into */
    uint64_t of, index; /* part `index` (from 0) of `of` */
    uint64_t trials;    /* per scenario, of all parts together */
    uint64_t seed, threads;
    bool quiet;
};

/* Computes what is missing of one part. */
int part_compute(const struct part *part, const struct case_file *case_file,
                 const struct evidence *evidence, struct message *message);

/* The whole table by all processes of an MPI run: each fills `DB.rank-K`, the first then gathers
 * them in DB and removes them. Every process must call it. `whole` names DB, trials and seed; its
 * `of` and `index` do not count. Where it fails the ranks' files stay, and the same command goes
 * on with them. */
int part_compute_by_ranks(const struct part *whole, const struct case_file *case_file,
                          const struct evidence *evidence, struct message *message);

#endif
