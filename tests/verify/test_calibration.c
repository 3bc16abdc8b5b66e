/* The whole comparison put to logs whose scenario is known: published facts of 2016 and logs, four
 * scenarios and all.
 *
 * Fixed seeds. Each bound is stated with its false-alarm rate; all together below 1 %.
 */
#include "analysis/infer/fit.h"
#include "analysis/weigh/check.h"
#include "analysis/weigh/rows.h"
#include "sim/trial.h"

#include <gsl/gsl_errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CASE "scenarios/cases/alfa-2016.cfg"

enum { FOUR = 4, THREADS = 2 };

static void need(int status, const struct message *message)
{
    if (status != STATUS_OK)
        fail_msg("%s", message->text);
}

/* Brings four unlike scenarios to the front and counts only them; restore with the old count. */
static int take_four(struct case_file *case_file)
{
    static const char *const names[FOUR] = {"marketing-blast", "spam-rejection-loop",
                                            "private-channel", "background-only"};
    int all = case_file->n_scenarios;
    for (int i = 0; i < FOUR; i++) {
        struct scenario *found = case_find_scenario(case_file, names[i]);
        assert_non_null(found);
        struct scenario moved = case_file->scenarios[i];
        case_file->scenarios[i] = *found;
        *found = moved;
    }
    case_file->n_scenarios = FOUR;
    return all;
}

/* Sum of squares of the z-scores of the mean probabilities, all but the last class. */
static double squared_z(const struct check *check)
{
    double sum = 0;
    for (size_t c = 0; c + 1 < check->n_classes; c++) {
        double z = (check->mean_probability[c] - check->prior[c]) / check->mean_error[c];
        print_message("    z %+.2f\n", z);
        sum += z * z;
    }
    return sum;
}

static void check_facts(int n_scenarios, uint64_t seed, uint64_t trials, uint64_t fresh,
                        double *square)
{
    struct case_file case_file;
    struct evidence evidence;
    struct check check;
    struct message message = {{0}};
    need(case_load(&case_file, CASE, &message), &message);
    int all = n_scenarios == FOUR ? take_four(&case_file) : case_file.n_scenarios;
    need(evidence_load(&evidence, &case_file, &message), &message);
    struct check_options options = {
        .seed = seed, .trials = trials, .fresh = fresh, .threads = THREADS, .members = MEMBERS_ALL};
    need(check_run(&check, &case_file, &evidence, &options, &message), &message);
    print_message("  %zu scenarios, seed %llu: ECE %.4f, coverage %.3f, size %.2f\n",
                  check.n_classes, (unsigned long long)seed, check.scores.calibration_error,
                  check.coverage_90, check.set_size_90);
    *square += squared_z(&check);
    assert_true(check.scores.calibration_error <= 0.03);
    /* four standard errors, of fresh and of held-out rows: 3e-5 */
    double rows = (double)check.n_rows / (1 + (double)fresh / (0.15 * (double)trials));
    assert_true(check.coverage_90 >= 0.90 - 4 * sqrt(0.09 / rows));
    check_free(&check);
    evidence_free(&evidence);
    case_file.n_scenarios = all;
    case_free(&case_file);
}

/* Three seeds, three free classes each: the sum of squares is about chi-squared with 9 degrees of
 * freedom, which is above 27.9 once in 1,000. */
static void answers_to_facts_are_calibrated_for_four_scenarios(void **state)
{
    double square = 0;
    (void)state;
    for (uint64_t seed = 21; seed < 24; seed++)
        check_facts(FOUR, seed, 3000, 2000, &square);
    assert_true(square < 27.9);
}

/* Eighteen free classes: above 42.3 once in 1,000. */
static void answers_to_facts_are_calibrated_for_all_scenarios(void **state)
{
    double square = 0;
    (void)state;
    check_facts(0, 31, 1500, 500, &square);
    assert_true(square < 42.3);
}

/* ---- logs ---- */

enum { TRIALS = 1500, FRESH = 500 };

/* Four scenarios, the default statistics of the first sensor, a fitted comparator and fit models,
 * and fresh logs. A statistic that a log does not define is missing in its row. */
struct scene {
    struct case_file case_file;
    int all;
    struct evidence evidence;
    struct reference known, fresh;
    struct rows known_rows, fresh_rows;
    struct comparator comparator;
    struct fit_models fit_models;
};

static void simulate(struct scene *self, struct reference *reference, struct rows *rows,
                     uint64_t first, uint64_t n)
{
    struct message message = {{0}};
    struct reference_options options = {
        .seed = 41, .trials = n, .first_trial = first, .threads = THREADS};
    need(reference_fill(reference, &self->case_file, self->evidence.requests, self->evidence.n,
                        &options, &message),
         &message);
    need(rows_build(rows, &self->case_file, &self->evidence, reference, options.seed, first,
                    THREADS, &message),
         &message);
}

static int scene_init(void **state)
{
    struct message message = {{0}};
    struct scene *self = calloc(1, sizeof *self);
    struct trial trial;
    assert_non_null(self);
    need(case_load(&self->case_file, CASE, &message), &message);
    self->all = take_four(&self->case_file);
    need(trial_init(&trial, &self->case_file.world), &message);
    need(trial_run(&trial, &self->case_file.scenarios[0].plan, 1, 0, &message), &message);
    need(evidence_from_logs(&self->evidence, &self->case_file, trial.logs, &message), &message);
    trial_free(&trial);
    for (size_t i = 0; i < self->evidence.n; i++)
        self->evidence.observed[i] = self->evidence.compared[i] = 0; /* no column is special */
    simulate(self, &self->known, &self->known_rows, 0, TRIALS);
    simulate(self, &self->fresh, &self->fresh_rows, TRIALS, FRESH);
    struct comparator_options options;
    comparator_options_init(&options);
    options.threads = THREADS;
    need(comparator_fit(&self->comparator, &self->known_rows.table, &options, &message), &message);
    struct fit_options fit_options;
    fit_options_init(&fit_options);
    fit_options.threads = THREADS;
    need(fit_models_init(&self->fit_models, &self->known_rows.table, &fit_options, &message),
         &message);
    *state = self;
    return 0;
}

static int scene_free(void **state)
{
    struct scene *self = *state;
    fit_models_free(&self->fit_models);
    comparator_free(&self->comparator);
    rows_free(&self->known_rows);
    rows_free(&self->fresh_rows);
    reference_free(&self->known);
    reference_free(&self->fresh);
    evidence_free(&self->evidence);
    self->case_file.n_scenarios = self->all;
    case_free(&self->case_file);
    free(self);
    return 0;
}

/* Mean of how far p lies below a level. */
static double mean_below(const double *p, size_t n, double level)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += fmax(level - p[i], 0) / (double)n;
    return sum;
}

/* A p-value uniform on [0, 1] lies below t by t^2 / 2 on average. A mean of such p-values, however
 * they depend on each other, does so by no more, at any t (Jensen's inequality); rows that are
 * equally unusual make it less still. So the check is one-sided. Two more: own logs fail at 0.05 no
 * more often than that, which is not proven for a mean but is what the documentation says; and the
 * mean of p is below 0.6, since a test that never rejects would pass all else (a beacon, below, is
 * the check of its power).
 *
 * Fresh logs and the rows that give the null distribution both have noise, each as that of
 * max(t - U, 0) with U uniform, whose variance is t^3 / 3 - t^4 / 4. Four standard errors: 24
 * assertions, together a false alarm in 1,000 at most. */
static void check_own_p(const double *p, size_t n, double n_null)
{
    static const double levels[] = {0.05, 0.1, 0.2, 0.5, 1};
    double noise = 1 / (double)n + 1 / n_null, failed = 0;
    for (size_t k = 0; k < sizeof levels / sizeof levels[0]; k++) {
        double t = levels[k], z = (mean_below(p, n, t) - t * t / 2) /
                                  sqrt((t * t * t / 3 - t * t * t * t / 4) * noise);
        print_message("    t %.2f: z %+.2f\n", t, z);
        assert_true(z < 4);
    }
    for (size_t i = 0; i < n; i++)
        failed += p[i] <= 0.05;
    print_message("    own logs that fail at 5 %%: %.1f %%\n", 100 * failed / (double)n);
    assert_true(failed / (double)n <= 0.05 + 4 * sqrt(0.0475 * noise));
    assert_true(mean_below(p, n, 1) > 0.4);
}

/* Whether a scenario can make its own logs: p is no smaller than a uniform number. In each round of
 * splits every one of the scenario's rows is once in a null set. */
static void fit_p_of_own_logs_is_not_too_small(void **state)
{
    struct scene *self = *state;
    const struct table *table = &self->fresh_rows.table;
    double p[FRESH];
    for (size_t s = 0; s < FOUR; s++) {
        for (size_t i = 0; i < FRESH; i++) {
            struct message message = {{0}};
            struct fit fit;
            need(fit_test(&self->fit_models, table->values + (s * FRESH + i) * table->n_columns,
                          &fit, &message),
                 &message);
            p[i] = fit.class[s].p_value;
            fit_free(&fit);
        }
        print_message("  %s\n", self->case_file.scenarios[s].name);
        check_own_p(p, FRESH, TRIALS);
    }
}

/* Logs: calibration error at most 0.03, the set covers, and little is called "none of these". */
static void answers_to_logs_are_calibrated(void **state)
{
    struct scene *self = *state;
    const struct table *table = &self->fresh_rows.table;
    struct message message = {{0}};
    struct prediction prediction;
    double *probability = malloc(table->n_rows * FOUR * sizeof *probability);
    size_t covered = 0, none = 0;
    assert_non_null(probability);
    need(prediction_init(&prediction, FOUR, &message), &message);
    for (size_t i = 0; i < table->n_rows; i++) {
        const double *row = table->values + i * table->n_columns;
        struct fit fit;
        need(comparator_predict(&self->comparator, row, &prediction, &message), &message);
        memcpy(probability + i * FOUR, prediction.probability, FOUR * sizeof *probability);
        covered += prediction.in_set_90[table->labels[i]];
        need(fit_test(&self->fit_models, row, &fit, &message), &message);
        none += (size_t)fit.rejected_05;
        fit_free(&fit);
    }
    struct answers answers = {table->n_rows, FOUR, probability, table->labels, NULL};
    struct scores scores;
    scores_compute(&scores, &answers, 0.001);
    double n = (double)table->n_rows;
    print_message("  logs: error %.3f, ECE %.4f, coverage %.3f, none of these %.3f\n", scores.error,
                  scores.calibration_error, (double)covered / n, (double)none / n);
    assert_true(scores.calibration_error <= 0.03);
    assert_true((double)covered / n >= 0.90 - 4 * sqrt(0.09 / 0.3 / n));
    assert_true((double)none / n <= 0.05 + 4 * sqrt(0.0475 / 0.5 / n));
    prediction_free(&prediction);
    free(probability);
}

/* One look-up every seven minutes, day and night, from n clients in turn; client n = 0: one that
 * the case does not know. */
static double beacon_p(struct scene *self, size_t n_clients)
{
    static const char *const clients[] = {"217.12.96.15", "217.12.97.15", "167.73.110.8"};
    const struct world *world = &self->case_file.world;
    const struct sensor *sensor = &world->sensors[0];
    struct message message = {{0}};
    struct query_array *logs = calloc(world->n_sensors, sizeof *logs);
    assert_non_null(logs);
    uint64_t k = 0;
    for (time_us t = sensor->from_us; t < sensor->until_us; t += 420 * US_PER_S, k++) {
        const char *client = n_clients > 0 ? clients[k % n_clients] : NULL;
        struct query query = {.time_us = t, .type = TYPE_A};
        query.client = client != NULL ? intern_find(&world->clients, client, strlen(client))
                                      : world->clients.count + 1;
        query.name = intern_find(&world->names, "mail1.trump-email.com", 21);
        assert_true(query.client != INTERN_NONE && query.name != INTERN_NONE);
        assert_int_equal(query_array_add(&logs[0], query), STATUS_OK);
    }
    struct evidence evidence;
    need(evidence_from_logs(&evidence, &self->case_file, logs, &message), &message);
    struct rows rows;
    need(rows_build(&rows, &self->case_file, &evidence, &self->known, 41, 0, 2, &message),
         &message);
    struct fit_options options;
    struct fit_models models;
    struct fit fit;
    fit_options_init(&options);
    options.threads = THREADS;
    need(fit_models_init(&models, &rows.table, &options, &message), &message);
    need(fit_test(&models, evidence.compared, &fit, &message), &message);
    double p = fit.p_value;
    fit_free(&fit);
    fit_models_free(&models);
    rows_free(&rows);
    evidence_free(&evidence);
    query_array_free(&logs[0]);
    free(logs);
    return p;
}

/* No scenario does that; the p-value cannot be less than 1 in 500. */
static void a_beacon_is_none_of_these(void **state)
{
    for (size_t n = 0; n <= 3; n++) {
        double p = beacon_p(*state, n);
        print_message("  beacon of %zu clients: p %.4f\n", n, p);
        assert_true(p <= 0.05);
    }
}

int main(void)
{
    const struct CMUnitTest facts[] = {
        cmocka_unit_test(answers_to_facts_are_calibrated_for_four_scenarios),
        cmocka_unit_test(answers_to_facts_are_calibrated_for_all_scenarios),
    };
    const struct CMUnitTest logs[] = {
        cmocka_unit_test(fit_p_of_own_logs_is_not_too_small),
        cmocka_unit_test(answers_to_logs_are_calibrated),
        cmocka_unit_test(a_beacon_is_none_of_these),
    };
    gsl_set_error_handler_off();
    int failed = cmocka_run_group_tests(logs, scene_init, scene_free);
    return failed + cmocka_run_group_tests(facts, NULL, NULL);
}
