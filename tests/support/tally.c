#include "tests/support/tally.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

void tally_add(struct tally *self, double value)
{
    self->n += 1.0;
    self->sum += value;
    self->square += value * value;
}

double tally_mean(const struct tally *self)
{
    return self->sum / self->n;
}

double tally_variance(const struct tally *self)
{
    double mean = tally_mean(self);
    return (self->square - self->n * mean * mean) / (self->n - 1.0);
}

double tally_z(const struct tally *self, double expected)
{
    return (tally_mean(self) - expected) / sqrt(tally_variance(self) / self->n);
}

double chi_square(const double *observed, const double *shares, int n)
{
    double total = 0.0, sum = 0.0;
    for (int i = 0; i < n; i++)
        total += observed[i];
    for (int i = 0; i < n; i++) {
        double expected = total * shares[i], off = observed[i] - expected;
        if (expected > 0.0)
            sum += off * off / expected;
    }
    return sum;
}

double chi_square_p(double sum, int n)
{
    return gsl_cdf_chisq_Q(sum, n - 1);
}

double kolmogorov_p(double *sample, size_t n, double (*cdf)(double x, const double *param),
                    const double *param)
{
    double largest = 0.0, p = 0.0;
    gsl_sort(sample, 1, n);
    for (size_t i = 0; i < n; i++) {
        double f = cdf(sample[i], param);
        largest = fmax(largest, fmax((double)(i + 1) / (double)n - f, f - (double)i / (double)n));
    }
    double root = sqrt((double)n), x = (root + 0.12 + 0.11 / root) * largest;
    for (int k = 1; k <= 100; k++)
        p += (k % 2 ? 2.0 : -2.0) * exp(-2.0 * k * k * x * x);
    return fmin(fmax(p, 0.0), 1.0);
}

void each_trial(struct tiny_world *tiny, uint64_t seed, uint64_t n,
                void (*visit)(const struct trial *trial, void *context), void *context)
{
    struct trial trial;
    struct message message = {"out of memory"};
    int status = trial_init(&trial, &tiny->world);
    for (uint64_t i = 0; status == STATUS_OK && i < n; i++) {
        status = trial_run(&trial, &tiny->plan, seed, i, &message);
        if (status == STATUS_OK)
            visit(&trial, context);
    }
    trial_free(&trial);
    if (status != STATUS_OK) {
        fprintf(stderr, "%s\n", message.text);
        abort();
    }
}
