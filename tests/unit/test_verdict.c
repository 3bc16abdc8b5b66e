/* The verdict as a whole on a tiny case: prior weights enter by Bayes' rule alone, groups add up,
 * and case files name groups. */
#include "analysis/weigh/verdict.h"

#include <gsl/gsl_errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/trial.h"
#include "tests/support/assert_near.h"
#include "tests/support/tiny_case.h"

enum { TRIALS = 120, DAYS = 14, SEED = 3 };

struct scene {
    struct tiny_case tiny;
    struct scenario_group group[2];
    struct evidence evidence;
    struct reference reference;
};

static void need(int status, const struct message *message)
{
    if (status != STATUS_OK)
        fail_msg("%s", message->text);
}

/* Evidence is a log of the second scenario that is not in the table. */
static void scene_init(struct scene *self)
{
    struct message message = {{0}};
    struct trial trial;
    memset(self, 0, sizeof *self);
    tiny_case_init(&self->tiny, DAYS);
    struct case_file *tiny = &self->tiny.case_file;
    self->group[0] = (struct scenario_group){"first", {true, false}};
    self->group[1] = (struct scenario_group){"both", {true, true}};
    tiny->groups = self->group;
    tiny->n_groups = 2;
    need(trial_init(&trial, &tiny->world), &message);
    need(trial_run(&trial, &tiny->scenarios[1].plan, SEED, TRIALS + 1, &message), &message);
    need(evidence_from_logs(&self->evidence, tiny, trial.logs, &message), &message);
    trial_free(&trial);
    struct reference_options options = {.seed = SEED, .trials = TRIALS, .threads = 2};
    need(reference_fill(&self->reference, tiny, self->evidence.requests, self->evidence.n, &options,
                        &message),
         &message);
}

static void scene_free(struct scene *self)
{
    reference_free(&self->reference);
    evidence_free(&self->evidence);
    tiny_case_free(&self->tiny);
}

static struct verdict weigh(struct scene *scene, double first, double second)
{
    struct message message = {{0}};
    struct verdict verdict;
    struct verdict_options options = {.seed = SEED, .threads = 2, .members = MEMBERS_ALL};
    scene->tiny.scenarios[0].weight = first;
    scene->tiny.scenarios[1].weight = second;
    need(verdict_reach(&verdict, &scene->tiny.case_file, &scene->evidence, &scene->reference,
                       &options, &message),
         &message);
    return verdict;
}

static double odds(const struct verdict *verdict)
{
    return verdict->scenarios[0].probability / verdict->scenarios[1].probability;
}

static void prior_weights_enter_by_bayes_rule_alone(void **state)
{
    struct scene scene;
    (void)state;
    scene_init(&scene);
    struct verdict equal = weigh(&scene, 1, 1), tilted = weigh(&scene, 10, 1);
    assert_near(odds(&tilted) / odds(&equal), 10, 1e-9);
    for (size_t s = 0; s < 2; s++) {
        const struct scenario_verdict *a = &equal.scenarios[s], *b = &tilted.scenarios[s];
        assert_true(a->log10_bayes_factor == b->log10_bayes_factor);
        assert_true(a->log10_bayes_factor_se == b->log10_bayes_factor_se);
        assert_true(a->fit_p_value == b->fit_p_value);
    }
    verdict_free(&equal);
    verdict_free(&tilted);
    scene_free(&scene);
}

static void a_group_of_one_is_that_one_and_of_all_is_certain(void **state)
{
    struct scene scene;
    (void)state;
    scene_init(&scene);
    struct verdict verdict = weigh(&scene, 3, 1);
    const struct group_verdict *first = &verdict.groups[0], *both = &verdict.groups[1];
    assert_int_equal(verdict.n_groups, 2);
    assert_near(first->prior, 0.75, 1e-12);
    assert_near(first->probability, verdict.scenarios[0].probability, 1e-12);
    assert_near(first->log10_bayes_factor,
                verdict.scenarios[0].log10_bayes_factor - verdict.scenarios[1].log10_bayes_factor,
                1e-9);
    assert_near(both->probability, 1, 1e-12);
    assert_true(isnan(both->log10_bayes_factor));
    verdict_free(&verdict);
    scene_free(&scene);
}

/* Two scenarios: what speaks for one speaks against the other, and the probability without a piece
 * follows from its decibans. */
static void the_ledger_accounts_for_every_piece(void **state)
{
    struct scene scene;
    struct message message = {{0}};
    struct verdict verdict;
    struct verdict_options options = {
        .seed = SEED, .threads = 2, .members = MEMBERS_ALL, .ledger = true};
    (void)state;
    scene_init(&scene);
    need(verdict_reach(&verdict, &scene.tiny.case_file, &scene.evidence, &scene.reference, &options,
                       &message),
         &message);
    const struct balance *balance = &verdict.balance;
    assert_true(balance->is_done && balance->n_families > 1);
    assert_true(balance->n_singles > balance->n_families);
    assert_near(balance->all[0], -balance->all[1], 1e-9);
    for (size_t i = 0; i < balance->n_singles; i++) {
        const struct balance_line *line = &balance->single[i];
        size_t best = line->best_without;
        double odds_without = pow(10, (balance->all[best] - line->last[best]) / 10);
        assert_near(line->probability_without, odds_without / (1 + odds_without), 1e-9);
        assert_true(line->probability_without >= 0.5);
        assert_true(i == 0 || fabs(line->change) <= fabs(balance->single[i - 1].change));
    }
    verdict_free(&verdict);
    scene_free(&scene);
}

static void every_scenario_of_2016_is_in_one_group(void **state)
{
    struct case_file case_file;
    struct message message = {{0}};
    (void)state;
    need(case_load(&case_file, "scenarios/cases/alfa-2016.cfg", &message), &message);
    assert_int_equal(case_file.n_groups, 4);
    for (int s = 0; s < case_file.n_scenarios; s++) {
        int n = 0;
        for (size_t g = 0; g < case_file.n_groups; g++)
            n += case_file.groups[g].is_member[s];
        if (n != 1)
            fail_msg("\"%s\" is in %d groups", case_file.scenarios[s].name, n);
    }
    case_free(&case_file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prior_weights_enter_by_bayes_rule_alone),
        cmocka_unit_test(a_group_of_one_is_that_one_and_of_all_is_certain),
        cmocka_unit_test(the_ledger_accounts_for_every_piece),
        cmocka_unit_test(every_scenario_of_2016_is_in_one_group),
    };
    gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
