/* fit.h - can a class produce the observed vector at all? "None of these" beside the probabilities.
 *
 * Probabilities compare the classes with each other; they say nothing if all are wrong. Here every
 * class is asked alone. Its rows are split into three disjoint sets: A gives location, scatter and
 * neighbours; B gives the null distribution of each distance; C gives the null distribution of
 * their combination. The observation is treated exactly as a row of C, so the p-value
 * (k + 1) / (n + 1) of one split is uniform (at worst conservative) if the observation comes from
 * the class.
 *
 * The p-value that counts is the mean over FIT_SPLITS splits: in each of FIT_ROUNDS random orders
 * of the rows the three roles rotate, so that every row is once in C (up to the caps). That leaves
 * less to the accidents of one split and of the rows. The mean of uniform p-values, however they
 * depend on each other, is below a level at most twice as often as the level says, and averaged
 * over the levels up to any bound not more often (Vovk and Wang 2020: combining p-values via
 * averaging); measured on own rows it is conservative.
 *
 * Distances, all in the class's own prepared space:
 *
 * - mahalanobis: regularised, from the mean of A;
 * - energy: mean Euclidean distance to the rows of A (the energy distance of one point, up to a
 *   constant);
 * - nearest: mean distance to the nearest rows of A, after whitening;
 * - marginal: the most extreme single statistic, also where the class never varies or never gives
 *   a value;
 * - local: "nearest" over the same of those neighbours, as in the local outlier factor (Breunig and
 *   others 2000): the local predictive, which asks whether the point lies among the rows most like
 *   it, not only in the whole cloud.
 *
 * They depend on each other, so they are combined by the greatest of their tail scores, whose own
 * null distribution is that of C.
 */
#ifndef ANALYSIS_INFER_FIT_H
#define ANALYSIS_INFER_FIT_H

#include "analysis/infer/prepare.h"
#include "analysis/infer/table.h"

enum { FIT_ROTATIONS = 3, FIT_ROUNDS = 2, FIT_SPLITS = FIT_ROTATIONS * FIT_ROUNDS };

enum fit_distance {
    FIT_MAHALANOBIS,
    FIT_ENERGY,
    FIT_NEAREST,
    FIT_MARGINAL,
    FIT_LOCAL,
    FIT_DISTANCES
};

/* Name for reports. */
const char *fit_distance_name(enum fit_distance distance);

struct fit_options {
    uint64_t seed;
    unsigned threads;
    size_t reference_rows_max; /* set A of each split */
    size_t null_rows_max;      /* set C; B has at most half as many */
    const double *observed;    /* or NULL: statistics that are not finite there are left out */
};

/* Seed 1, one thread, 1,000 rows of each set. */
void fit_options_init(struct fit_options *options);

/* What is kept of one split of one class. */
struct fit_model {
    size_t n_reference, n_calibration, n_null;
    struct prepare prepare;
    size_t n_inputs;
    double *constant;     /* per column: the class's only value; NaN where it varies or has none */
    double *column_scale; /* per column: its robust spread over all classes, positive */
    double *whitening;    /* lower triangle of the inverse Cholesky factor, n_inputs x n_inputs */
    double *mean;         /* n_inputs */
    double *plain;        /* set A, prepared: n_reference x n_inputs */
    double *white;        /* set A, whitened */
    double *white_square; /* squared lengths of its rows */
    double *plain_square; /* the same for the rows of `plain` */
    double *spacing;      /* per row of A: mean distance to its nearest others */
    size_t n_near;
    double *calibration[FIT_DISTANCES]; /* set B, ascending */
    double *null;                       /* set C: greatest tail score of each row, ascending */
    double *column_value; /* all finite values of the class per column, ascending: [column_start[c],
                             column_start[c+1]); in the first split only */
    size_t *column_start;
};

struct fit_models {
    size_t n_classes, n_columns;
    struct fit_model *model; /* model[class * FIT_SPLITS + split] */
    uint8_t *is_used;        /* per column: not left out by the observation */
};

/* Prepares all classes of the table. Fails with STATUS_RUN (memory) or STATUS_INPUT (a class
 * without rows). On failure *self may still be given to fit_models_free. */
int fit_models_init(struct fit_models *self, const struct table *table,
                    const struct fit_options *options, struct message *message);

void fit_models_free(struct fit_models *self);

/* One statistic of one class against the observation. */
struct fit_statistic {
    size_t column;
    double observed;
    double median, low,
        high; /* of the class: 50 %, 2.5 % and 97.5 % quantiles; NaN if it never gives a value */
    double tail_p; /* two-sided, (k + 1) / (n + 1) each side, doubled, at most 1 */
    double excess; /* distance outside the band in its half-widths, 0 inside: orders equal tail_p */
};

struct class_fit {
    double distance_p[FIT_DISTANCES]; /* mean over the splits, like all p-values here */
    double p_value;                   /* of the combination */
    double p_low, p_high; /* 95 % Monte Carlo interval of p_value: where its mean over all tables of
                             as many rows lies; holds another table's p in nine of ten cases or
                             more; never below least_p */
    double least_p;       /* the smallest p-value that the class's rows allow: 1 / (n_null + 1) */
    double holm_p;        /* adjusted over the classes (Holm 1979) */
    int fits;             /* holm_p is above 0.05 and not every class is rejected at 0.05: there is
                             "none of these" exactly where no class fits */
    struct fit_statistic *statistic; /* worst first */
    size_t n_statistics;
};

struct fit {
    size_t n_classes;
    struct class_fit *class;
    double p_value; /* none of these: the greatest p-value over the classes (intersection-union
                       test, so no correction) */
    double p_low, p_high;         /* its Monte Carlo interval: the greatest ends over the classes */
    double holm_p;                /* the greatest adjusted one, more cautious */
    int rejected_05, rejected_01; /* every class is rejected at this level */
};

/* Tests one observation (n_columns raw values). On failure (memory) *out may still be given to
 * fit_free. */
int fit_test(const struct fit_models *models, const double *observed, struct fit *out,
             struct message *message);

void fit_free(struct fit *self);

/* Holm's step-down adjusted p-values of n tests. `order` is work space for n numbers. */
void holm_adjust(const double *p, size_t n, size_t *order, double *adjusted);

#endif
