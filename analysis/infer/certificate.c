/* The certificate: everything that the held-out rows say about the comparator's probabilities. */
#include "analysis/infer/comparator.h"
#include "analysis/infer/workers.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LOCAL_ROWS = 200, GAFFKE_ROWS_MAX = 2000, GAFFKE_REPLICATES = 999 };

static const double CLIP = 0.001;

/* Holm's step-down: the least adjusted p-value is n times the least. */
static double holm_least(const double *p, size_t n)
{
    double least = 1;
    for (size_t i = 0; i < n; i++)
        least = fmin(least, p[i]);
    return fmin(1, least * (double)n);
}

static void confusion(const struct answers *answers, double *out)
{
    size_t n_classes = answers->n_classes;
    for (size_t i = 0; i < answers->n_rows; i++)
        out[answers->label[i] * n_classes +
            chosen_class(answers->probability + i * n_classes, n_classes)] += 1;
    for (size_t truth = 0; truth < n_classes; truth++) {
        double sum = 0;
        for (size_t c = 0; c < n_classes; c++)
            sum += out[truth * n_classes + c];
        for (size_t c = 0; c < n_classes && sum > 0; c++)
            out[truth * n_classes + c] /= sum;
    }
}

/* Mean posterior of a class under the prior, stratified by truth, and its standard error. */
static void stratified_mean(const struct comparator *self, const struct answers *answers,
                            size_t class, double *work, double *mean, double *error)
{
    size_t n_classes = answers->n_classes;
    double *n = work, *sum = work + n_classes, *square = work + 2 * n_classes;
    memset(work, 0, 3 * n_classes * sizeof *work);
    for (size_t i = 0; i < answers->n_rows; i++) {
        double p = answers->probability[i * n_classes + class];
        n[answers->label[i]] += 1;
        sum[answers->label[i]] += p;
        square[answers->label[i]] += p * p;
    }
    double variance = 0;
    *mean = 0;
    for (size_t c = 0; c < n_classes; c++) {
        if (n[c] < 2)
            continue;
        double m = sum[c] / n[c], spread = fmax(square[c] / n[c] - m * m, 0) / (n[c] - 1);
        *mean += self->prior[c] * m;
        variance += self->prior[c] * self->prior[c] * spread;
    }
    *error = sqrt(variance);
}

struct mean_job {
    const struct comparator *self;
    const struct answers *answers;
    struct certificate *out;
    double greatest_weight;
    double *t_p, *gaffke_p;
};

/* weight x probability lies in [0, greatest weight] and has the prior as its mean: Gaffke's test
 * needs no more. */
static int gaffke_of_class(struct mean_job *job, size_t class)
{
    const struct answers *answers = job->answers;
    size_t n = answers->n_rows < GAFFKE_ROWS_MAX ? answers->n_rows : GAFFKE_ROWS_MAX;
    double *value = malloc((n + 1) * sizeof *value);
    if (value == NULL)
        return STATUS_RUN;
    for (size_t i = 0; i < n; i++)
        value[i] = answers->weight[i] * answers->probability[i * answers->n_classes + class] /
                   job->greatest_weight;
    gsl_sort(value, 1, n);
    job->gaffke_p[class] = gaffke_test(value, n, job->self->prior[class] / job->greatest_weight,
                                       GAFFKE_REPLICATES, job->self->options.seed, class);
    free(value);
    return STATUS_OK;
}

static int test_mean(void *context, size_t class, struct message *message)
{
    struct mean_job *job = context;
    size_t n_classes = job->self->n_classes;
    double mean, error, *work = malloc(3 * n_classes * sizeof *work);
    if (work == NULL)
        return fail(message, STATUS_RUN, "out of memory for the certificate");
    stratified_mean(job->self, job->answers, class, work, &mean, &error);
    job->out->mean_probability[class] = mean;
    job->out->mean_error[class] = error;
    double difference = mean - job->self->prior[class];
    if (fabs(difference) < 1e-12)
        job->t_p[class] = 1;
    else
        job->t_p[class] = error > 0 ? 2 * gsl_cdf_tdist_Q(fabs(difference) / error,
                                                          (double)job->answers->n_rows - 1)
                                    : 0;
    int code = gaffke_of_class(job, class);
    free(work);
    return code == STATUS_OK ? code : fail(message, code, "out of memory for the certificate");
}

static int test_means(const struct comparator *self, const struct answers *answers,
                      struct certificate *out, struct message *message)
{
    size_t n_classes = self->n_classes;
    double *p = malloc(2 * n_classes * sizeof *p);
    if (p == NULL)
        return fail(message, STATUS_RUN, "out of memory for the certificate");
    struct mean_job job = {.self = self, .answers = answers, .out = out, .greatest_weight = 1e-9};
    job.t_p = p;
    job.gaffke_p = p + n_classes;
    for (size_t i = 0; i < answers->n_rows; i++)
        job.greatest_weight = fmax(job.greatest_weight, answers->weight[i]);
    int code = workers_run(self->options.threads, n_classes, test_mean, &job, message);
    out->mean_t_p = holm_least(job.t_p, n_classes);
    out->mean_gaffke_p = holm_least(job.gaffke_p, n_classes);
    free(p);
    return code;
}

/* Error among the rows whose probabilities are most like the prediction's: the error that is to be
 * expected here. */
static int local_error(const struct answers *answers, const struct prediction *prediction,
                       struct certificate *out, struct message *message)
{
    size_t n = answers->n_rows, n_classes = answers->n_classes;
    double *distance = malloc((n + 1) * sizeof *distance), wrong = 0, total = 0;
    size_t *order = malloc((n + 1) * sizeof *order);
    int code = STATUS_OK;
    if (distance == NULL || order == NULL) {
        code = fail(message, STATUS_RUN, "out of memory for the certificate");
        goto out;
    }
    for (size_t i = 0; i < n; i++) {
        distance[i] = 0;
        for (size_t c = 0; c < n_classes; c++)
            distance[i] +=
                fabs(answers->probability[i * n_classes + c] - prediction->probability[c]);
    }
    gsl_sort_index(order, distance, 1, n);
    out->n_local = n < LOCAL_ROWS ? n : LOCAL_ROWS;
    for (size_t k = 0; k < out->n_local; k++) {
        size_t i = order[k];
        const double *p = answers->probability + i * n_classes;
        wrong += answers->weight[i] * (chosen_class(p, n_classes) != answers->label[i]);
        total += answers->weight[i];
    }
    out->local_error = total > 0 ? wrong / total : NAN;
    out->expected_error_here =
        1 - prediction->probability[chosen_class(prediction->probability, n_classes)];
out:
    free(distance);
    free(order);
    return code;
}

static void member_scores(const struct comparator *self, struct answers answers, double *work,
                          struct certificate *out)
{
    answers.probability = work;
    for (size_t k = 0; k < self->n_members; k++) {
        comparator_hold_posterior(self, self->hold_member_evidence[k], work);
        scores_compute(&out->member_scores[k], &answers, CLIP);
        out->out_of_bag_error[k] = self->kind[k]->out_of_bag_error != NULL
                                       ? self->kind[k]->out_of_bag_error(self->state[k])
                                       : NAN;
    }
    for (size_t i = 0; i < answers.n_rows; i++)
        memcpy(work + i * self->n_classes, self->prior, self->n_classes * sizeof *work);
    scores_compute(&out->prior_scores, &answers, CLIP);
}

/* The conformal threshold of one row comes from the other folds, as that of an observation comes
 * from all rows. */
static double fold_threshold(const struct answers *answers, const uint8_t *fold, size_t skip,
                             double level, const size_t *order, const double *truth)
{
    double total = 1, below = 0;
    for (size_t i = 0; i < answers->n_rows; i++)
        if (fold[i] != skip)
            total += answers->weight[i];
    for (size_t k = 0; k < answers->n_rows; k++) {
        if (fold[order[k]] == skip)
            continue;
        below += answers->weight[order[k]];
        if (below > (1 - level) * total - 1)
            return truth[order[k]];
    }
    return 1;
}

/* What the coverages are computed from. */
struct cover {
    const struct answers *answers;
    const uint8_t *fold;
    double *truth; /* probability of the truth, per row */
    size_t *order; /* rows by that, ascending */
    uint8_t *in_set;
};

static void coverage(const struct cover *self, double level, double *covered, double *size)
{
    const struct answers *answers = self->answers;
    size_t n_classes = answers->n_classes;
    double total = 0, threshold[REPLICAS];
    *covered = *size = 0;
    for (size_t r = 0; r < REPLICAS; r++)
        threshold[r] = fold_threshold(answers, self->fold, r, level, self->order, self->truth);
    for (size_t i = 0; i < answers->n_rows; i++) {
        double w = answers->weight[i];
        class_set(answers->probability + i * n_classes, n_classes, threshold[self->fold[i]], level,
                  self->in_set);
        *covered += w * self->in_set[answers->label[i]];
        for (size_t c = 0; c < n_classes; c++)
            *size += w * self->in_set[c];
        total += w;
    }
    *covered /= total;
    *size /= total;
}

static int coverages(const struct comparator *comparator, const struct answers *answers,
                     struct certificate *out, struct message *message)
{
    size_t n = answers->n_rows;
    struct cover self = {.answers = answers,
                         .fold = comparator->split.hold_fold,
                         .truth = malloc((n + 1) * sizeof *self.truth),
                         .order = malloc((n + 1) * sizeof *self.order),
                         .in_set = malloc(answers->n_classes + 1)};
    int code = STATUS_OK;
    if (self.truth == NULL || self.order == NULL || self.in_set == NULL) {
        code = fail(message, STATUS_RUN, "out of memory for the conformal sets");
    } else {
        for (size_t i = 0; i < n; i++)
            self.truth[i] = answers->probability[i * answers->n_classes + answers->label[i]];
        gsl_sort_index(self.order, self.truth, 1, n);
        coverage(&self, 0.90, &out->coverage_90, &out->set_size_90);
        coverage(&self, 0.95, &out->coverage_95, &out->set_size_95);
    }
    free(self.truth);
    free(self.order);
    free(self.in_set);
    return code;
}

static void set_gain(const struct comparator *self, struct certificate *out)
{
    out->gain_bits = self->held_out_gain / M_LN2;
    out->gain_bits_error = self->held_out_gain_deviation / M_LN2;
    out->tells_nothing = self->is_silent || out->gain_bits < 2 * out->gain_bits_error;
}

static int fill(const struct comparator *self, const struct prediction *prediction,
                size_t replicates, double *work, struct certificate *out, struct message *message)
{
    size_t n = self->split.n_hold, n_classes = self->n_classes;
    double *probability = work, *weight = work + 2 * n * n_classes;
    struct answers answers = {.n_rows = n,
                              .n_classes = n_classes,
                              .probability = probability,
                              .label = self->hold_label,
                              .weight = weight};
    comparator_hold_posterior(self, self->hold_evidence, probability);
    comparator_hold_weights(self, weight);
    scores_compute(&out->scores, &answers, CLIP);
    reliability_compute(out->reliability, &answers);
    confusion(&answers, out->confusion);
    member_scores(self, answers, work + n * n_classes, out);
    set_gain(self, out);
    int code = test_means(self, &answers, out, message);
    if (code == STATUS_OK)
        code = coverages(self, &answers, out, message);
    if (code == STATUS_OK)
        code = calibration_test_run(&out->calibration, &answers, replicates, self->options.seed,
                                    self->options.threads, message);
    if (code == STATUS_OK && prediction != NULL)
        code = local_error(&answers, prediction, out, message);
    return code;
}

int comparator_certificate(const struct comparator *self, const struct prediction *prediction,
                           size_t replicates, struct certificate *out, struct message *message)
{
    size_t n = self->split.n_hold, n_classes = self->n_classes;
    *out = (struct certificate){.n_rows = n, .n_classes = n_classes};
    out->expected_error_here = out->local_error = NAN;
    out->confusion = calloc(n_classes * n_classes, sizeof *out->confusion);
    out->mean_probability = calloc(n_classes, sizeof *out->mean_probability);
    out->mean_error = calloc(n_classes, sizeof *out->mean_error);
    double *work = malloc((2 * n * n_classes + n + 1) * sizeof *work);
    int code;
    if (out->confusion == NULL || out->mean_probability == NULL || out->mean_error == NULL ||
        work == NULL)
        code = fail(message, STATUS_RUN, "out of memory for the certificate");
    else
        code = fill(self, prediction, replicates, work, out, message);
    free(work);
    return code;
}

void certificate_free(struct certificate *self)
{
    free(self->confusion);
    free(self->mean_probability);
    free(self->mean_error);
    *self = (struct certificate){0};
}
