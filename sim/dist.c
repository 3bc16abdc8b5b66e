#include "sim/dist.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <string.h>

/* dist_parse keeps at least a millionth of the mass, so this many rejections in a row do not
 * happen. */
#define MAX_REJECTIONS 50000000

struct dist dist_fixed(double value)
{
    struct dist fixed = {.kind = DIST_FIXED, .p = {value, 0}, .low = -INFINITY, .high = INFINITY};
    return fixed;
}

static double draw_choice(const struct dist *self, struct rng *rng)
{
    double u = rng_uniform(rng);
    size_t i = 0;
    while (i + 1 < self->n_choices && u >= self->cumulative[i])
        i++;
    return self->choice[i];
}

static double draw_once(const struct dist *self, struct rng *rng)
{
    gsl_rng generator = rng_gsl(rng);
    double a = self->p[0], b = self->p[1];
    switch (self->kind) {
    case DIST_FIXED:
        return a;
    case DIST_UNIFORM:
        return a + (b - a) * rng_uniform(rng);
    case DIST_LOGUNIFORM:
        return a * exp(log(b / a) * rng_uniform(rng));
    case DIST_NORMAL:
        return a + b * rng_normal(rng);
    case DIST_LOGNORMAL:
        return a * exp(b * rng_normal(rng));
    case DIST_GAMMA:
        return gsl_ran_gamma(&generator, a, b);
    case DIST_BETA:
        return gsl_ran_beta(&generator, a, b);
    case DIST_EXPONENTIAL:
        return a * rng_exponential(rng);
    case DIST_POISSON:
        return (double)rng_poisson(rng, a);
    case DIST_CHOICE:
        return draw_choice(self, rng);
    }
    return NAN;
}

double dist_draw(const struct dist *self, struct rng *rng)
{
    double x = draw_once(self, rng);
    for (long i = 0; self->truncated && !(x >= self->low && x <= self->high); i++) {
        if (i >= MAX_REJECTIONS)
            return fmin(fmax(x, self->low),
                        self->high); /* cannot happen: dist_parse checked the mass */
        x = draw_once(self, rng);
    }
    return x;
}

static double cdf_choice(const struct dist *self, double x)
{
    double sum = 0.0;
    for (size_t i = 0; i < self->n_choices; i++)
        if (self->choice[i] <= x)
            sum += self->cumulative[i] - (i == 0 ? 0.0 : self->cumulative[i - 1]);
    return sum;
}

double dist_cdf_untruncated(const struct dist *self, double x)
{
    double a = self->p[0], b = self->p[1];
    if (isinf(x))
        return x > 0.0;
    switch (self->kind) {
    case DIST_FIXED:
        return x >= a;
    case DIST_UNIFORM:
        return b > a ? fmin(fmax((x - a) / (b - a), 0.0), 1.0) : x >= a;
    case DIST_LOGUNIFORM:
        return x <= a ? (b <= a && x >= a) : fmin(log(x / a) / log(b / a), 1.0);
    case DIST_NORMAL:
        return b > 0.0 ? gsl_cdf_gaussian_P(x - a, b) : x >= a;
    case DIST_LOGNORMAL:
        return x <= 0.0 ? 0.0 : b > 0.0 ? gsl_cdf_lognormal_P(x, log(a), b) : x >= a;
    case DIST_GAMMA:
        return x <= 0.0 ? 0.0 : gsl_cdf_gamma_P(x, a, b);
    case DIST_BETA:
        return gsl_cdf_beta_P(fmin(fmax(x, 0.0), 1.0), a, b);
    case DIST_EXPONENTIAL:
        return x <= 0.0 ? 0.0 : gsl_cdf_exponential_P(x, a);
    case DIST_POISSON:
        return x < 0.0 ? 0.0 : a > 0.0 ? gsl_cdf_poisson_P((unsigned)fmin(x, 4e9), a) : 1.0;
    case DIST_CHOICE:
        return cdf_choice(self, x);
    }
    return NAN;
}

double dist_cdf_below(const struct dist *self, double x)
{
    bool discrete =
        self->kind == DIST_FIXED || self->kind == DIST_CHOICE || self->kind == DIST_POISSON;
    return dist_cdf_untruncated(self, discrete ? nextafter(x, -INFINITY) : x);
}

double dist_cdf(const struct dist *self, double x)
{
    if (!self->truncated)
        return dist_cdf_untruncated(self, x);
    double below = isfinite(self->low) ? dist_cdf_below(self, self->low) : 0.0;
    double above = isfinite(self->high) ? dist_cdf_untruncated(self, self->high) : 1.0;
    if (x < self->low)
        return 0.0;
    return x >= self->high ? 1.0 : (dist_cdf_untruncated(self, x) - below) / (above - below);
}
