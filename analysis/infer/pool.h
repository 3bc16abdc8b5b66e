/* pool.h - the logarithmic pool: one answer from several classifiers.
 *
 * The members' log evidences are added up with weights that are not negative. Their sum is free, so
 * the pool also corrects over- and under-confidence (temperature scaling, Guo and others 2017). A
 * slope and a bias per class follow, close to 1 and 0: for two classes this is beta calibration
 * (Kull, Silva Filho and Flach 2017), which may bend one end of the scale and not the other. All
 * are learnt on rows that no member has seen.
 */
#ifndef ANALYSIS_INFER_POOL_H
#define ANALYSIS_INFER_POOL_H

#include "analysis/infer/members.h"

struct pool {
    size_t n_members, n_classes;
    double weight[MEMBERS_MAX];
    double *bias;      /* per class */
    double *slope;     /* per class */
    double *log_share; /* per class */
};

/* Log evidences of held-out rows: evidence[member][row * n_classes + class] = log probability - log
 * share. */
struct pool_rows {
    size_t n_rows, n_members, n_classes;
    const double *evidence[MEMBERS_MAX];
    const uint16_t *label;
    const uint8_t *fold;
    const double
        *log_share; /* per class: log of its share among the rows that the members were fitted on */
};

/* Learns on all rows but those of `fold_out` (REPLICAS: on all). With `only` < n_members the other
 * members get weight 0. The search starts at `start`, a pool of the same members on other rows, or,
 * where that is NULL, at equal weights. On failure *self may still be given to pool_free. */
int pool_init(struct pool *self, const struct pool_rows *rows, size_t fold_out, size_t only,
              const struct pool *start, struct message *message);

void pool_free(struct pool *self);

/* Pooled log evidences of one row, up to a constant: evidence[member] points to the row's n_classes
 * values. */
void pool_row(const struct pool *self, const double *const evidence[], double *out);

/* Makes the pool say nothing: weights and biases 0. */
void pool_silence(struct pool *self);

#endif
