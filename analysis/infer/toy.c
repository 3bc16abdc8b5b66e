#include "analysis/infer/toy.h"

#include "analysis/infer/comparator.h"
#include "analysis/infer/evidence.h"

#include <gsl/gsl_sf_gamma.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>

enum { TEN = 10, GAPS = 12 };

static double draw_exponential(struct generator *g)
{
    return -log1p(-generator_uniform(g));
}

/* Gamma with a small whole shape, rate 1: a sum of exponentials. */
static double draw_erlang(struct generator *g, unsigned shape)
{
    double sum = 0;
    for (unsigned i = 0; i < shape; i++)
        sum += draw_exponential(g);
    return sum;
}

/* Number of unit-rate events before `mean`: exact for the small means here. */
static double draw_poisson(struct generator *g, double mean)
{
    double count = 0, sum = draw_exponential(g);
    for (; sum < mean; sum += draw_exponential(g))
        count += 1;
    return count;
}

static double draw_geometric(struct generator *g, double p)
{
    return floor(draw_exponential(g) / -log1p(-p));
}

/* Problem A: Poisson against geometric counts. */

static const double A_DATA[TEN] = {2, 0, 1, 3, 1, 0, 2, 4, 1, 1};

static void a_statistics(const double *count, double *statistic)
{
    statistic[0] = statistic[1] = 0;
    for (size_t i = 0; i < TEN; i++) {
        statistic[0] += count[i];
        statistic[1] += gsl_sf_lngamma(count[i] + 1);
    }
}

static void a_simulate(size_t model, struct generator *g, double *statistic)
{
    double count[TEN], parameter = model == 0 ? draw_exponential(g) : generator_uniform(g);
    for (size_t i = 0; i < TEN; i++)
        count[i] = model == 0 ? draw_poisson(g, parameter) : draw_geometric(g, parameter);
    a_statistics(count, statistic);
}

static void a_observe(double *statistic)
{
    a_statistics(A_DATA, statistic);
}

static int a_evidence(double *log_evidence, struct message *message)
{
    (void)message;
    log_evidence[0] = evidence_poisson(A_DATA, TEN, 1, 1);
    log_evidence[1] = evidence_geometric(A_DATA, TEN);
    return STATUS_OK;
}

static const struct toy toy_counts = {"A",
                                      "ten counts: Poisson or geometric",
                                      2,
                                      2,
                                      {"poisson", "geometric"},
                                      a_simulate,
                                      a_observe,
                                      a_evidence};

/* Problem A-sum: the same with the sum alone. */

static void sum_simulate(size_t model, struct generator *g, double *statistic)
{
    double both[2];
    a_simulate(model, g, both);
    statistic[0] = both[0];
}

static void sum_observe(double *statistic)
{
    statistic[0] = 15;
}

static int sum_evidence(double *log_evidence, struct message *message)
{
    (void)message;
    log_evidence[0] = evidence_poisson_sum(15, TEN);
    log_evidence[1] = evidence_geometric_sum(15, TEN);
    return STATUS_OK;
}

static const struct toy toy_sum = {"A-sum",
                                   "their sum alone: an insufficient statistic",
                                   2,
                                   1,
                                   {"poisson", "geometric"},
                                   sum_simulate,
                                   sum_observe,
                                   sum_evidence};

/* Problem B: exponential, gamma or log-normal durations. */

static const double B_DATA[TEN] = {0.5, 1.2, 0.3, 2.2, 0.8, 1.1, 0.6, 3.0, 0.9, 1.4};

static void b_statistics(const double *y, double *statistic)
{
    statistic[0] = statistic[1] = statistic[2] = 0;
    for (size_t i = 0; i < TEN; i++) {
        double l = log(y[i]);
        statistic[0] += y[i];
        statistic[1] += l;
        statistic[2] += l * l;
    }
    statistic[0] = log(statistic[0]);
}

static void b_simulate(size_t model, struct generator *g, double *statistic)
{
    double y[TEN], theta = model == 2 ? generator_normal(g) : draw_exponential(g);
    for (size_t i = 0; i < TEN; i++)
        y[i] = model == 2 ? exp(theta + generator_normal(g))
                          : draw_erlang(g, model == 0 ? 1 : 2) / theta;
    b_statistics(y, statistic);
}

static void b_observe(double *statistic)
{
    b_statistics(B_DATA, statistic);
}

static int b_evidence(double *log_evidence, struct message *message)
{
    (void)message;
    log_evidence[0] = evidence_gamma(B_DATA, TEN, 1, 1, 1);
    log_evidence[1] = evidence_gamma(B_DATA, TEN, 2, 1, 1);
    log_evidence[2] = evidence_lognormal(B_DATA, TEN);
    return STATUS_OK;
}

static const struct toy toy_durations = {"B",
                                         "ten durations: exponential, gamma or log-normal",
                                         3,
                                         3,
                                         {"exponential", "gamma2", "lognormal"},
                                         b_simulate,
                                         b_observe,
                                         b_evidence};

/* Problem C: normal or Laplace noise. Only all order statistics together are sufficient. */

static const double C_DATA[TEN] = {-1.3, 0.2, 0.7, -0.4, 1.9, 0.1, -2.2, 0.5, 0.0, 0.9};

static void c_statistics(const double *z, double *statistic)
{
    double square = 0, deviation = 0, mean = 0;
    for (size_t i = 0; i < TEN; i++) {
        statistic[i] = z[i];
        mean += z[i] / TEN;
    }
    gsl_sort(statistic, 1, TEN);
    for (size_t i = 0; i < TEN; i++) {
        square += (z[i] - mean) * (z[i] - mean);
        deviation += fabs(z[i] - 0.5 * (statistic[4] + statistic[5]));
    }
    statistic[TEN] = log(square);
    statistic[TEN + 1] = log(deviation);
}

static void c_simulate(size_t model, struct generator *g, double *statistic)
{
    double z[TEN], mu = 2 * generator_normal(g);
    for (size_t i = 0; i < TEN; i++)
        z[i] = mu + (model == 0 ? generator_normal(g)
                                : (draw_exponential(g) - draw_exponential(g)) * sqrt(0.5));
    c_statistics(z, statistic);
}

static void c_observe(double *statistic)
{
    c_statistics(C_DATA, statistic);
}

static int c_evidence(double *log_evidence, struct message *message)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < TEN; i++) {
        sum += C_DATA[i];
        squares += C_DATA[i] * C_DATA[i];
    }
    log_evidence[0] = evidence_normal(TEN, sum / TEN, squares, 1, 0, 2);
    return evidence_laplace(C_DATA, TEN, sqrt(0.5), &log_evidence[1], message);
}

static const struct toy toy_noise = {"C",
                                     "ten values: normal or Laplace noise",
                                     2,
                                     TEN + 2,
                                     {"normal", "laplace"},
                                     c_simulate,
                                     c_observe,
                                     c_evidence};

/* Problem D: event times; no small set of sufficient statistics, so the exact evidences alone. */

static int d_evidence(double *log_evidence, struct message *message)
{
    static const double time[] = {0.3, 1.1,  1.2, 2.9,  3.0,  3.05, 3.1, 7.7,
                                  9.0, 9.02, 9.5, 15.2, 15.3, 20.0, 23.9};
    static const double bins[] = {7, 1, 3, 2, 0, 2};
    log_evidence[0] = evidence_homogeneous(15, 24);
    log_evidence[1] = evidence_bins(bins, 6, 4);
    return evidence_hawkes(time, 15, 24, 90, &log_evidence[2], message);
}

static const struct toy toy_events = {
    "D",
    "fifteen event times: Poisson, changing rate, or self-exciting",
    3,
    0,
    {"homogeneous", "six-bins", "hawkes"},
    NULL,
    NULL,
    d_evidence};

/* Problem E: one normal value, two priors of its mean. */

static void e_simulate(size_t model, struct generator *g, double *statistic)
{
    statistic[0] = (double)model + 0.5 * generator_normal(g) + 0.5 * generator_normal(g);
}

static void e_observe(double *statistic)
{
    statistic[0] = 1;
}

static int e_evidence(double *log_evidence, struct message *message)
{
    (void)message;
    for (size_t model = 0; model < 2; model++)
        log_evidence[model] = evidence_normal(1, 1, 1, 0.5, (double)model, 0.5);
    return STATUS_OK;
}

static const struct toy toy_value = {"E",
                                     "one value: mean near 0 or near 1",
                                     2,
                                     1,
                                     {"mean-0", "mean-1"},
                                     e_simulate,
                                     e_observe,
                                     e_evidence};

/* Problem F: fifty normal values, four priors of their mean. The mean is sufficient; the sum of
 * squares is the same under all four, so it is left to the comparator to find that it tells
 * nothing. */

static const double F_MEAN[] = {0, 0, 1, 1}, F_SPREAD[] = {1, 0.5, 1, 0.5};

static void f_simulate(size_t model, struct generator *g, double *statistic)
{
    double theta = F_MEAN[model] + F_SPREAD[model] * generator_normal(g), sum = 0, squares = 0;
    for (size_t i = 0; i < 50; i++) {
        double x = theta + generator_normal(g);
        sum += x;
        squares += x * x;
    }
    statistic[0] = sum / 50;
    statistic[1] = squares - sum * sum / 50;
}

static void f_observe(double *statistic)
{
    statistic[0] = 0.4;
    statistic[1] = 60 - 50 * 0.4 * 0.4;
}

static int f_evidence(double *log_evidence, struct message *message)
{
    (void)message;
    for (size_t model = 0; model < 4; model++)
        log_evidence[model] = evidence_normal(50, 0.4, 60, 1, F_MEAN[model], F_SPREAD[model]);
    return STATUS_OK;
}

static const struct toy toy_means = {"F",
                                     "fifty values: four priors of their mean",
                                     4,
                                     2,
                                     {"N(0,1)", "N(0,0.5)", "N(1,1)", "N(1,0.5)"},
                                     f_simulate,
                                     f_observe,
                                     f_evidence};

/* Poisson demand seen through a cache of one hour: the gaps beyond the TTL are exponential. In the
 * second model every other miss is lost before the sensor while the entry is not refreshed, so the
 * excess is a sum of two. Demand per hour ~ Gamma(2, 4). The simulation goes query by query; only
 * the evidence knows the law of the gaps. */

static const double CACHE_EXCESS_H[GAPS] = {0.9, 2.1, 0.4, 3.3, 1.7, 0.8,
                                            2.6, 1.2, 5.1, 0.6, 1.9, 2.2};

static void cache_statistics(const double *excess, double *statistic)
{
    double sum = 0;
    statistic[1] = 0;
    for (size_t i = 0; i < GAPS; i++) {
        sum += excess[i];
        statistic[1] += log(excess[i]);
    }
    statistic[0] = log(sum);
}

static void cache_simulate(size_t model, struct generator *g, double *statistic)
{
    double rate_per_h = draw_erlang(g, 2) / 4, now_h = 0, expiry_h = 1, excess[GAPS];
    size_t n = 0, misses = 0;
    while (n < GAPS) {
        now_h += draw_exponential(g) / rate_per_h;
        if (now_h < expiry_h)
            continue; /* answered from the cache: not seen */
        if (model == 1 && ++misses % 2 == 1)
            continue;
        excess[n++] = now_h - expiry_h;
        expiry_h = now_h + 1;
    }
    cache_statistics(excess, statistic);
}

static void cache_observe(double *statistic)
{
    cache_statistics(CACHE_EXCESS_H, statistic);
}

static int cache_evidence(double *log_evidence, struct message *message)
{
    (void)message;
    for (size_t model = 0; model < 2; model++)
        log_evidence[model] = evidence_gamma(CACHE_EXCESS_H, GAPS, (double)model + 1, 2, 4);
    return STATUS_OK;
}

static const struct toy toy_cache = {
    "cache",
    "gaps of Poisson demand behind a cache: every miss seen, or every other",
    2,
    2,
    {"every-miss", "every-other"},
    cache_simulate,
    cache_observe,
    cache_evidence};

const struct toy *const toys[] = {&toy_counts, &toy_sum,   &toy_durations, &toy_noise, &toy_events,
                                  &toy_value,  &toy_means, &toy_cache,     NULL};

/* Rows alternate between the models; row i depends on (seed, i) alone. */
static void fill_table(const struct toy *toy, size_t n_rows, uint64_t seed, double *value,
                       uint16_t *label)
{
    for (size_t i = 0; i < n_rows; i++) {
        struct generator generator;
        generator_init(&generator, seed, GENERATOR_TOY, i);
        label[i] = (uint16_t)(i % toy->n_models);
        toy->simulate(label[i], &generator, value + i * toy->n_statistics);
    }
}

static int answer(const struct toy *toy, const struct table *table, uint64_t seed, unsigned threads,
                  struct toy_result *out, struct message *message)
{
    struct comparator comparator;
    struct prediction prediction = {0};
    struct comparator_options options;
    double observed[TOY_STATISTICS_MAX];
    comparator_options_init(&options);
    options.seed = seed;
    options.threads = threads;
    toy->observe(observed);
    int code = comparator_fit(&comparator, table, &options, message);
    if (code == STATUS_OK)
        code = prediction_init(&prediction, toy->n_models, message);
    if (code == STATUS_OK)
        code = comparator_predict(&comparator, observed, &prediction, message);
    out->largest_gap = 0;
    for (size_t c = 0; c < toy->n_models && code == STATUS_OK; c++) {
        out->answer[c] = prediction.probability[c];
        out->answer_error[c] = prediction.probability_error[c];
        double error = fmax(out->answer_error[c], 0.005);
        out->largest_gap = fmax(out->largest_gap, fabs(out->answer[c] - out->exact[c]) / error);
    }
    prediction_free(&prediction);
    comparator_free(&comparator);
    return code;
}

int toy_run(const struct toy *toy, size_t rows, uint64_t seed, unsigned threads,
            struct toy_result *out, struct message *message)
{
    int code = toy->evidence(out->log_evidence, message);
    if (code != STATUS_OK)
        return code;
    double total = log_sum_exp(out->log_evidence, toy->n_models);
    for (size_t c = 0; c < toy->n_models; c++) {
        out->exact[c] = exp(out->log_evidence[c] - total);
        out->answer[c] = out->answer_error[c] = NAN;
    }
    out->largest_gap = NAN;
    if (toy->n_statistics == 0)
        return STATUS_OK;
    size_t n_rows = rows * toy->n_models;
    double *value = malloc(n_rows * toy->n_statistics * sizeof *value);
    uint16_t *label = malloc(n_rows * sizeof *label);
    if (value == NULL || label == NULL) {
        code = fail(message, STATUS_RUN, "out of memory for %zu rows", n_rows);
    } else {
        struct table table = {.n_rows = n_rows,
                              .n_columns = toy->n_statistics,
                              .n_classes = toy->n_models,
                              .values = value,
                              .labels = label,
                              .class_names = toy->model_name};
        fill_table(toy, n_rows, seed, value, label);
        code = answer(toy, &table, seed, threads, out, message);
    }
    free(value);
    free(label);
    return code;
}
