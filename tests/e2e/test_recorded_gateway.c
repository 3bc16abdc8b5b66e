/* test_recorded_gateway.c - real software with a known truth: the log of a recorded authority names
 * the resolver that stood before it, and the recorded client queries replayed give that log. */
#include "tests/e2e/runner.h"

#include <jansson.h>
#include <stdbool.h>

static const char *const resolvers[] = {"unbound", "unbound-prefetch", "bind"};

static json_t *compare(const char *case_name, const char *resolver)
{
    char arguments[400];
    snprintf(arguments, sizeof arguments,
             "compare %s --trials 1000 --json -q --log "
             "scenarios/cases/recorded-gateway/log-%s.gz --timezone UTC",
             case_name, resolver);
    struct outcome o = run(arguments);
    if (o.code != 0)
        fail_msg("mxplain %s: exit code %d: %s", arguments, o.code, o.error);
    json_t *root = json_loads(o.out, 0, NULL);
    assert_non_null(root);
    outcome_free(&o);
    return root;
}

/* Every explanation's probability; `resolver` must have nearly all of it. */
static void check_winner(const json_t *root, const char *resolver)
{
    json_t *scenarios = json_object_get(root, "scenarios");
    size_t length = strlen(resolver);
    assert_int_equal(json_array_size(scenarios), 3);
    for (size_t i = 0; i < 3; i++) {
        json_t *s = json_array_get(scenarios, i);
        const char *name = json_string_value(json_object_get(s, "name"));
        double p = json_number_value(json_object_get(s, "probability"));
        bool right = strncmp(name, resolver, length) == 0 &&
                     (name[length] == '\0' || strcmp(name + length, "-any-rate") == 0);
        if (right != (p > 0.8))
            fail_msg("recorded with %s: %s has probability %g", resolver, name, p);
    }
}

static void test_the_resolver_is_named(void **state)
{
    (void)state;
    static const char *const cases[] = {"recorded-gateway", "recorded-gateway-any-rate"};
    for (size_t c = 0; c < 2; c++)
        for (size_t i = 0; i < 3; i++) {
            json_t *root = compare(cases[c], resolvers[i]);
            check_winner(root, resolvers[i]);
            json_decref(root);
        }
}

static struct outcome replay(const char *recorded, const char *simulated)
{
    char arguments[600];
    snprintf(arguments, sizeof arguments,
             "replay recorded-gateway --scenario %s --within 20 --format csv "
             "--columns time=1,client=2,server=3,name=5,type=6 --server 127.0.0.12/32 "
             "--queries tests/golden/data/resolver/%s/client-and-upstream-queries.tsv.gz "
             "--against scenarios/cases/recorded-gateway/log-%s.gz --timezone UTC",
             simulated, recorded, recorded);
    return run(arguments);
}

static void test_the_replay_agrees_query_for_query(void **state)
{
    (void)state;
    static const char *const matched[] = {"163 recorded, 163 simulated\nmatched         163,",
                                          "199 recorded, 199 simulated\nmatched         199,",
                                          "201 recorded, 201 simulated\nmatched         201,"};
    for (size_t i = 0; i < 3; i++) {
        struct outcome o = replay(resolvers[i], resolvers[i]);
        assert_int_equal(o.code, 0);
        if (strstr(o.out, matched[i]) == NULL)
            fail_msg("%s:\n%s", resolvers[i], o.out);
        outcome_free(&o);
    }
    struct outcome wrong = replay("unbound", "bind");
    assert_int_equal(wrong.code, 0);
    assert_non_null(strstr(wrong.out, "163 recorded, 201 simulated"));
    outcome_free(&wrong);
}

/* A question that leaves no trace, beside one that does. */
static void test_what_no_sensor_hears(void **state)
{
    (void)state;
    static const char path[] = SCENE "/unheard.csv";
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("time,client,name,type\n2016-06-01T00:00:00Z,alfa,trump-email.com,MX\n"
          "2016-06-01T00:00:10Z,alfa,mail1.trump-email.com,A\n",
          file);
    assert_int_equal(fclose(file), 0);
    struct outcome o = run("replay alfa-2016 --queries " SCENE "/unheard.csv");
    assert_int_equal(o.code, 0);
    assert_non_null(strstr(o.out, "mail1.trump-email.com"));
    outcome_free(&o);
    assert_int_equal(unlink(path), 0);
}

static void test_bad_input(void **state)
{
    (void)state;
    static const char *const arguments[] = {
        "replay recorded-gateway", "replay recorded-gateway --queries no-such-file.csv",
        "replay no-such-case --queries x", "replay recorded-gateway --scenario x --queries x",
        "replay recorded-gateway --queries x --within soon"};
    for (size_t i = 0; i < sizeof arguments / sizeof *arguments; i++) {
        struct outcome o = run(arguments[i]);
        if (o.code != 2 || o.error[0] == '\0')
            fail_msg("mxplain %s: exit code %d", arguments[i], o.code);
        outcome_free(&o);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_resolver_is_named),
        cmocka_unit_test(test_the_replay_agrees_query_for_query),
        cmocka_unit_test(test_what_no_sensor_hears),
        cmocka_unit_test(test_bad_input),
    };
    return cmocka_run_group_tests(tests, scene_set, NULL);
}
