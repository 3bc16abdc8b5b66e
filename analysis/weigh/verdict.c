#include "analysis/weigh/verdict.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_statistics_double.h>

#include "analysis/infer/fit.h"
#include "analysis/infer/sort.h"
#include "analysis/infer/workers.h"
#include "analysis/weigh/rows.h"
#include "analysis/weigh/sentence.h"

#define BOOTSTRAP_REPLICATES 1000

/* Everything that is needed only while the verdict is being reached. */
struct bench {
    const struct case_file *case_file;
    const struct evidence *evidence;
    const struct reference *reference;
    struct verdict_options options;
    struct rows rows;
    struct comparator comparator;
    struct prediction prediction;
    struct fit_models fit_models;
    struct fit fit;
};

static void bench_free(struct bench *bench)
{
    rows_free(&bench->rows);
    comparator_free(&bench->comparator);
    prediction_free(&bench->prediction);
    fit_models_free(&bench->fit_models);
    fit_free(&bench->fit);
}

static int classify(struct bench *bench, struct certificate *certificate, struct message *message)
{
    struct comparator_options options;
    comparator_options_init(&options);
    options.seed = bench->options.seed;
    options.threads = bench->options.threads;
    options.members = bench->options.members;
    options.observed = bench->evidence->compared;
    int status = comparator_fit(&bench->comparator, &bench->rows.table, &options, message);
    if (status == STATUS_OK)
        status = prediction_init(&bench->prediction, bench->rows.table.n_classes, message);
    if (status == STATUS_OK)
        status = comparator_predict(&bench->comparator, bench->evidence->compared,
                                    &bench->prediction, message);
    if (status == STATUS_OK)
        status = comparator_certificate(&bench->comparator, &bench->prediction,
                                        BOOTSTRAP_REPLICATES, certificate, message);
    return status;
}

static int test_fit(struct bench *bench, struct message *message)
{
    struct fit_options options;
    fit_options_init(&options);
    options.seed = bench->options.seed;
    options.threads = bench->options.threads;
    options.observed = bench->evidence->compared;
    int status = fit_models_init(&bench->fit_models, &bench->rows.table, &options, message);
    if (status == STATUS_OK)
        status = fit_test(&bench->fit_models, bench->evidence->compared, &bench->fit, message);
    return status;
}

/* ---- the statistics that miss most, in the units of the facts ---- */

/* Finite raw values of one column of one scenario, sorted; SIZE_MAX without memory. */
static size_t sorted_column(const struct reference *reference, size_t scenario, size_t column,
                            double *out)
{
    size_t n = 0;
    for (uint64_t t = 0; t < reference->trials; t++) {
        double x =
            reference->raw[(scenario * reference->trials + t) * reference->n_columns + column];
        if (isfinite(x))
            out[n++] = x;
    }
    return sort_numbers(out, n) == STATUS_OK ? n : SIZE_MAX;
}

static double share_inside(const double *sorted, size_t n, uint64_t all, double low, double high)
{
    uint64_t inside = 0;
    for (size_t i = 0; i < n; i++)
        inside += sorted[i] >= low && sorted[i] <= high;
    return (double)(inside + 1) / (double)(all + 1);
}

static void describe_miss(struct miss *miss, const struct bench *bench, size_t column,
                          double *sorted, size_t n, double compared_tail_p)
{
    const struct statistic_request *request = &bench->evidence->requests[column];
    const struct fact *fact = bench->evidence->facts[column];
    *miss = (struct miss){
        .name = request->label, .unit = request->statistic->unit, .tail_p = compared_tail_p};
    miss->is_interval = fact != NULL && fact->kind == FACT_INTERVAL;
    miss->observed = miss->is_interval ? NAN : bench->evidence->observed[column];
    miss->observed_low = miss->is_interval ? fact->low : miss->observed;
    miss->observed_high = miss->is_interval ? fact->high : miss->observed;
    miss->median = n > 0 ? gsl_stats_median_from_sorted_data(sorted, 1, n) : NAN;
    miss->low = n > 0 ? gsl_stats_quantile_from_sorted_data(sorted, 1, n, 0.025) : NAN;
    miss->high = n > 0 ? gsl_stats_quantile_from_sorted_data(sorted, 1, n, 0.975) : NAN;
    if (miss->is_interval)
        miss->tail_p = share_inside(sorted, n, bench->reference->trials, fact->low, fact->high);
}

/* Keeps the worst few in order: least tail probability first, ties in the order of the columns. */
static void keep_worst(struct scenario_verdict *verdict, const struct miss *miss)
{
    size_t at = verdict->n_worst;
    while (at > 0 && verdict->worst[at - 1].tail_p > miss->tail_p)
        at--;
    if (at == VERDICT_WORST)
        return;
    size_t last = verdict->n_worst < VERDICT_WORST ? verdict->n_worst++ : VERDICT_WORST - 1;
    for (size_t i = last; i > at; i--)
        verdict->worst[i] = verdict->worst[i - 1];
    verdict->worst[at] = *miss;
}

struct worst_job {
    struct verdict *verdict;
    const struct bench *bench;
};

static int find_worst(void *context, size_t scenario, struct message *message)
{
    const struct worst_job *job = context;
    const struct class_fit *fit = &job->bench->fit.class[scenario];
    double *sorted = malloc((job->bench->reference->trials + 1) * sizeof *sorted);
    int status = sorted != NULL ? STATUS_OK : fail(message, STATUS_RUN, "out of memory");
    for (size_t i = 0; i < fit->n_statistics && status == STATUS_OK; i++) {
        struct miss miss;
        size_t column = fit->statistic[i].column;
        size_t n = sorted_column(job->bench->reference, scenario, column, sorted);
        if (n == SIZE_MAX) {
            status = fail(message, STATUS_RUN, "out of memory");
        } else {
            describe_miss(&miss, job->bench, column, sorted, n, fit->statistic[i].tail_p);
            keep_worst(&job->verdict->scenarios[scenario], &miss);
        }
    }
    free(sorted);
    return status;
}

/* ---- assembling ---- */

static void fill_scenario(struct verdict *self, size_t s, const struct bench *bench)
{
    const struct scenario *scenario = &bench->case_file->scenarios[s];
    const struct prediction *prediction = &bench->prediction;
    struct scenario_verdict *out = &self->scenarios[s];
    out->name = scenario->name;
    out->title = scenario->title;
    out->claim = scenario->claim;
    out->prior = bench->rows.prior[s];
    out->probability = prediction->probability[s];
    out->probability_se = prediction->probability_error[s];
    out->log10_bayes_factor = prediction->log10_evidence[s];
    out->log10_bayes_factor_se = prediction->log10_evidence_error[s];
    out->words = bayes_factor_words(out->log10_bayes_factor);
    out->in_set_90 = prediction->in_set_90[s];
    out->in_set_95 = prediction->in_set_95[s];
    for (size_t m = 0; m < prediction->n_members && m < MEMBERS_MAX; m++)
        out->member_probability[m] = prediction->member_probability[m][s];
    out->fit_p_value = bench->evidence->n > 0 ? bench->fit.class[s].p_value : 1.0;
    out->fit_p_low = bench->evidence->n > 0 ? bench->fit.class[s].p_low : 1.0;
    out->fit_p_high = bench->evidence->n > 0 ? bench->fit.class[s].p_high : 1.0;
    out->fits = bench->evidence->n == 0 || bench->fit.class[s].fits;
}

static void order_by_probability(struct verdict *self)
{
    for (size_t s = 0; s < self->n_scenarios; s++) {
        size_t at = s;
        while (at > 0 && self->scenarios[self->by_probability[at - 1]].probability <
                             self->scenarios[s].probability) {
            self->by_probability[at] = self->by_probability[at - 1];
            at--;
        }
        self->by_probability[at] = s;
    }
}

/* Two scenarios cannot be told apart with this evidence when both stay in the 90 % set. */
static int find_pairs(struct verdict *self, struct message *message)
{
    size_t n = self->n_scenarios;
    self->pairs = calloc(n * n / 2 + 1, sizeof *self->pairs);
    if (self->pairs == NULL)
        return fail(message, STATUS_RUN, "out of memory");
    for (size_t i = 0; i < n; i++) {
        for (size_t j = i + 1; j < n; j++) {
            size_t a = self->by_probability[i], b = self->by_probability[j];
            if (!self->scenarios[a].in_set_90 || !self->scenarios[b].in_set_90)
                continue;
            const double *confusion = self->certificate.confusion;
            self->pairs[self->n_pairs].a = (uint16_t)a;
            self->pairs[self->n_pairs].b = (uint16_t)b;
            self->pairs[self->n_pairs++].error =
                0.5 * (confusion[a * n + b] + confusion[b * n + a]);
        }
    }
    return STATUS_OK;
}

static int fill_groups(struct verdict *self, const struct bench *bench, struct message *message)
{
    size_t n = bench->case_file->n_groups;
    self->groups = calloc(n + 1, sizeof *self->groups);
    if (self->groups == NULL)
        return fail(message, STATUS_RUN, "out of memory");
    for (size_t g = 0; g < n; g++) {
        const struct scenario_group *group = &bench->case_file->groups[g];
        struct group_verdict *out = &self->groups[self->n_groups++];
        uint8_t is_member[CASE_MAX_SCENARIOS] = {0};
        struct group_prediction answer;
        *out = (struct group_verdict){.name = group->name, .is_member = group->is_member};
        for (size_t s = 0; s < self->n_scenarios; s++) {
            is_member[s] = group->is_member[s];
            out->prior += group->is_member[s] ? self->scenarios[s].prior : 0;
        }
        prediction_group(&bench->prediction, is_member, &answer);
        bool is_against = isfinite(answer.log10_bayes_factor);
        out->probability = answer.probability;
        out->probability_se = answer.probability_error;
        out->log10_bayes_factor = is_against ? answer.log10_bayes_factor : NAN;
        out->log10_bayes_factor_se = is_against ? answer.log10_bayes_factor_error : NAN;
        out->words = is_against ? bayes_factor_words(answer.log10_bayes_factor) : "no rival";
    }
    return STATUS_OK;
}

static int assemble(struct verdict *self, const struct bench *bench, struct message *message)
{
    for (size_t s = 0; s < self->n_scenarios; s++)
        fill_scenario(self, s, bench);
    order_by_probability(self);
    self->none_p_value = bench->evidence->n > 0 ? bench->fit.p_value : 1.0;
    self->none_p_low = bench->evidence->n > 0 ? bench->fit.p_low : 1.0;
    self->none_p_high = bench->evidence->n > 0 ? bench->fit.p_high : 1.0;
    self->none_rejected = bench->evidence->n > 0 && bench->fit.rejected_05;
    self->extrapolation = bench->prediction.is_extrapolation;
    self->disagreement = bench->prediction.disagreement;
    self->n_members = bench->prediction.n_members;
    for (size_t m = 0; m < self->n_members && m < MEMBERS_MAX; m++)
        self->member_name[m] = bench->prediction.member_name[m];
    struct worst_job worst = {self, bench};
    int status = bench->evidence->n > 0 ? workers_run(bench->options.threads, self->n_scenarios,
                                                      find_worst, &worst, message)
                                        : STATUS_OK;
    if (status == STATUS_OK)
        status = find_pairs(self, message);
    if (status == STATUS_OK)
        status = fill_groups(self, bench, message);
    if (status == STATUS_OK)
        verdict_sentences(self);
    return status;
}

int verdict_reach(struct verdict *self, const struct case_file *case_file,
                  const struct evidence *evidence, const struct reference *reference,
                  const struct verdict_options *options, struct message *message)
{
    struct bench bench;
    memset(self, 0, sizeof *self);
    memset(&bench, 0, sizeof bench);
    bench.case_file = case_file;
    bench.evidence = evidence;
    bench.reference = reference;
    bench.options = *options;
    self->case_path = case_file->path;
    self->case_title = case_file->title;
    self->assumed = case_file->assumed;
    self->n_assumed = case_file->n_assumed;
    self->seed = options->seed;
    self->trials_per_scenario = reference->trials;
    self->evidence_kind = evidence->kind;
    self->evidence = evidence;
    self->n_scenarios = reference->n_scenarios;
    self->scenarios = calloc(self->n_scenarios + 1, sizeof *self->scenarios);
    self->by_probability = calloc(self->n_scenarios + 1, sizeof *self->by_probability);
    int status = self->scenarios != NULL && self->by_probability != NULL
                     ? rows_build(&bench.rows, case_file, evidence, reference, options->seed, 0,
                                  options->threads, message)
                     : fail(message, STATUS_RUN, "out of memory");
    if (status == STATUS_OK)
        status = classify(&bench, &self->certificate, message);
    if (status == STATUS_OK && evidence->n > 0)
        status = test_fit(&bench, message);
    if (status == STATUS_OK && options->ledger && evidence->n > 0 && self->n_scenarios > 1)
        status = balance_reach(&self->balance, &bench.rows.table, evidence->compared, options->seed,
                               options->threads, message);
    if (status == STATUS_OK)
        status = assemble(self, &bench, message);
    bench_free(&bench);
    return status;
}

void verdict_free(struct verdict *self)
{
    free(self->scenarios);
    free(self->by_probability);
    free(self->pairs);
    free(self->groups);
    balance_free(&self->balance);
    certificate_free(&self->certificate);
    memset(self, 0, sizeof *self);
}
