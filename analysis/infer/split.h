/* split.h - which rows are used for fitting and which are held out. */
#ifndef ANALYSIS_INFER_SPLIT_H
#define ANALYSIS_INFER_SPLIT_H

#include "analysis/infer/table.h"
#include "sim/status.h"

enum { CLASS_ROWS_MIN = 10 };

/* Row numbers in random order, split class by class, so that every class keeps its share in each
 * part and in each fold. */
struct split {
    size_t n_fit, n_hold;
    uint32_t *fit, *hold;          /* row numbers of the table */
    uint8_t *fit_fold, *hold_fold; /* folds in [0, REPLICAS) */
    size_t n_unused;               /* rows beyond the caps */
};

/* Holds out `share` of each class (at least two rows), at most `hold_max` rows in all; fits on the
 * others, at most `fit_max`. Depends on the seed and the labels alone. On failure *self may still
 * be given to split_free. */
int split_init(struct split *self, const struct table *table, double share, size_t fit_max,
               size_t hold_max, uint64_t seed, struct message *message);

void split_free(struct split *self);

#endif
