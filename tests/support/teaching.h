/* teaching.h - the made-up cases for teaching, each put to the program as a class would: the sealed
 * truth must win, or, where the case teaches that it cannot be told, the verdict must say so. */
#ifndef TESTS_SUPPORT_TEACHING_H
#define TESTS_SUPPORT_TEACHING_H

#include "tests/e2e/runner.h"

#include <jansson.h>
#include <stdbool.h>

struct teaching_case {
    const char *name;
    bool tells;             /* the truth can be told: it must have most of the probability */
    const char *twin;       /* else: the explanation that the verdict must not tell from it */
    const char *impossible; /* an explanation that must have next to nothing */
};

static const struct teaching_case teaching_cases[] = {
    {"bakery", true, NULL, "newsletter"},
    {"home-office", true, NULL, "monitoring"},
    {"partner-meetings", true, NULL, "channel"},
    {"town-hall", false, "correspondence+fabricated", "correspondence"},
    {"few-askers", false, "few-customers", "left-behind"},
};

#define N_TEACHING_CASES (sizeof teaching_cases / sizeof teaching_cases[0])

/* The scenario that the envelope names, into text[100]. */
static inline void sealed_truth(const struct teaching_case *it, char *text)
{
    char arguments[200];
    snprintf(arguments, sizeof arguments, "reveal %s", it->name);
    struct outcome o = run(arguments);
    assert_int_equal(o.code, 0);
    const char *line = strstr(o.out, "Scenario: ");
    assert_non_null(line);
    assert_int_equal(sscanf(line, "Scenario: %99s", text), 1);
    outcome_free(&o);
}

static inline const json_t *find_explanation(const json_t *root, const char *name)
{
    size_t i;
    const json_t *scenario;
    json_array_foreach(json_object_get(root, "scenarios"), i,
                       scenario) if (strcmp(json_string_value(json_object_get(scenario, "name")),
                                            name) == 0) return scenario;
    fail_msg("no explanation %s", name);
    return NULL;
}

static inline double probability_of(const json_t *root, const char *name)
{
    return json_number_value(json_object_get(find_explanation(root, name), "probability"));
}

static inline bool says_not_told_apart(const json_t *root, const char *a, const char *b)
{
    size_t i;
    const json_t *pair;
    json_array_foreach(json_object_get(root, "indistinguishable_pairs"), i, pair)
    {
        const char *one = json_string_value(json_object_get(pair, "a"));
        const char *other = json_string_value(json_object_get(pair, "b"));
        if ((strcmp(one, a) == 0 && strcmp(other, b) == 0) ||
            (strcmp(one, b) == 0 && strcmp(other, a) == 0))
            return true;
    }
    return false;
}

static inline void check_verdict(const struct teaching_case *it, const json_t *root)
{
    char truth[100];
    sealed_truth(it, truth);
    double p = probability_of(root, truth);
    if (!json_is_true(json_object_get(find_explanation(root, truth), "in_set_90")))
        fail_msg("%s: the truth, %s, is not in the 90 %% set", it->name, truth);
    if (it->tells && !(p > 0.9))
        fail_msg("%s: the truth, %s, has probability %g", it->name, truth, p);
    if (!it->tells && !says_not_told_apart(root, truth, it->twin))
        fail_msg("%s: the verdict does not say that %s and %s cannot be told apart", it->name,
                 truth, it->twin);
    if (!it->tells && !(p + probability_of(root, it->twin) > 0.9))
        fail_msg("%s: %s and %s have %g together", it->name, truth, it->twin,
                 p + probability_of(root, it->twin));
    if (!(probability_of(root, it->impossible) < 0.05))
        fail_msg("%s: %s has probability %g", it->name, it->impossible,
                 probability_of(root, it->impossible));
    if (json_is_true(json_object_get(json_object_get(root, "none_of_these"), "rejected")))
        fail_msg("%s: none of these, says the verdict", it->name);
}

/* One comparison, `trials` simulated logs for each explanation. */
static inline void teach(const struct teaching_case *it, int trials, int seed)
{
    char arguments[200];
    snprintf(arguments, sizeof arguments, "compare %s --trials %d --seed %d --json -q", it->name,
             trials, seed);
    struct outcome o = run(arguments);
    if (o.code != 0)
        fail_msg("mxplain %s: exit code %d: %s", arguments, o.code, o.error);
    json_t *root = json_loads(o.out, 0, NULL);
    assert_non_null(root);
    outcome_free(&o);
    check_verdict(it, root);
    json_decref(root);
}

#endif
