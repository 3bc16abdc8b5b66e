/* fit_internal.h - shared by fit.c and fit_model.c. */
#ifndef ANALYSIS_INFER_FIT_INTERNAL_H
#define ANALYSIS_INFER_FIT_INTERNAL_H

#include "analysis/infer/fit.h"

#define FIT_BLOCK 32 /* rows that are measured together */

/* All distances of n_rows raw rows, at most FIT_BLOCK, to a class, in single precision. `work`
 * holds fit_work_size(model) doubles. */
void fit_distances(const struct fit_model *model, const double *const *raw, size_t n_rows,
                   double *work, double (*distance)[FIT_DISTANCES]);

size_t fit_work_size(const struct fit_model *model);

/* Share of a class's sorted null values at least as great: (k + 1) / (n + 1). */
double upper_tail_p(const double *sorted, size_t n, double value);

/* Greatest of the distances' tail scores, each against set B; writes their plain p-values. */
double worst_score(const struct fit_model *model, const double distance[FIT_DISTANCES],
                   double p[FIT_DISTANCES]);

/* Fits one split of one class on its rows (in random order): the first are A, the next B, the next
 * C; n_rows at least 1. */
int fit_model_init(struct fit_model *self, const struct table *table, const uint32_t *rows,
                   size_t n_rows, const double *column_scale, const struct fit_options *options,
                   struct message *message);

/* Keeps the class's values for the description of single statistics. */
int fit_model_keep_columns(struct fit_model *self, const struct table *table, const uint32_t *rows,
                           size_t n_rows, struct message *message);

void fit_model_free(struct fit_model *self);

#endif
