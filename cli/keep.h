/* keep.h - what a comparison leaves in a database: its trials, its run and its verdict. Without a
 * database nothing is kept. */
#ifndef CLI_KEEP_H
#define CLI_KEEP_H

#include "analysis/report/report.h"
#include "analysis/store/blocks.h"
#include "analysis/store/runs.h"

struct keeper {
    bool active; /* a database was given */
    struct store store;
    struct store_blocks blocks;
    struct block_store interface;
    int64_t run; /* 0: none begun */
};

/* Opens the database at `path` (NULL: nothing is kept) and begins a run in it. keeper_close is safe
 * after a failure. */
int keeper_open(struct keeper *self, const char *path, const struct case_file *case_file,
                const struct evidence *evidence, uint64_t seed, uint64_t trials,
                struct message *message);

/* Ends the run: `outcome` is the status of the whole command. */
void keeper_close(struct keeper *self, int outcome);

/* For reference_options.store: NULL where nothing is kept. */
const struct block_store *keeper_blocks(const struct keeper *self);

/* Stores the verdict of the run. */
int keeper_verdict(struct keeper *self, const struct verdict *verdict, struct message *message);

#endif
