/* reference.h - the reference table: every trial of every scenario, as raw statistics.
 *
 * Workers pull blocks of trial numbers; a block's rows land in their place by number, so the table
 * is the same for any number of workers and any order. Whoever wants to keep finished blocks, or
 * has some from an earlier run, hands in a block_store.
 */
#ifndef ANALYSIS_WEIGH_REFERENCE_H
#define ANALYSIS_WEIGH_REFERENCE_H

#include "analysis/config/case.h"
#include "analysis/statistics/statistic.h"

#define BLOCK_TRIALS 250 /* trials in one block; the last of a scenario may be shorter */

/* Where finished blocks come from and go to. Calls are serialised. */
struct block_store {
    void *context;
    /* Fills rows[n_rows * n_columns] and sets *found where the block is stored; leaves rows alone
     * otherwise. */
    int (*load)(void *context, uint32_t scenario, uint64_t first_trial, size_t n_rows,
                size_t n_columns, double *rows, bool *found, struct message *message);
    int (*save)(void *context, uint32_t scenario, uint64_t first_trial, size_t n_rows,
                size_t n_columns, const double *rows, struct message *message);
};

/* Told after every block, from any worker but never from two at once. `stop` may be set to end the
 * run early with STATUS_RUN (a signal, a time limit); finished blocks are kept. */
struct progress {
    void *context;
    void (*advance)(void *context, uint64_t trials_done, uint64_t trials_all);
    volatile const int *stop; /* NULL: never */
};

struct reference {
    size_t n_scenarios, n_columns;
    uint64_t trials; /* per scenario */
    double *raw; /* raw[(scenario * trials + trial) * n_columns + column]; NAN where a statistic is
                    undefined */
};

struct reference_options {
    uint64_t seed;
    uint64_t trials;      /* per scenario, at least 1 */
    uint64_t first_trial; /* number of the first trial: 0 for the table itself, beyond it for fresh
                             logs */
    unsigned threads;     /* at least 1 */
    /* One byte per block (reference_blocks), not 0 where it is to be filled; NULL: all. Where it is
     * given the blocks go into the store alone, and no table is kept in memory. */
    const uint8_t *wanted;
    const struct block_store *store; /* NULL: nothing is kept */
    const struct progress *progress; /* NULL: nobody is told */
};

/* Blocks of a table: numbered scenario by scenario, in the order of their trials. */
uint64_t reference_blocks_per_scenario(uint64_t trials);
uint64_t reference_blocks(const struct case_file *case_file, uint64_t trials);

/* Fills the table for all scenarios of the case and the n requests. The caller frees with
 * reference_free, also after a failure. STATUS_RUN when memory runs out, a trial fails, the store
 * fails or the run is stopped. With options->wanted raw is NULL. */
int reference_fill(struct reference *self, const struct case_file *case_file,
                   const struct statistic_request *requests, size_t n,
                   const struct reference_options *options, struct message *message);
void reference_free(struct reference *self);

#endif
