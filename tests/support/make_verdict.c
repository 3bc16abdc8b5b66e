#include "tests/support/make_verdict.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[MADE_SCENARIOS_MAX] = {
    "marketing-blast",
    "spam-rejection-loop",
    "private-channel",
    "background-only",
    "monitoring-probe-of-a-reputation-vendor-with-a-very-long-name",
    "malware-beacon",
    "fabricated-log",
    "newsletter-reopened-by-readers",
    "search-suffix-leak",
    "mta-callout",
    "abandoned-greylist",
    "security-scanner-sweep",
    "dnsbl-check",
    "calendar-invitations",
    "delivery-status-notices",
    "web-page-with-tracking-pixel",
    "resolver-prefetch",
};

static const struct {
    const char *label, *unit;
    double median, spread, observed;
} stats[MADE_FACTS] = {
    {"paste.count.alfa", "queries", 2400, 0.5, 2820},
    {"paste.share.spectrum", "share", 0.25, 0.3, 0.27},
    {"paste.working_share.alfa", "share", 0.45, 0.2, 0.41},
    {"paste.gap_quantile.alfa.at.one.hour.exactly", "s", 3700, 0.1, 3601},
    {"slate.weekend_share", "share", 0.22, 0.2, 0.12},
    {"slate.active_days", "days", 110, 0.1, 118},
    {"paste.correlation.alfa.spectrum", "", 0.3, 0.6, 0.6},
    {"paste.burst_size_mean", "queries", 2.2, 0.3, 2.0},
    {"paste.first_day", "d", 3, 0.8, 0},
};

static double noise(uint64_t *state)
{
    double sum = 0;
    for (int i = 0; i < 4; i++) {
        *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        sum += (double)(*state >> 40) / (double)(1u << 24) - 0.5;
    }
    return sum * 1.7320508;
}

static void make_facts(struct made_verdict *self, const struct made_options *options)
{
    for (size_t i = 0; i < MADE_FACTS; i++) {
        const char *label = options->hostile != NULL ? options->hostile : stats[i].label;
        struct statistic statistic = {.name = i == 0 ? "count" : "made", .unit = stats[i].unit};
        memcpy(&self->statistics[i], &statistic, sizeof statistic);
        struct statistic_request *request = &self->requests[i];
        request->statistic = &self->statistics[i];
        snprintf(request->label, sizeof request->label, "%s", label);
        struct fact *fact = &self->fact_items[i];
        fact->request = *request;
        fact->kind = i % 3 == 2 ? FACT_INTERVAL : FACT_VALUE;
        fact->value = stats[i].observed;
        fact->sd = i == 3 ? 0 : fabs(stats[i].observed) * 0.05;
        fact->low = i == 2 ? 0.35 : i == 8 ? -INFINITY : stats[i].observed * 0.9;
        fact->high = i == 5 ? INFINITY : stats[i].observed * 1.2 + 0.5;
        fact->source = options->hostile != NULL ? options->hostile
                                                : "F. Foer, Slate, 31 October 2016, figure 2";
        fact->note = i % 2 == 0 ? NULL : "\"roughly\" is read as a standard deviation of 5 %";
        self->facts[i] = fact;
        self->observed[i] = fact->kind == FACT_VALUE ? fact->value : 1;
    }
    self->left_out[0] = (struct left_out){"mail.bounce_share", "no mail log was published"};
    self->left_out[1] = (struct left_out){
        options->hostile != NULL ? options->hostile : "types.share_txt", "no type column"};
    self->evidence = (struct evidence){.kind = EVIDENCE_FACTS,
                                       .n = options->empty ? 0 : MADE_FACTS,
                                       .requests = self->requests,
                                       .facts = self->facts,
                                       .observed = self->observed,
                                       .left_out = self->left_out,
                                       .n_left_out = options->empty ? 0 : 2};
}

static void make_misses(struct made_verdict *self, size_t s, const struct made_options *options)
{
    struct scenario_verdict *scenario = &self->scenario_verdicts[s];
    scenario->n_worst = options->empty ? 0 : VERDICT_WORST;
    for (size_t i = 0; i < VERDICT_WORST; i++) {
        size_t k = (s + 2 * i) % MADE_FACTS;
        double spread = stats[k].median * stats[k].spread;
        struct miss *miss = &scenario->worst[i];
        miss->name = self->requests[k].label;
        miss->unit = stats[k].unit;
        miss->is_interval = self->fact_items[k].kind == FACT_INTERVAL;
        miss->observed = miss->is_interval ? NAN : stats[k].observed;
        miss->observed_low = self->fact_items[k].low;
        miss->observed_high = self->fact_items[k].high;
        miss->median = stats[k].median;
        miss->low = stats[k].median - 2 * spread;
        miss->high = stats[k].median + 2 * spread;
        miss->tail_p = 0.01 * (double)(i + 1);
    }
}

static void make_scenarios(struct made_verdict *self, const struct made_options *options)
{
    double sum = 0, weight[MADE_SCENARIOS_MAX];
    size_t n = options->n_scenarios;
    for (size_t s = 0; s < n; s++)
        sum += weight[s] = exp(-0.6 * (double)((s * 7 + 2) % n));
    for (size_t s = 0; s < n; s++) {
        struct scenario_verdict *scenario = &self->scenario_verdicts[s];
        double factor = log10(weight[s]);
        scenario->name = options->hostile != NULL ? options->hostile : names[s];
        scenario->title =
            options->hostile != NULL ? options->hostile : "An explanation with a title of its own";
        scenario->claim = "A vendor's bulk mailer sends promotions; receivers check the host.";
        scenario->prior = options->empty ? NAN : 1.0 / (double)n;
        scenario->probability = options->empty ? NAN : weight[s] / sum;
        scenario->probability_se = options->empty ? NAN : 0.3 * scenario->probability;
        scenario->log10_bayes_factor = factor;
        scenario->log10_bayes_factor_se = 0.11;
        scenario->words = bayes_factor_words(factor);
        scenario->fit_p_value = options->empty ? NAN : s % 4 == 1 ? 0.0002 : 0.07 * (double)(s + 1);
        scenario->fits = s % 4 != 1;
        scenario->in_set_90 = scenario->probability > 0.1;
        scenario->in_set_95 = scenario->probability > 0.05;
        scenario->member_probability[0] = scenario->probability;
        scenario->member_probability[1] = scenario->probability * 0.9;
        make_misses(self, s, options);
        self->scenarios[s] = (struct scenario){
            .name = scenario->name,
            .path = "scenarios/one.cfg",
            .title = scenario->title,
            .claim = scenario->claim,
            .proposed_by = options->hostile != NULL ? options->hostile : "R. Graham (blog, 2016)",
            .reasons = s % 2 == 0 ? "The list is some hundreds of guests; two or three sends a "
                                    "week."
                                  : NULL,
            .against = "A look-up on every hour of the night would speak against it.",
            .weight = 1};
    }
    for (size_t s = 0; s < n; s++)
        self->by_probability[s] = s;
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++)
            if (weight[self->by_probability[j]] > weight[self->by_probability[i]]) {
                size_t swap = self->by_probability[i];
                self->by_probability[i] = self->by_probability[j];
                self->by_probability[j] = swap;
            }
}

static void make_certificate(struct made_verdict *self, const struct made_options *options)
{
    struct certificate *certificate = &self->verdict.certificate;
    size_t n = options->n_scenarios;
    certificate->n_classes = n;
    certificate->confusion = self->confusion;
    certificate->mean_probability = self->mean_probability;
    certificate->mean_error = self->mean_error;
    if (options->empty)
        return;
    certificate->n_rows = 5000;
    certificate->scores = (struct scores){0.21, 0.006, 0.61, 0.17, 0.014, 0.2};
    certificate->prior_scores = (struct scores){0.75, 0.006, 1.386, 0.375, 0.001, 0.75};
    certificate->calibration = (struct calibration_test){0.001, 0.34, 0.5};
    for (size_t i = 0; i < RELIABILITY_BINS; i++) {
        double said = ((double)i + 0.5) / RELIABILITY_BINS;
        double weight = i < 4 ? 0 : 30 + 40.0 * (double)((i - 4) * (i - 4));
        certificate->reliability[i] =
            (struct reliability_bin){weight, weight > 0 ? said : 0,
                                     weight > 0 ? fmin(1, said + (i % 2 == 0 ? 0.02 : -0.02)) : 0};
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++)
            self->confusion[i * n + j] = i == j ? 0.8 : j == (i + 1) % n ? 0.15 : 0;
        for (size_t j = 0; j < n; j++)
            if (i != j && j != (i + 1) % n)
                self->confusion[i * n + j] = 0.05 / (double)(n - 2);
        self->mean_probability[i] = 1.0 / (double)n;
        self->mean_error[i] = 0.004;
    }
    certificate->expected_error_here = 0.31;
    certificate->local_error = 0.29;
    certificate->n_local = 200;
    certificate->coverage_90 = 0.903;
    certificate->coverage_95 = 0.948;
    certificate->set_size_90 = 1.4;
    certificate->set_size_95 = 1.8;
    certificate->gain_bits = 1.12;
    certificate->gain_bits_error = 0.02;
}

static void make_reference(struct made_verdict *self, const struct made_options *options)
{
    uint64_t state = 7;
    struct reference *table = &self->reference;
    table->n_scenarios = options->n_scenarios;
    table->n_columns = self->evidence.n;
    table->trials = MADE_TRIALS;
    table->raw = calloc(table->n_scenarios * MADE_TRIALS * MADE_FACTS, sizeof *table->raw);
    for (size_t s = 0; s < table->n_scenarios; s++)
        for (size_t t = 0; t < MADE_TRIALS; t++)
            for (size_t c = 0; c < table->n_columns; c++) {
                double shift = 0.5 * (double)((s * (c + 3)) % 5) - 1;
                table->raw[(s * MADE_TRIALS + t) * table->n_columns + c] =
                    t % 50 == 49
                        ? NAN
                        : stats[c].median * (1 + stats[c].spread * (shift + noise(&state)));
            }
}

static void make_examples(struct made_verdict *self, const struct made_options *options)
{
    uint64_t state = 11;
    for (size_t s = 0; s < options->n_scenarios; s++)
        for (size_t d = 0; d < MADE_DAYS; d++) {
            double weekly = d % 7 < 5 ? 20 : 6;
            self->counts[s * MADE_DAYS + d] =
                floor(fmax(0, (1 + (double)(s % 3)) * weekly * (1 + 0.4 * noise(&state))));
        }
    self->levels[0] = (struct daily_level){
        options->hostile != NULL ? options->hostile : "paste.count.alfa", 0, 143, 18, 22};
    self->levels[1] = (struct daily_level){"slate.count", 90, 53, 30, 30};
    self->examples = (struct example_days){
        .n_days = MADE_DAYS,
        .first_day_us = civil_days(2016, 5, 4) * US_PER_DAY,
        .counts = self->counts,
        .levels = self->levels,
        .n_levels = 2,
        .what = options->hostile != NULL ? options->hostile : "all queries in log paste"};
}

void made_verdict_init(struct made_verdict *self, const struct made_options *options)
{
    memset(self, 0, sizeof *self);
    struct verdict *verdict = &self->verdict;
    make_facts(self, options);
    make_scenarios(self, options);
    make_certificate(self, options);
    make_reference(self, options);
    make_examples(self, options);
    verdict->case_path = options->hostile != NULL ? options->hostile : "scenarios/cases/made.cfg";
    verdict->case_title = options->hostile != NULL
                              ? options->hostile
                              : "Look-ups of mail1.example.com, May to September 2016";
    verdict->seed = 20161031;
    verdict->trials_per_scenario = 10000;
    verdict->evidence_kind = options->empty ? EVIDENCE_NONE : EVIDENCE_FACTS;
    verdict->evidence = &self->evidence;
    verdict->scenarios = self->scenario_verdicts;
    verdict->n_scenarios = options->n_scenarios;
    verdict->by_probability = self->by_probability;
    verdict->none_p_value = options->empty ? NAN : options->none_rejected ? 0.0004 : 0.31;
    verdict->none_rejected = options->none_rejected;
    verdict->extrapolation = options->none_rejected;
    verdict->disagreement = 0.14;
    verdict->member_name[0] = "logistic";
    verdict->member_name[1] = "forest";
    verdict->n_members = 2;
    verdict->pairs = calloc(1, sizeof *verdict->pairs);
    verdict->n_pairs = 1;
    verdict->pairs[0].b = 1;
    verdict->pairs[0].error = 0.37;
    snprintf(verdict->sentence, sizeof verdict->sentence, "%s",
             options->hostile != NULL
                 ? options->hostile
                 : "Of the explanations compared, marketing mail accounts best for the published "
                   "facts (62 %), but a private channel cannot be told apart from it.");
    snprintf(verdict->trust, sizeof verdict->trust, "%s",
             "In trials with answers near this one the program chose wrongly in 29 of 100.");
    self->case_file.path = verdict->case_path;
    self->case_file.title = verdict->case_title;
    self->case_file.summary = "A host that sent mail was asked for by two organisations.";
    self->case_file.scenarios = self->scenarios;
    self->case_file.n_scenarios = (int)options->n_scenarios;
    self->input = (struct report_input){
        .verdict = verdict,
        .case_file = &self->case_file,
        .reference = &self->reference,
        .examples = &self->examples,
        .command = options->hostile != NULL
                       ? options->hostile
                       : "mxplain compare scenarios/cases/made.cfg --trials 10000 --seed 20161031",
        .version = "0.1.0"};
}

void made_verdict_free(struct made_verdict *self)
{
    free(self->reference.raw);
    free(self->verdict.pairs);
}
