/* Predictions from a fitted comparator: probabilities, their errors, groups, conformal sets. */
#include "analysis/infer/comparator.h"
#include "analysis/infer/nearest.h"

#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

int prediction_init(struct prediction *self, size_t n_classes, struct message *message)
{
    *self = (struct prediction){.n_classes = n_classes};
    size_t n_doubles = n_classes * (6 + MEMBERS_MAX + REPLICAS);
    double *store = calloc(n_doubles + 1, sizeof *store);
    self->in_set_90 = calloc(2 * n_classes + 1, 1);
    self->probability = store;
    if (store == NULL || self->in_set_90 == NULL)
        return fail(message, STATUS_RUN, "out of memory for %zu classes", n_classes);
    self->in_set_95 = self->in_set_90 + n_classes;
    self->probability_error = store + n_classes;
    self->log10_evidence = store + 2 * n_classes;
    self->log10_evidence_error = store + 3 * n_classes;
    self->evidence = store + 4 * n_classes;
    self->prior = store + 5 * n_classes;
    for (size_t k = 0; k < MEMBERS_MAX; k++)
        self->member_probability[k] = store + (6 + k) * n_classes;
    for (size_t r = 0; r < REPLICAS; r++)
        self->replica_evidence[r] = store + (6 + MEMBERS_MAX + r) * n_classes;
    return STATUS_OK;
}

void prediction_free(struct prediction *self)
{
    free(self->probability);
    free(self->in_set_90);
    *self = (struct prediction){0};
}

/* Posterior from log evidences and prior weights; a class with prior 0 has posterior 0. */
static void posterior(const double *evidence, const double *prior, size_t n_classes, double *out)
{
    double most = -INFINITY, sum = 0;
    for (size_t c = 0; c < n_classes; c++)
        if (prior[c] > 0)
            most = fmax(most, evidence[c]);
    for (size_t c = 0; c < n_classes; c++) {
        out[c] = prior[c] > 0 ? prior[c] * exp(evidence[c] - most) : 0;
        sum += out[c];
    }
    for (size_t c = 0; c < n_classes; c++)
        out[c] /= sum;
}

void comparator_hold_posterior(const struct comparator *self, const double *evidence,
                               double *probability)
{
    for (size_t i = 0; i < self->split.n_hold; i++)
        posterior(evidence + i * self->n_classes, self->prior, self->n_classes,
                  probability + i * self->n_classes);
}

void comparator_hold_weights(const struct comparator *self, double *weight)
{
    size_t n = self->split.n_hold;
    double *count = calloc(self->n_classes, sizeof *count);
    for (size_t i = 0; i < n; i++) {
        if (count != NULL)
            count[self->hold_label[i]] += 1;
        weight[i] = 1;
    }
    for (size_t i = 0; i < n && count != NULL; i++)
        weight[i] = self->prior[self->hold_label[i]] * (double)n / count[self->hold_label[i]];
    free(count);
}

/* Delete-a-fold jackknife: the standard error of the mean from the replicas' values. */
static double jackknife(const double *value)
{
    double mean = 0, square = 0;
    for (size_t r = 0; r < REPLICAS; r++)
        mean += value[r] / REPLICAS;
    for (size_t r = 0; r < REPLICAS; r++)
        square += (value[r] - mean) * (value[r] - mean);
    return sqrt(square * (REPLICAS - 1) / REPLICAS);
}

/* Log evidence of one replica (or of all) by the pool, and by each member alone if `alone` is not
 * NULL. */
static int pooled(const struct comparator *self, const double *x, size_t replica, double *work,
                  double *out, double *const *alone, struct message *message)
{
    const double *evidence[MEMBERS_MAX];
    size_t n_classes = self->n_classes;
    const struct pool *pool = replica == REPLICA_ALL ? &self->pool : &self->fold_pool[replica];
    for (size_t k = 0; k < self->n_members; k++) {
        double *row = work + k * n_classes;
        evidence[k] = row;
        memset(row, 0, n_classes * sizeof *row);
        if (alone == NULL && !(pool->weight[k] > 0))
            continue; /* what the pool does not hear need not be said */
        int code = self->kind[k]->predict(self->state[k], x, 1, replica, row, message);
        if (code != STATUS_OK)
            return code;
        for (size_t c = 0; c < n_classes; c++)
            row[c] -= self->log_share[c];
    }
    pool_row(pool, evidence, out);
    for (size_t k = 0; k < self->n_members && alone != NULL; k++)
        pool_row(&self->member_pool[k], evidence, alone[k]);
    return STATUS_OK;
}

static int evidences(const struct comparator *self, const double *x, struct prediction *p,
                     struct message *message)
{
    double *work = malloc((MEMBERS_MAX + 1) * self->n_classes * sizeof *work);
    if (work == NULL)
        return fail(message, STATUS_RUN, "out of memory for a prediction");
    int code = pooled(self, x, REPLICA_ALL, work, p->evidence, p->member_probability, message);
    for (size_t r = 0; r < REPLICAS && code == STATUS_OK; r++)
        code = pooled(self, x, r, work, p->replica_evidence[r], NULL, message);
    free(work);
    return code;
}

static void say_nothing(struct prediction *p)
{
    for (size_t c = 0; c < p->n_classes; c++) {
        p->evidence[c] = 0;
        for (size_t r = 0; r < REPLICAS; r++)
            p->replica_evidence[r][c] = 0;
    }
}

static void set_errors(struct prediction *p, size_t best, double *work)
{
    size_t n_classes = p->n_classes;
    for (size_t r = 0; r < REPLICAS; r++)
        posterior(p->replica_evidence[r], p->prior, n_classes, work + r * n_classes);
    for (size_t c = 0; c < n_classes; c++) {
        double value[REPLICAS], ratio[REPLICAS];
        for (size_t r = 0; r < REPLICAS; r++) {
            value[r] = work[r * n_classes + c];
            ratio[r] = (p->replica_evidence[r][c] - p->replica_evidence[r][best]) / M_LN10;
        }
        p->probability_error[c] = jackknife(value);
        p->log10_evidence[c] = (p->evidence[c] - p->evidence[best]) / M_LN10;
        p->log10_evidence_error[c] = jackknife(ratio);
    }
}

static void set_disagreement(struct prediction *p)
{
    p->disagreement = 0;
    for (size_t c = 0; c < p->n_classes; c++)
        for (size_t a = 0; a < p->n_members; a++)
            for (size_t b = 0; b < a; b++)
                p->disagreement = fmax(p->disagreement, fabs(p->member_probability[a][c] -
                                                             p->member_probability[b][c]));
}

/* Greatest threshold such that the held-out truths below it weigh at most (1 - level) of all and of
 * one row more. */
static double conformal_threshold(const double *truth, const size_t *order, const double *weight,
                                  size_t n, double level)
{
    double total = 1, below = 0;
    for (size_t i = 0; i < n; i++)
        total += weight[i];
    for (size_t i = 0; i < n; i++) {
        below += weight[order[i]];
        if (below > (1 - level) * total - 1)
            return truth[order[i]];
    }
    return 1;
}

void class_set(const double *probability, size_t n_classes, double threshold, double level,
               uint8_t *in_set)
{
    for (size_t c = 0; c < n_classes; c++) {
        double before = 0; /* held by the classes that come first */
        for (size_t other = 0; other < n_classes; other++)
            if (probability[other] > probability[c] ||
                (probability[other] == probability[c] && other < c))
                before += probability[other];
        in_set[c] = probability[c] >= threshold || before < level;
    }
}

int comparator_set_thresholds(struct comparator *self, struct message *message)
{
    size_t n = self->split.n_hold, n_classes = self->n_classes;
    double *probability = malloc((n * n_classes + 2 * n + 1) * sizeof *probability);
    size_t *order = malloc((n + 1) * sizeof *order);
    int code = STATUS_OK;
    if (probability == NULL || order == NULL) {
        code = fail(message, STATUS_RUN, "out of memory for the conformal sets");
    } else {
        double *truth = probability + n * n_classes, *weight = truth + n;
        comparator_hold_posterior(self, self->hold_evidence, probability);
        comparator_hold_weights(self, weight);
        for (size_t i = 0; i < n; i++)
            truth[i] = probability[i * n_classes + self->hold_label[i]];
        gsl_sort_index(order, truth, 1, n);
        self->threshold_90 = conformal_threshold(truth, order, weight, n, 0.90);
        self->threshold_95 = conformal_threshold(truth, order, weight, n, 0.95);
    }
    free(probability);
    free(order);
    return code;
}

/* How lonely the point is: compared with held-out rows, which have not seen the fitted rows either.
 */
static int set_isolation(const struct comparator *self, const double *x, struct prediction *p,
                         struct message *message)
{
    size_t n = self->split.n_hold < self->n_near ? self->split.n_hold : self->n_near, beyond = 0;
    double distance;
    p->isolation_p = 1;
    if (self->fit_base == NULL)
        return STATUS_OK;
    int code = nearest_distances(self->fit_base, self->n_near, x, 1, self->prepare.n_inputs, 1,
                                 &distance, message);
    for (size_t i = 0; i < n; i++)
        beyond += self->hold_distance[i] >= distance;
    p->isolation_p = ((double)beyond + 1) / ((double)n + 1);
    p->is_extrapolation = p->reach.n_outside > 0 || p->isolation_p <= 0.01;
    return code;
}

static int predict_prepared(const struct comparator *self, const double *x, struct prediction *p,
                            double *work, struct message *message)
{
    size_t n_classes = self->n_classes, best = 0;
    int code = STATUS_OK;
    memcpy(p->prior, self->prior, n_classes * sizeof *p->prior);
    p->n_members = self->n_members;
    for (size_t k = 0; k < self->n_members; k++)
        p->member_name[k] = self->kind[k]->name;
    if (self->n_members > 0)
        code = evidences(self, x, p, message);
    if (self->is_silent)
        say_nothing(p);
    if (code != STATUS_OK)
        return code;
    for (size_t k = 0; k < self->n_members; k++)
        posterior(p->member_probability[k], self->prior, n_classes, p->member_probability[k]);
    for (size_t c = 1; c < n_classes; c++)
        if (p->evidence[c] > p->evidence[best])
            best = c;
    posterior(p->evidence, p->prior, n_classes, p->probability);
    if (self->is_silent)
        memcpy(p->probability, self->prior, n_classes * sizeof *p->prior);
    set_errors(p, best, work);
    set_disagreement(p);
    p->resolution = self->split.n_hold > 0 ? 1 / (double)self->split.n_hold : 1;
    class_set(p->probability, n_classes, self->threshold_90, 0.90, p->in_set_90);
    class_set(p->probability, n_classes, self->threshold_95, 0.95, p->in_set_95);
    return set_isolation(self, x, p, message);
}

int comparator_predict(const struct comparator *self, const double *observed,
                       struct prediction *prediction, struct message *message)
{
    if (prediction->n_classes != self->n_classes)
        return fail(message, STATUS_INPUT, "a prediction for %zu classes, but %zu were fitted",
                    prediction->n_classes, self->n_classes);
    size_t stride = self->prepare.n_inputs + self->axes.n_axes;
    double *x = malloc((stride + 1 + REPLICAS * self->n_classes) * sizeof *x);
    if (x == NULL)
        return fail(message, STATUS_RUN, "out of memory for a prediction");
    prediction->is_extrapolation = 0;
    prepare_row(&self->prepare, observed, x, &prediction->reach);
    if (self->axes.n_axes > 0)
        axes_row(&self->axes, x, x + self->prepare.n_inputs);
    int code = predict_prepared(self, x, prediction, x + stride, message);
    free(x);
    return code;
}

double prediction_log10_bayes_factor(const struct prediction *prediction, size_t a, size_t b,
                                     double *error)
{
    double ratio[REPLICAS];
    for (size_t r = 0; r < REPLICAS; r++)
        ratio[r] =
            (prediction->replica_evidence[r][a] - prediction->replica_evidence[r][b]) / M_LN10;
    if (error != NULL)
        *error = jackknife(ratio);
    return (prediction->evidence[a] - prediction->evidence[b]) / M_LN10;
}

/* Natural log of the prior-weighted mean evidence inside less that outside; sets the group's
 * probability. */
static double group_ratio(const struct prediction *p, const double *evidence,
                          const uint8_t *is_member, double *probability)
{
    double most = -INFINITY, sum[2] = {0, 0}, prior[2] = {0, 0};
    for (size_t c = 0; c < p->n_classes; c++)
        most = fmax(most, evidence[c]);
    for (size_t c = 0; c < p->n_classes; c++) {
        sum[is_member[c] != 0] += p->prior[c] * exp(evidence[c] - most);
        prior[is_member[c] != 0] += p->prior[c];
    }
    *probability = sum[1] / (sum[0] + sum[1]);
    if (!(prior[1] > 0))
        return -INFINITY;
    if (!(prior[0] > 0))
        return INFINITY;
    return log(sum[1] / prior[1]) - log(sum[0] / prior[0]);
}

void prediction_group(const struct prediction *prediction, const uint8_t *is_member,
                      struct group_prediction *out)
{
    double probability[REPLICAS], ratio[REPLICAS];
    out->log10_bayes_factor =
        group_ratio(prediction, prediction->evidence, is_member, &out->probability) / M_LN10;
    for (size_t r = 0; r < REPLICAS; r++)
        ratio[r] =
            group_ratio(prediction, prediction->replica_evidence[r], is_member, &probability[r]) /
            M_LN10;
    out->probability_error = jackknife(probability);
    out->log10_bayes_factor_error = isfinite(out->log10_bayes_factor) ? jackknife(ratio) : 0;
}

const char *bayes_factor_words(double log10_bayes_factor)
{
    static const struct {
        double below; /* log10 */
        const char *words;
    } scale[] = {
        {0.30102999566398120, "no support"}, {1, "weak support"},   {2, "moderate support"},
        {3, "moderately strong support"},    {4, "strong support"}, {6, "very strong support"},
    };
    for (size_t i = 0; i < sizeof scale / sizeof *scale; i++)
        if (fabs(log10_bayes_factor) < scale[i].below)
            return scale[i].words;
    return "extremely strong support";
}
