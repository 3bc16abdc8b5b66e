/* toy.h - problems whose posterior is known exactly: the standing self-check of the comparator.
 *
 * Each problem simulates its models, gives the statistics that are sufficient for the choice
 * between them, and knows the exact log evidences of one data set. A problem is one constant
 * descriptor and a row in `toys`.
 */
#ifndef ANALYSIS_INFER_TOY_H
#define ANALYSIS_INFER_TOY_H

#include "analysis/infer/generator.h"
#include "sim/status.h"

#include <stddef.h>

enum { TOY_MODELS_MAX = 4, TOY_STATISTICS_MAX = 12 };

struct toy {
    const char *name;
    const char *summary;
    size_t n_models, n_statistics; /* no statistics: exact evidences only */
    const char *model_name[TOY_MODELS_MAX];
    /* Draws parameters and data of a model and writes the statistics. */
    void (*simulate)(size_t model, struct generator *generator, double *statistic);
    /* The statistics of the problem's own data set. */
    void (*observe)(double *statistic);
    /* Exact log evidences of that data set, one per model. */
    int (*evidence)(double *log_evidence, struct message *message);
};

/* NULL-terminated. */
extern const struct toy *const toys[];

struct toy_result {
    double log_evidence[TOY_MODELS_MAX];
    double exact[TOY_MODELS_MAX];        /* posterior for equal priors */
    double answer[TOY_MODELS_MAX];       /* the comparator's; NaN without statistics */
    double answer_error[TOY_MODELS_MAX]; /* its stated Monte Carlo error */
    double largest_gap; /* greatest |answer - exact| in stated errors (at least 0.005 each); NaN
                           without */
};

/* Simulates `rows` rows per model, fits the comparator and compares. The bytes depend on seed and
 * rows only. */
int toy_run(const struct toy *toy, size_t rows, uint64_t seed, unsigned threads,
            struct toy_result *out, struct message *message);

#endif
