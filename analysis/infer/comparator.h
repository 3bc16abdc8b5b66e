/* comparator.h - which class (scenario, model) made the observed vector of statistics, and how sure
 * may one be?
 *
 * The one interface to classification over a reference table. Several unlike classifiers
 * (members.h) are fitted on most of the rows; a logarithmic pool combines them with weights learnt
 * on rows that none of them has seen; the same held-out rows, scored by pools that have not seen
 * them either (five folds), give the certificate and the conformal sets.
 *
 * Usage:
 *     struct comparator_options options;
 *     comparator_options_init(&options);
 *     options.seed = seed;
 *     options.observed = observed;                   // statistics missing there are left out for
 * every class struct comparator comparator; code = comparator_fit(&comparator, &table, &options,
 * &message); struct prediction prediction; code = prediction_init(&prediction, table.n_classes,
 * &message); code = comparator_predict(&comparator, observed, &prediction, &message);
 *     ... prediction.probability[class] ...
 *     code = comparator_certificate(&comparator, &prediction, 1000, &certificate, &message);
 *
 * The same table, options and seed give the same bytes for any number of threads. Nothing here is
 * thread-safe against a concurrent change of the same struct; several predictions from one fitted
 * comparator may run at once.
 */
#ifndef ANALYSIS_INFER_COMPARATOR_H
#define ANALYSIS_INFER_COMPARATOR_H

#include "analysis/infer/axes.h"
#include "analysis/infer/members.h"
#include "analysis/infer/pool.h"
#include "analysis/infer/prepare.h"
#include "analysis/infer/score.h"
#include "analysis/infer/split.h"
#include "analysis/infer/table.h"

#define MEMBERS_ALL ((1u << MEMBERS_MAX) - 1)

struct comparator_options {
    uint64_t seed;
    unsigned threads;    /* at least 1 */
    unsigned members;    /* bit k: members[k] takes part */
    size_t trees;        /* of the forest */
    size_t networks;     /* of the ensemble; rounded up to a multiple of REPLICAS */
    double hold_share;   /* of the rows, for pool weights and certificate; in (0, 0.5]; 0: chosen by
                            the table's size */
    size_t fit_rows_max; /* rows used for fitting at most; the rest is left out, see
                            comparator.split.n_unused */
    size_t hold_rows_max;
    const double
        *observed; /* n_columns values or NULL: columns that are not finite there are left out */
    const uint8_t *leave_out; /* n_columns flags or NULL: columns to ignore */
};

/* Seed 1, one thread, all members, 300 trees, 10 networks, at most
 * 400,000 rows for fitting and 8,000 held out, no observation. */
void comparator_options_init(struct comparator_options *options);

struct comparator {
    size_t n_columns, n_classes;
    struct comparator_options options; /* its pointers are not kept */
    struct split split;
    struct prepare prepare; /* prepare.state[column]: what became of each statistic */
    struct axes axes;
    size_t n_members;
    const struct member_kind *kind[MEMBERS_MAX]; /* those that take part */
    void *state[MEMBERS_MAX];
    double *log_share;                    /* per class: log of its share of the fitted rows */
    double *prior;                        /* per class, sums to 1 */
    struct pool pool;                     /* the answer */
    struct pool fold_pool[REPLICAS];      /* learnt without fold r */
    struct pool member_pool[MEMBERS_MAX]; /* each member alone, calibrated */
    uint16_t *hold_label;                 /* per held-out row */
    double *hold_evidence; /* [row][class]: pooled log evidence, by the pool that has not seen the
                              row */
    double *hold_member_evidence[MEMBERS_MAX]; /* the same for each member alone */
    double *hold_base; /* [row][base input]: prepared statistics of the held-out rows */
    double *fit_base;  /* the same for the first n_near fitted rows */
    size_t n_near;
    double *hold_distance; /* sorted: distance of each held-out row to the nearest of those */
    double held_out_gain;  /* mean gain of the log score over the shares alone, nats; not positive:
                              the pool is silent */
    double held_out_gain_deviation;
    double threshold_90,
        threshold_95; /* a class with at least this probability is in the set (class_set) */
    int is_silent;    /* the statistics tell nothing: all probabilities are the prior */
};

/* Fits. The table must stay unchanged during the call only. Fails with STATUS_INPUT, naming the
 * cause, for: no rows, no class, a label out of range, a class with fewer than CLASS_ROWS_MIN rows,
 * more than 2^32 - 1 rows, a prior that is negative or does not sum to 1. A statistic that is
 * constant, empty, duplicated, missing in the observation or left out is set aside
 * (comparator.prepare.state); with none left the answer is the prior. On failure *self may still be
 * given to comparator_free. */
int comparator_fit(struct comparator *self, const struct table *table,
                   const struct comparator_options *options, struct message *message);

void comparator_free(struct comparator *self);

/* Changes the prior weights without a new fit. They are divided by their sum; a negative, infinite
 * or all-zero choice is STATUS_INPUT and changes nothing. */
int comparator_set_prior(struct comparator *self, const double *prior, struct message *message);

struct prediction {
    size_t n_classes, n_members;
    double *probability; /* per class */
    double *
        probability_error; /* its Monte Carlo standard error: table size and the fit's randomness */
    double *log10_evidence; /* per class: log10 of the evidence over that of the best class; <= 0;
                               no prior weights in it */
    double *log10_evidence_error;
    double *member_probability[MEMBERS_MAX]; /* each member's own, calibrated */
    const char *member_name[MEMBERS_MAX];
    uint8_t *in_set_90, *in_set_95; /* class_set: conformal, and at least that probable */
    double disagreement; /* greatest difference between two members' probabilities of one class */
    double resolution;   /* 1 / held-out rows: no probability nearer to 0 or 1 than this has been
                            verified */
    struct reach reach;  /* outside the table's range? missing values? */
    double isolation_p;  /* share of held-out rows at least as far from their nearest fitted row, (k
                            + 1)/(n + 1) */
    int is_extrapolation; /* outside the range of a statistic, or isolation_p <= 0.01: the
                             probabilities are guesses */
    /* Internal: per replica log evidences, for errors of sums of classes. */
    double *evidence; /* natural log evidence, n_classes */
    double *replica_evidence[REPLICAS];
    double *prior; /* the prior weights used */
};

int prediction_init(struct prediction *self, size_t n_classes, struct message *message);
void prediction_free(struct prediction *self);

/* Predicts for n_columns raw values. A value that is not finite in a column that was used counts as
 * missing and is reported in prediction.reach.n_missing; better give it as options.observed when
 * fitting. */
int comparator_predict(const struct comparator *self, const double *observed,
                       struct prediction *prediction, struct message *message);

/* log10 of the Bayes factor of class a against class b, and its Monte Carlo standard error (may be
 * NULL). */
double prediction_log10_bayes_factor(const struct prediction *prediction, size_t a, size_t b,
                                     double *error);

/* A group of classes ("any mail explanation"): is_member[class] flags. Its probability is the sum;
 * its evidence against the other classes is averaged over the prior weights inside either group. */
struct group_prediction {
    double probability, probability_error;
    double log10_bayes_factor,
        log10_bayes_factor_error; /* against all classes outside; infinite if one side is empty */
};

void prediction_group(const struct prediction *prediction, const uint8_t *is_member,
                      struct group_prediction *out);

/* The verbal scale of forensic reporting for a log10 Bayes factor (ENFSI Guideline for Evaluative
 * Reporting 2015; steps at 2, 10, 100, 1,000, 10,000, 1,000,000): "weak support", ... for positive
 * and negative values alike ("no support" below 2). */
const char *bayes_factor_words(double log10_bayes_factor);

struct certificate {
    size_t n_rows, n_classes;   /* held-out rows */
    struct scores scores;       /* the pool's, under the prior weights */
    struct scores prior_scores; /* of an answer that always says the prior */
    struct scores member_scores[MEMBERS_MAX];
    double out_of_bag_error[MEMBERS_MAX]; /* NaN where the member has none */
    struct reliability_bin reliability[RELIABILITY_BINS];
    double *confusion; /* [truth][chosen]: share of the truth's rows; rows sum to 1 */
    struct calibration_test calibration;
    double
        *mean_probability; /* per class: mean posterior under the prior; should equal the prior */
    double *mean_error;    /* its standard error */
    double mean_t_p; /* is the mean the prior? least p over classes, Holm-corrected, Student's t */
    double mean_gaffke_p;       /* the same, distribution-free */
    double expected_error_here; /* 1 - largest probability at the observed point; NaN without
                                   prediction */
    double local_error;         /* error among the n_local held-out rows with the most similar
                                   probabilities; NaN without */
    size_t n_local;
    double coverage_90, coverage_95;   /* of the conformal sets, out of sample */
    double set_size_90, set_size_95;   /* mean number of classes in a set */
    double gain_bits, gain_bits_error; /* what the statistics tell on average, bits over the prior;
                                          its standard error */
    int tells_nothing;                 /* the gain is not two standard errors above zero */
};

/* All from held-out rows. `prediction` may be NULL. `replicates` of the bootstrap tests (1,000 is
 * usual). On success certificate_free frees what *out holds; on failure it may be called too. */
int comparator_certificate(const struct comparator *self, const struct prediction *prediction,
                           size_t replicates, struct certificate *out, struct message *message);

void certificate_free(struct certificate *self);

/* Importance weights that turn the held-out rows into draws from the prior: n_hold values, mean
 * about 1. */
void comparator_hold_weights(const struct comparator *self, double *weight);

/* The set of classes that must be kept at `level`: every class that reaches the conformal threshold
 * (coverage over logs), and the most probable ones until they hold `level` together (so that a log
 * on which the classifiers are undecided never gets a set of one, or an empty one). Writes one flag
 * per class. Ties are kept in the order of the classes. */
void class_set(const double *probability, size_t n_classes, double threshold, double level,
               uint8_t *in_set);

/* Sets the thresholds of the conformal sets from the held-out rows and the prior; fit and set_prior
 * call it. */
int comparator_set_thresholds(struct comparator *self, struct message *message);

/* Posterior probabilities of the held-out rows from [row][class] log evidences, under the
 * comparator's prior. */
void comparator_hold_posterior(const struct comparator *self, const double *evidence,
                               double *probability);

#endif
