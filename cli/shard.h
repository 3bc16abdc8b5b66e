/* shard.h - parts of one comparison, computed apart and put together in a database. */
#ifndef CLI_SHARD_H
#define CLI_SHARD_H

#include "cli/comparison.h"

struct part {
    const struct comparison *what;
    const char *output;    /* database that the part goes into */
    const uint8_t *wanted; /* its blocks: reference_options.wanted */
    uint64_t of;           /* parts of the table, noted in the database for merge; 0: no note */
    bool quiet;
};

/* Computes what is missing of one part. */
int part_compute(const struct part *part, const struct case_file *case_file,
                 const struct evidence *evidence, struct message *message);

/* Where the remarks of stores go: standard error. */
extern const struct store_notice notice_on_error;

#endif
