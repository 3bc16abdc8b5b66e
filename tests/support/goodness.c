#include "tests/support/goodness.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <math.h>

/* P(sqrt(n) D > lambda), Kolmogorov's series with Stephens' correction for finite n. */
static double kolmogorov_p(double distance, double n)
{
    double lambda = (sqrt(n) + 0.12 + 0.11 / sqrt(n)) * distance;
    if (lambda < 0.2)
        return 1.0;
    double sum = 0.0;
    for (int k = 1; k <= 100; k++)
        sum += (k % 2 == 1 ? 2.0 : -2.0) * exp(-2.0 * k * k * lambda * lambda);
    return fmin(fmax(sum, 0.0), 1.0);
}

double ks_one_sample(double *x, size_t n, double (*cdf)(double x, const void *context),
                     const void *context)
{
    gsl_sort(x, 1, n);
    double distance = 0.0;
    for (size_t i = 0; i < n; i++) {
        double p = cdf(x[i], context);
        distance = fmax(distance, fabs(p - (double)i / (double)n));
        distance = fmax(distance, fabs(p - (double)(i + 1) / (double)n));
    }
    return kolmogorov_p(distance, (double)n);
}

double ks_two_samples(double *x, size_t n_x, double *y, size_t n_y)
{
    gsl_sort(x, 1, n_x);
    gsl_sort(y, 1, n_y);
    double distance = 0.0;
    for (size_t i = 0, j = 0; i < n_x && j < n_y;) {
        double at = fmin(x[i], y[j]);
        while (i < n_x && x[i] <= at)
            i++;
        while (j < n_y && y[j] <= at)
            j++;
        distance = fmax(distance, fabs((double)i / (double)n_x - (double)j / (double)n_y));
    }
    return kolmogorov_p(distance, (double)n_x * (double)n_y / (double)(n_x + n_y));
}

double chi_square(const double *observed, const double *expected, size_t n, size_t n_fitted)
{
    double total = 0.0, weight = 0.0, sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        total += observed[i];
        weight += expected[i];
    }
    double seen = 0.0, due = 0.0;
    size_t cells = 0;
    for (size_t i = 0; i < n; i++) {
        seen += observed[i];
        due += expected[i] * total / weight;
        if (due < 5.0 && i + 1 < n)
            continue;
        if (due > 0.0) {
            sum += (seen - due) * (seen - due) / due;
            cells++;
        }
        seen = due = 0.0;
    }
    return cells > 1 + n_fitted ? gsl_cdf_chisq_Q(sum, (double)(cells - 1 - n_fitted)) : 1.0;
}
