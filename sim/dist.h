/* dist.h - distributions as people write them in a scenario file.
 *
 *   1800   "30 min"   "gamma(shape=2, scale=1.5)"   "uniform(0, 1)"   "normal(mean=10, sd=2) in [0,
 * 24]" "lognormal(median=30, sigma=1)"   "loguniform(1, 1000)"   "exponential(mean=2 h)" "beta(a=2,
 * b=5)" "poisson(mean=3)"   "choice(300, 3600, 86400)"   "choice(300: 1, 3600: 3)" "choice(postfix,
 * exim)" for words
 *
 * Parameters may be named (any order) or given by position in the order below. " in [low, high]"
 * truncates any of them. Numbers may carry a unit of the row's dimension: "2 h" for a row in
 * seconds is 7200.
 */
#ifndef SIM_DIST_H
#define SIM_DIST_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/rng.h"
#include "sim/schema.h"
#include "sim/status.h"

enum dist_kind {
    DIST_FIXED,       /* value */
    DIST_UNIFORM,     /* low, high */
    DIST_LOGUNIFORM,  /* low, high: uniform in the logarithm */
    DIST_NORMAL,      /* mean, sd */
    DIST_LOGNORMAL,   /* median, sigma (of the natural logarithm) */
    DIST_GAMMA,       /* shape, scale: mean shape*scale */
    DIST_BETA,        /* a, b */
    DIST_EXPONENTIAL, /* mean */
    DIST_POISSON,     /* mean */
    DIST_CHOICE,      /* up to DIST_MAX_CHOICES values with weights */
};

#define DIST_MAX_CHOICES 24

struct dist {
    enum dist_kind kind;
    double p[2];      /* parameters in the order above, in the row's unit */
    double low, high; /* truncation, both ends included; -INFINITY, INFINITY for none */
    bool truncated;
    size_t n_choices;
    double choice[DIST_MAX_CHOICES];
    double cumulative[DIST_MAX_CHOICES]; /* of the weights; the last is 1 */
};

/* Reads `text` by the rules of *row (unit, words). On failure *message tells what was found, at
 * which column of the text, and what was expected. Also refused: a negative scale, a truncation
 * that keeps less than one part in a million of the mass, and any value that the distribution could
 * draw outside [row->min, row->max]; a distribution with a wider support is cut to the row's range
 * by itself (and then must keep at least half of its mass there). */
int dist_parse(struct dist *self, const char *text, const struct param_row *row,
               struct message *message);

/* The distribution that always gives `value`. */
struct dist dist_fixed(double value);

/* Draws one value. Always succeeds for a parsed distribution. The number of random words used
 * varies: give every parameter its own stream. */
double dist_draw(const struct dist *self, struct rng *rng);

/* Cumulative distribution function P(X <= x), truncation included. */
double dist_cdf(const struct dist *self, double x);

/* The same without the truncation, and P(X < x) without it: they differ where single values carry
 * mass. */
double dist_cdf_untruncated(const struct dist *self, double x);
double dist_cdf_below(const struct dist *self, double x);

/* Writes the distribution in the file's language with numbers in the row's unit. Returns as
 * snprintf. */
int dist_print(const struct dist *self, const struct param_row *row, char *buffer, size_t size);

#endif
