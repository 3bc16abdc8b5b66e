#include "analysis/infer/score.h"

#include "analysis/infer/generator.h"
#include "analysis/infer/isotonic.h"
#include "analysis/infer/workers.h"

#include <float.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>

size_t chosen_class(const double *probability, size_t n_classes)
{
    size_t best = 0;
    for (size_t c = 1; c < n_classes; c++)
        if (probability[c] > probability[best])
            best = c;
    return best;
}

void judged_probability(const struct answers *answers, size_t row, double *p, int *happened)
{
    const double *probability = answers->probability + row * answers->n_classes;
    size_t judged = answers->n_classes == 2 ? 1 : chosen_class(probability, answers->n_classes);
    *p = probability[judged];
    *happened = answers->label[row] == judged;
}

static double weight_of(const struct answers *answers, size_t row)
{
    return answers->weight != NULL ? answers->weight[row] : 1;
}

static double clipped(double p, double clip)
{
    return fmin(fmax(p, clip), 1 - clip);
}

static size_t bin_of(double p)
{
    size_t bin = (size_t)(p * RELIABILITY_BINS);
    return bin < RELIABILITY_BINS ? bin : RELIABILITY_BINS - 1;
}

static double row_brier(const struct answers *answers, size_t row, double clip)
{
    const double *p = answers->probability + row * answers->n_classes;
    double sum = 0;
    for (size_t c = 0; c < answers->n_classes; c++) {
        double d = clipped(p[c], clip) - (answers->label[row] == c);
        sum += d * d;
    }
    return 0.5 * sum;
}

static double calibration_error(const struct answers *answers, double clip)
{
    double gap[RELIABILITY_BINS] = {0}, total = 0, sum = 0;
    for (size_t i = 0; i < answers->n_rows; i++) {
        double p, w = weight_of(answers, i);
        int happened;
        judged_probability(answers, i, &p, &happened);
        p = clipped(p, clip);
        gap[bin_of(p)] += w * (p - happened);
        total += w;
    }
    for (size_t b = 0; b < RELIABILITY_BINS; b++)
        sum += fabs(gap[b]);
    return total > 0 ? sum / total : 0;
}

void scores_compute(struct scores *out, const struct answers *answers, double clip)
{
    size_t n_classes = answers->n_classes;
    double total = 0, squares = 0;
    *out = (struct scores){0};
    for (size_t i = 0; i < answers->n_rows; i++) {
        const double *p = answers->probability + i * n_classes;
        double w = weight_of(answers, i), truth = clipped(p[answers->label[i]], clip);
        size_t chosen = chosen_class(p, n_classes);
        out->error += w * (chosen != answers->label[i]);
        out->log_score -= w * log(fmax(truth, DBL_MIN));
        out->brier += w * row_brier(answers, i, clip);
        out->expected_error += w * (1 - p[chosen]);
        total += w;
        squares += w * w;
    }
    if (!(total > 0))
        return;
    out->error /= total;
    out->log_score /= total;
    out->brier /= total;
    out->expected_error /= total;
    out->error_deviation = sqrt(out->error * (1 - out->error) * squares) / total;
    out->calibration_error = calibration_error(answers, clip);
}

void reliability_compute(struct reliability_bin *bin, const struct answers *answers)
{
    for (size_t b = 0; b < RELIABILITY_BINS; b++)
        bin[b] = (struct reliability_bin){0};
    for (size_t i = 0; i < answers->n_rows; i++) {
        double p, w = weight_of(answers, i);
        int happened;
        judged_probability(answers, i, &p, &happened);
        struct reliability_bin *b = &bin[bin_of(p)];
        b->weight += w;
        b->said += w * p;
        b->happened += w * happened;
    }
    for (size_t b = 0; b < RELIABILITY_BINS; b++)
        if (bin[b].weight > 0) {
            bin[b].said /= bin[b].weight;
            bin[b].happened /= bin[b].weight;
        }
}

/* The judged probabilities in ascending order, with outcomes and weights. */
struct judged {
    size_t n;
    double *p, *outcome, *weight;
    uint64_t seed;
    double *miscalibration, *brier; /* per replicate */
};

static double weighted_brier(const struct judged *j, const double *p, const double *outcome)
{
    double sum = 0, total = 0;
    for (size_t i = 0; i < j->n; i++) {
        double d = p[i] - outcome[i];
        sum += j->weight[i] * d * d;
        total += j->weight[i];
    }
    return total > 0 ? sum / total : 0;
}

static void measure(const struct judged *j, const double *outcome, double *work, double *brier,
                    double *miscalibration)
{
    isotonic_sorted(j->p, outcome, j->weight, j->n, work, work + j->n);
    *brier = weighted_brier(j, j->p, outcome);
    *miscalibration = *brier - weighted_brier(j, work, outcome);
}

static int replicate(void *context, size_t index, struct message *message)
{
    struct judged *j = context;
    double *work = malloc(5 * j->n * sizeof *work);
    if (work == NULL)
        return fail(message, STATUS_RUN, "out of memory for a bootstrap of %zu rows", j->n);
    struct generator generator;
    generator_init(&generator, j->seed, GENERATOR_BOOTSTRAP, index);
    double *outcome = work + 4 * j->n;
    for (size_t i = 0; i < j->n; i++)
        outcome[i] = generator_uniform(&generator) < j->p[i];
    measure(j, outcome, work, &j->brier[index], &j->miscalibration[index]);
    free(work);
    return STATUS_OK;
}

static int judged_init(struct judged *j, const struct answers *answers, size_t replicates,
                       uint64_t seed)
{
    size_t n = answers->n_rows;
    *j = (struct judged){.n = n, .seed = seed};
    j->p = malloc((3 * n + 2 * replicates + 1) * sizeof *j->p);
    double *raw = malloc((n + 1) * sizeof *raw);
    size_t *order = malloc((n + 1) * sizeof *order);
    int code = j->p != NULL && raw != NULL && order != NULL ? STATUS_OK : STATUS_RUN;
    int happened;
    for (size_t i = 0; i < n && code == STATUS_OK; i++)
        judged_probability(answers, i, &raw[i], &happened);
    if (code == STATUS_OK) {
        j->outcome = j->p + n;
        j->weight = j->outcome + n;
        j->miscalibration = j->weight + n;
        j->brier = j->miscalibration + replicates;
        gsl_sort_index(order, raw, 1, n);
        for (size_t i = 0; i < n; i++) {
            judged_probability(answers, order[i], &j->p[i], &happened);
            j->outcome[i] = happened;
            j->weight[i] = weight_of(answers, order[i]);
        }
    }
    free(raw);
    free(order);
    return code;
}

static void judge_replicates(struct calibration_test *out, const struct judged *j, double brier,
                             size_t replicates)
{
    size_t worse = 0, above = 0, below = 0;
    for (size_t k = 0; k < replicates; k++) {
        worse += j->miscalibration[k] >= out->miscalibration;
        above += j->brier[k] >= brier;
        below += j->brier[k] <= brier;
    }
    double n = (double)replicates + 1;
    size_t tail = above < below ? above : below;
    out->miscalibration_p = ((double)worse + 1) / n;
    out->brier_p = fmin(1, 2 * ((double)tail + 1) / n);
}

int calibration_test_run(struct calibration_test *out, const struct answers *answers,
                         size_t replicates, uint64_t seed, unsigned threads,
                         struct message *message)
{
    struct judged j;
    *out = (struct calibration_test){.miscalibration_p = 1, .brier_p = 1};
    int code = judged_init(&j, answers, replicates, seed);
    double *work = malloc((4 * answers->n_rows + 1) * sizeof *work), brier = 0;
    if (code != STATUS_OK || work == NULL) {
        code = fail(message, STATUS_RUN, "out of memory for the calibration test");
    } else if (answers->n_rows > 0) {
        measure(&j, j.outcome, work, &brier, &out->miscalibration);
        code = workers_run(threads, replicates, replicate, &j, message);
        if (code == STATUS_OK)
            judge_replicates(out, &j, brier, replicates);
    }
    free(work);
    free(j.p);
    return code;
}

/* One draw of both random bounds: uniform spacings as weights of the values, the last one on 1 or
 * the first one on 0. */
static void spacings_bounds(struct generator *generator, const double *sorted, size_t n,
                            double *low, double *high)
{
    double sum = -log1p(-generator_uniform(generator));
    double lower = 0, upper = sorted[0] * sum;
    for (size_t i = 0; i < n; i++) {
        double spacing = -log1p(-generator_uniform(generator));
        lower += spacing * sorted[i];
        upper += spacing * (i + 1 < n ? sorted[i + 1] : 1);
        sum += spacing;
    }
    *low = lower / sum;
    *high = upper / sum;
}

double gaffke_test(const double *sorted, size_t n, double expected, size_t replicates,
                   uint64_t seed, uint64_t index)
{
    struct generator generator;
    size_t low_holds = 0, high_holds = 0;
    if (n == 0)
        return 1;
    generator_init(&generator, seed, GENERATOR_GAFFKE, index);
    for (size_t k = 0; k < replicates; k++) {
        double low, high;
        spacings_bounds(&generator, sorted, n, &low, &high);
        low_holds += low <= expected;
        high_holds += high >= expected;
    }
    size_t tail = low_holds < high_holds ? low_holds : high_holds;
    return fmin(1, 2 * ((double)tail + 1) / ((double)replicates + 1));
}
