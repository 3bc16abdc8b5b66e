/* The sentence of a verdict: what a reader may quote must not say more than the figures do. */
#include "analysis/weigh/sentence.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SCENARIOS = 3 };

struct made {
    struct evidence evidence;
    struct scenario_verdict scenario[SCENARIOS];
    size_t order[SCENARIOS];
    struct verdict verdict;
};

/* Three scenarios with equal priors, of which "alpha" leads by a factor of 100 and fits. */
static void make(struct made *self)
{
    static const char *const names[SCENARIOS] = {"alpha", "beta", "gamma"};
    static const double probability[SCENARIOS] = {0.98, 0.01, 0.01};
    memset(self, 0, sizeof *self);
    self->evidence.n = 3;
    for (size_t i = 0; i < SCENARIOS; i++) {
        self->order[i] = i;
        self->scenario[i] = (struct scenario_verdict){.name = names[i],
                                                      .prior = 1.0 / SCENARIOS,
                                                      .probability = probability[i],
                                                      .log10_bayes_factor = i == 0 ? 0 : -2,
                                                      .log10_bayes_factor_se = 0.1,
                                                      .fit_p_value = 0.5,
                                                      .fits = true,
                                                      .in_set_90 = i == 0};
    }
    self->verdict = (struct verdict){.evidence = &self->evidence,
                                     .evidence_kind = EVIDENCE_LOG,
                                     .scenarios = self->scenario,
                                     .n_scenarios = SCENARIOS,
                                     .by_probability = self->order,
                                     .none_p_value = 0.5};
    self->verdict.certificate.n_rows = 600;
    self->verdict.certificate.local_error = NAN;
}

static void says(const struct made *made, const char *part)
{
    if (strstr(made->verdict.sentence, part) == NULL)
        fail_msg("expected \"%s\" in: %s", part, made->verdict.sentence);
}

static void says_not(const struct made *made, const char *part)
{
    if (strstr(made->verdict.sentence, part) != NULL)
        fail_msg("\"%s\" must not be in: %s", part, made->verdict.sentence);
}

static void a_clear_leader_comes_with_prior_and_factor(void **state)
{
    struct made made;
    (void)state;
    make(&made);
    verdict_sentences(&made.verdict);
    says(&made, "\"alpha\" accounts best for the observed log: probability 98 % from a prior of "
                "33 %");
    says(&made, "about 100 times (60 to 200) as probable");
    says(&made, "does not exclude others");
    says_not(&made, "But");
}

/* 600 checked logs cannot bear out a factor of 100,000. */
static void a_factor_beyond_what_was_checked_is_not_put_in_figures(void **state)
{
    struct made made;
    (void)state;
    make(&made);
    made.scenario[1].log10_bayes_factor = -5;
    made.scenario[2].log10_bayes_factor = -6;
    verdict_sentences(&made.verdict);
    says(&made, "the evidence is more than 600 times as probable under it as under \"beta\"");
    made.scenario[1].log10_bayes_factor_se = 2; /* may be 10 as well */
    verdict_sentences(&made.verdict);
    says(&made, "the evidence is more than 10 times as probable");
}

static void a_leader_that_fails_by_itself_is_named_with_a_warning(void **state)
{
    struct made made;
    (void)state;
    make(&made);
    made.scenario[0].fit_p_value = 0.01; /* still passes Holm's correction over many */
    verdict_sentences(&made.verdict);
    says(&made, "But \"alpha\" itself seldom or never produces such evidence (fit p = 0.01)");
}

static void where_all_fail_no_name_is_said(void **state)
{
    struct made made;
    (void)state;
    make(&made);
    made.verdict.none_rejected = true;
    made.verdict.none_p_value = 0.0004;
    verdict_sentences(&made.verdict);
    says(&made, "None of the 3 explanations tried");
    says_not(&made, "alpha");
}

static void set_none(struct made *made, double p, double low, double high)
{
    made->verdict.none_p_value = p;
    made->verdict.none_p_low = low;
    made->verdict.none_p_high = high;
    made->verdict.none_rejected = p <= 0.05;
    verdict_sentences(&made->verdict);
}

/* The level inside the interval of the greatest fit p: said, whichever side p is on. */
static void a_close_call_of_none_of_these_is_called_one(void **state)
{
    struct made made;
    (void)state;
    make(&made);
    set_none(&made, 0.06, 0.04, 0.09);
    says(&made, "close call: other simulated logs could give p = 0.04 to 0.09 for the test of fit, "
                "and at 0.05 or below none would fit");
    set_none(&made, 0.04, 0.02, 0.07);
    says(&made, "None of the 3 explanations tried");
    says(&made, "close call: other simulated logs could give p = 0.02 to 0.07, and above 0.05 one "
                "of them would fit");
    set_none(&made, 0.06, 0.05, 0.09); /* at the level is rejected, above it is not */
    says(&made, "close call");
    set_none(&made, 0.04, 0.02, 0.05);
    says_not(&made, "close call");
    set_none(&made, 0.09, 0.06, 0.2);
    says_not(&made, "close call");
    set_none(&made, 0.01, 0.002, 0.04);
    says_not(&made, "close call");
}

static void a_leader_by_prior_weight_alone_is_said_to_be_one(void **state)
{
    struct made made;
    (void)state;
    make(&made);
    made.scenario[0].prior = 0.999;
    made.scenario[1].prior = made.scenario[2].prior = 0.0005;
    made.scenario[0].log10_bayes_factor = -1;
    made.scenario[1].log10_bayes_factor = 0;
    verdict_sentences(&made.verdict);
    says(&made, "only because it began with a prior of more than 99 %");
    says(&made, "about 10 times (6.3 to 20) as probable under \"beta\"");
    says_not(&made, "accounts best");
}

static void the_factor_is_against_the_strongest_rival_by_evidence(void **state)
{
    struct made made;
    (void)state;
    make(&made);
    made.scenario[1].prior = 0.6; /* second by probability, but gamma is the nearer rival */
    made.scenario[2].prior = 0.01;
    made.scenario[2].log10_bayes_factor = -1;
    verdict_sentences(&made.verdict);
    says(&made, "about 10 times (6.3 to 20) as probable under it as under \"gamma\"");
}

static void what_cannot_be_told_apart_is_not_named_alone(void **state)
{
    struct made made;
    (void)state;
    make(&made);
    made.scenario[1].in_set_90 = true;
    verdict_sentences(&made.verdict);
    says(&made, "2 of the 3 explanations tried cannot be told apart: \"alpha\" (98 %) and \"beta\" "
                "(1 %)");
    says(&made, "none of them should be named alone");
    says_not(&made, "unequal prior");
    make(&made);
    made.scenario[1].in_set_90 = true;
    made.scenario[1].prior = 0.6;
    verdict_sentences(&made.verdict);
    says(&made, "unequal prior weights");
}

static void evidence_that_tells_nothing_names_nobody(void **state)
{
    struct made made;
    (void)state;
    make(&made);
    made.verdict.certificate.tells_nothing = 1;
    verdict_sentences(&made.verdict);
    says(&made, "add nothing to what was assumed beforehand");
    says_not(&made, "alpha");
}

static void one_scenario_alone_wins_nothing(void **state)
{
    struct made made;
    (void)state;
    make(&made);
    made.verdict.n_scenarios = 1;
    verdict_sentences(&made.verdict);
    says(&made, "nothing was compared");
    says_not(&made, "accounts best");
}

static void figures_outside_what_was_simulated_are_called_guesses(void **state)
{
    struct made made;
    (void)state;
    make(&made);
    made.verdict.extrapolation = true;
    verdict_sentences(&made.verdict);
    says(&made, "the figures are guesses");
}

static void a_text_too_long_ends_with_a_whole_word(void **state)
{
    struct made made;
    char name[2000];
    (void)state;
    make(&made);
    for (size_t i = 0; i < sizeof name - 1; i++)
        name[i] = i % 10 == 9 ? ' ' : 'x';
    name[sizeof name - 1] = '\0';
    made.scenario[0].name = name;
    verdict_sentences(&made.verdict);
    size_t n = strlen(made.verdict.sentence);
    assert_true(n < sizeof made.verdict.sentence);
    says(&made, "xxx...");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clear_leader_comes_with_prior_and_factor),
        cmocka_unit_test(a_factor_beyond_what_was_checked_is_not_put_in_figures),
        cmocka_unit_test(a_leader_that_fails_by_itself_is_named_with_a_warning),
        cmocka_unit_test(where_all_fail_no_name_is_said),
        cmocka_unit_test(a_close_call_of_none_of_these_is_called_one),
        cmocka_unit_test(a_leader_by_prior_weight_alone_is_said_to_be_one),
        cmocka_unit_test(the_factor_is_against_the_strongest_rival_by_evidence),
        cmocka_unit_test(what_cannot_be_told_apart_is_not_named_alone),
        cmocka_unit_test(evidence_that_tells_nothing_names_nobody),
        cmocka_unit_test(one_scenario_alone_wins_nothing),
        cmocka_unit_test(figures_outside_what_was_simulated_are_called_guesses),
        cmocka_unit_test(a_text_too_long_ends_with_a_whole_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
