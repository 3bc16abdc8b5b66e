/* rows.h - a filled reference table as the comparator wants it: uncertainty added, labelled, with
 * prior weights and names. */
#ifndef ANALYSIS_WEIGH_ROWS_H
#define ANALYSIS_WEIGH_ROWS_H

#include "analysis/infer/table.h"
#include "analysis/weigh/evidence.h"

struct rows {
    double *values;
    uint16_t *labels;
    double *prior; /* [n_classes], sums to 1: the scenarios' weights */
    const char **class_names, **column_names;
    uint16_t *families;
    struct table table; /* a view of the above */
};

/* Builds the rows. `seed` and `first_trial` are those with which the reference was filled: they fix
 * the noise of the facts. `threads` do not change the result. The caller frees with rows_free, also
 * after a failure. STATUS_RUN when memory runs out. */
int rows_build(struct rows *self, const struct case_file *case_file,
               const struct evidence *evidence, const struct reference *reference, uint64_t seed,
               uint64_t first_trial, unsigned threads, struct message *message);
void rows_free(struct rows *self);

#endif
