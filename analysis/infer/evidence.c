#include "analysis/infer/evidence.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_sf_gamma.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

double log_sum_exp(const double *value, size_t n)
{
    double most = -INFINITY, sum = 0;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, value[i]);
    if (!isfinite(most))
        return most;
    for (size_t i = 0; i < n; i++)
        sum += exp(value[i] - most);
    return most + log(sum);
}

static double sum_of(const double *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i];
    return sum;
}

double evidence_poisson(const double *count, size_t n, double shape, double rate)
{
    double sum = sum_of(count, n), factorials = 0;
    for (size_t i = 0; i < n; i++)
        factorials += gsl_sf_lngamma(count[i] + 1);
    return shape * log(rate) + gsl_sf_lngamma(shape + sum) - gsl_sf_lngamma(shape) -
           (shape + sum) * log(rate + (double)n) - factorials;
}

double evidence_geometric(const double *count, size_t n)
{
    double sum = sum_of(count, n);
    return gsl_sf_lngamma((double)n + 1) + gsl_sf_lngamma(sum + 1) -
           gsl_sf_lngamma((double)n + sum + 2);
}

double evidence_poisson_sum(double sum, size_t n)
{
    return sum * log((double)n) - (sum + 1) * log((double)n + 1);
}

double evidence_geometric_sum(double sum, size_t n)
{
    double m = (double)n;
    return log(m) - log(m + sum) - log(m + sum + 1);
}

double evidence_gamma(const double *y, size_t n, double order, double shape, double rate)
{
    double sum = sum_of(y, n), logs = 0, total = order * (double)n;
    for (size_t i = 0; i < n; i++)
        logs += log(y[i]);
    return (order - 1) * logs - (double)n * gsl_sf_lngamma(order) + shape * log(rate) -
           gsl_sf_lngamma(shape) + gsl_sf_lngamma(shape + total) -
           (shape + total) * log(rate + sum);
}

double evidence_lognormal(const double *y, size_t n)
{
    double sum = 0, squares = 0, m = (double)n;
    for (size_t i = 0; i < n; i++) {
        double l = log(y[i]);
        sum += l;
        squares += l * l;
    }
    return -sum - 0.5 * m * log(2 * M_PI) - 0.5 * log1p(m) - 0.5 * (squares - sum * sum / (m + 1));
}

double evidence_normal(size_t n, double data_mean, double sum_of_squares, double deviation,
                       double mean, double spread)
{
    double m = (double)n, x = data_mean / deviation, m0 = mean / deviation;
    double square = sum_of_squares / (deviation * deviation), tau = spread / deviation;
    double precision = 1 / (tau * tau), middle = m * x + m0 * precision;
    return -0.5 * m * log(2 * M_PI) - m * log(deviation) - 0.5 * log1p(m * tau * tau) -
           0.5 * (square + m0 * m0 * precision - middle * middle / (m + precision));
}

/* ln of the standard normal probability of (low, high), without loss of digits in the tails. */
static double log_normal_stretch(double low, double high)
{
    double p;
    if (low > 0)
        p = gsl_cdf_ugaussian_Q(low) - (isinf(high) ? 0 : gsl_cdf_ugaussian_Q(high));
    else if (high < 0)
        p = gsl_cdf_ugaussian_P(high) - (isinf(low) ? 0 : gsl_cdf_ugaussian_P(low));
    else
        p = 1 - (isinf(low) ? 0 : gsl_cdf_ugaussian_P(low)) -
            (isinf(high) ? 0 : gsl_cdf_ugaussian_Q(high));
    return p > 0 ? log(p) : -INFINITY;
}

int evidence_laplace(const double *z, size_t n, double scale, double *log_evidence,
                     struct message *message)
{
    double *sorted = malloc((2 * n + 2) * sizeof *sorted), above, below = 0;
    if (sorted == NULL)
        return fail(message, STATUS_RUN, "out of memory for %zu values", n);
    double *term = sorted + n;
    memcpy(sorted, z, n * sizeof *z);
    gsl_sort(sorted, 1, n);
    above = sum_of(sorted, n);
    for (size_t k = 0; k <= n; k++) {
        double a = ((double)n - 2 * (double)k) / scale;
        double low = k == 0 ? -INFINITY : (sorted[k - 1] - 4 * a) / 2;
        double high = k == n ? INFINITY : (sorted[k] - 4 * a) / 2;
        term[k] = -(above - below) / scale + 2 * a * a + log_normal_stretch(low, high);
        if (k < n) {
            above -= sorted[k];
            below += sorted[k];
        }
    }
    *log_evidence = -(double)n * log(2 * scale) + log_sum_exp(term, n + 1);
    free(sorted);
    return STATUS_OK;
}

double evidence_homogeneous(size_t n_events, double length)
{
    return gsl_sf_lngamma((double)n_events + 1) - ((double)n_events + 1) * log1p(length);
}

double evidence_bins(const double *count, size_t n_bins, double width)
{
    double sum = 0;
    for (size_t k = 0; k < n_bins; k++)
        sum += gsl_sf_lngamma(count[k] + 1) - (count[k] + 1) * log1p(width);
    return sum;
}

/* What the Hawkes likelihood needs of the times for one beta: the excitation before each event and
 * the sum of 1 - exp. */
static double excitation(const double *time, size_t n, double length, double beta, double *before)
{
    double compensator = 0, a = 0;
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            a = exp(-beta * (time[i] - time[i - 1])) * (1 + a);
        before[i] = a;
        compensator -= expm1(-beta * (length - time[i]));
    }
    return compensator;
}

static double hawkes_log_likelihood(const double *before, size_t n, double length,
                                    double compensator, double mu, double eta, double beta)
{
    double product = 1, sum = 0;
    for (size_t i = 0; i < n; i++) {
        product *= mu + eta * beta * before[i];
        if (product < 1e-250 || product > 1e250) {
            sum += log(product);
            product = 1;
        }
    }
    return sum + log(product) - mu * length - eta * compensator;
}

/* The half-line is mapped by x = u / (1 - u). */
int evidence_hawkes(const double *time, size_t n, double length, size_t nodes, double *log_evidence,
                    struct message *message)
{
    gsl_integration_glfixed_table *table = gsl_integration_glfixed_table_alloc(nodes);
    double *before = malloc((n + 2 * nodes + 1) * sizeof *before), total = 0;
    if (table == NULL || before == NULL) {
        gsl_integration_glfixed_table_free(table);
        free(before);
        return fail(message, STATUS_RUN, "out of memory for a quadrature with %zu nodes", nodes);
    }
    double *x = before + n, *w = x + nodes;
    for (size_t k = 0; k < nodes; k++)
        gsl_integration_glfixed_point(0, 1, k, &x[k], &w[k], table);
    double scale = -100; /* keeps the exponentials in range; taken off again at the end */
    for (size_t b = 0; b < nodes; b++) {
        double beta = x[b] / (1 - x[b]), db = w[b] / ((1 - x[b]) * (1 - x[b]));
        double compensator = excitation(time, n, length, beta, before), inner = 0;
        for (size_t m = 0; m < nodes; m++) {
            double mu = x[m] / (1 - x[m]), dm = w[m] / ((1 - x[m]) * (1 - x[m]));
            for (size_t e = 0; e < nodes; e++)
                inner += dm * w[e] *
                         exp(hawkes_log_likelihood(before, n, length, compensator, mu, x[e], beta) -
                             mu - scale);
        }
        total += db * exp(-beta) * inner;
    }
    *log_evidence = log(total) + scale;
    gsl_integration_glfixed_table_free(table);
    free(before);
    return STATUS_OK;
}
