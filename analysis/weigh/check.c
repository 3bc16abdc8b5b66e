#include "analysis/weigh/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BOOTSTRAP_REPLICATES 1000

/* The fresh rows, each weighted so that its class has its prior's share. */
struct judged {
    const struct table *table;
    double *probability; /* [row][class] */
    double *weight;
    size_t n_hold; /* held-out rows of the known table, on which the answers were calibrated */
};

static int judge_rows(struct check *self, const struct comparator *comparator,
                      struct judged *judged, struct message *message)
{
    const struct table *table = judged->table;
    struct prediction prediction;
    double covered = 0, size = 0, total = 0;
    int status = prediction_init(&prediction, table->n_classes, message);
    for (size_t row = 0; status == STATUS_OK && row < table->n_rows; row++) {
        status = comparator_predict(comparator, table->values + row * table->n_columns, &prediction,
                                    message);
        if (status != STATUS_OK)
            break;
        memcpy(judged->probability + row * table->n_classes, prediction.probability,
               table->n_classes * sizeof *judged->probability);
        double w = table->prior[table->labels[row]] * (double)table->n_classes;
        judged->weight[row] = w;
        covered += w * (prediction.in_set_90[table->labels[row]] != 0);
        for (size_t c = 0; c < table->n_classes; c++)
            size += w * (prediction.in_set_90[c] != 0);
        total += w;
    }
    self->coverage_90 = covered / total;
    self->set_size_90 = size / total;
    prediction_free(&prediction);
    return status;
}

/* Weighted mean and its standard error for every class; rows of one class are a stratum of fixed
 * size. The pool was calibrated on held-out rows, whose own mean is as uncertain as that of as many
 * fresh ones: that is part of the error, or no number of fresh rows would ever agree with the
 * prior. */
static void fill_means(struct check *self, const struct judged *judged)
{
    const struct table *table = judged->table;
    size_t n = table->n_classes, per_class = table->n_rows / n;
    double inflation = judged->n_hold > 0 ? 1 + (double)table->n_rows / (double)judged->n_hold : 1;
    for (size_t c = 0; c < n; c++) {
        double variance = 0;
        for (size_t s = 0; s < n; s++) {
            double sum = 0, square = 0;
            for (size_t i = 0; i < per_class; i++) {
                double p = judged->probability[(s * per_class + i) * n + c];
                sum += p;
                square += p * p;
            }
            double mean = sum / (double)per_class;
            self->mean_probability[c] += table->prior[s] * mean;
            variance += table->prior[s] * table->prior[s] *
                        fmax(square / (double)per_class - mean * mean, 0) / (double)per_class;
        }
        self->mean_error[c] = sqrt(inflation * variance);
        self->prior[c] = table->prior[c];
    }
}

static void fill_confusion(struct check *self, const struct judged *judged)
{
    const struct table *table = judged->table;
    size_t n = table->n_classes, per_class = table->n_rows / n;
    for (size_t row = 0; row < table->n_rows; row++) {
        size_t chosen = chosen_class(judged->probability + row * n, n);
        self->confusion[table->labels[row] * n + chosen] += 1.0 / (double)per_class;
    }
}

static int score(struct check *self, const struct judged *judged,
                 const struct check_options *options, struct message *message)
{
    const struct table *table = judged->table;
    struct answers answers = {table->n_rows, table->n_classes, judged->probability, table->labels,
                              judged->weight};
    double *constant = malloc(table->n_rows * table->n_classes * sizeof *constant);
    if (constant == NULL)
        return fail(message, STATUS_RUN, "out of memory");
    for (size_t row = 0; row < table->n_rows; row++)
        memcpy(constant + row * table->n_classes, table->prior,
               table->n_classes * sizeof *constant);
    struct answers prior_answers = answers;
    prior_answers.probability = constant;
    scores_compute(&self->scores, &answers, 0.001);
    scores_compute(&self->prior_scores, &prior_answers, 0.001);
    reliability_compute(self->reliability, &answers);
    fill_means(self, judged);
    fill_confusion(self, judged);
    free(constant);
    return calibration_test_run(&self->calibration, &answers, BOOTSTRAP_REPLICATES, options->seed,
                                options->threads, message);
}

static int judge(struct check *self, const struct comparator *comparator, const struct table *table,
                 const struct check_options *options, struct message *message)
{
    size_t n = table->n_classes;
    struct judged judged = {.table = table, .n_hold = comparator->split.n_hold};
    self->n_classes = n;
    self->n_rows = table->n_rows;
    self->mean_probability = calloc(n, sizeof *self->mean_probability);
    self->mean_error = calloc(n, sizeof *self->mean_error);
    self->prior = calloc(n, sizeof *self->prior);
    self->confusion = calloc(n * n, sizeof *self->confusion);
    judged.probability = malloc(table->n_rows * n * sizeof *judged.probability);
    judged.weight = malloc(table->n_rows * sizeof *judged.weight);
    int status = STATUS_OK;
    if (self->mean_probability == NULL || self->mean_error == NULL || self->prior == NULL ||
        self->confusion == NULL || judged.probability == NULL || judged.weight == NULL)
        status = fail(message, STATUS_RUN, "out of memory");
    if (status == STATUS_OK)
        status = judge_rows(self, comparator, &judged, message);
    if (status == STATUS_OK)
        status = score(self, &judged, options, message);
    free(judged.probability);
    free(judged.weight);
    return status;
}

static int fill(struct reference *reference, struct rows *rows, const struct case_file *case_file,
                const struct evidence *evidence, const struct check_options *options,
                uint64_t first_trial, uint64_t trials, struct message *message)
{
    struct reference_options fill_options = {.seed = options->seed,
                                             .trials = trials,
                                             .first_trial = first_trial,
                                             .threads = options->threads,
                                             .progress = options->progress};
    int status = reference_fill(reference, case_file, evidence->requests, evidence->n,
                                &fill_options, message);
    if (status == STATUS_OK)
        status = rows_build(rows, case_file, evidence, reference, options->seed, first_trial,
                            options->threads, message);
    return status;
}

static int fit(struct comparator *comparator, const struct rows *rows,
               const struct evidence *evidence, const struct check_options *options,
               struct message *message)
{
    struct comparator_options fit_options;
    comparator_options_init(&fit_options);
    fit_options.seed = options->seed;
    fit_options.threads = options->threads;
    fit_options.members = options->members;
    fit_options.observed = evidence->compared;
    return comparator_fit(comparator, &rows->table, &fit_options, message);
}

int check_run(struct check *self, const struct case_file *case_file,
              const struct evidence *evidence, const struct check_options *options,
              struct message *message)
{
    struct reference known = {0}, fresh = {0};
    struct rows known_rows = {0}, fresh_rows = {0};
    struct comparator comparator;
    memset(self, 0, sizeof *self);
    memset(&comparator, 0, sizeof comparator);
    int status =
        fill(&known, &known_rows, case_file, evidence, options, 0, options->trials, message);
    if (status == STATUS_OK)
        status = fill(&fresh, &fresh_rows, case_file, evidence, options, options->trials,
                      options->fresh, message);
    if (status == STATUS_OK)
        status = fit(&comparator, &known_rows, evidence, options, message);
    if (status == STATUS_OK)
        status = judge(self, &comparator, &fresh_rows.table, options, message);
    comparator_free(&comparator);
    rows_free(&known_rows);
    rows_free(&fresh_rows);
    reference_free(&known);
    reference_free(&fresh);
    return status;
}

void check_free(struct check *self)
{
    free(self->mean_probability);
    free(self->mean_error);
    free(self->prior);
    free(self->confusion);
    memset(self, 0, sizeof *self);
}
