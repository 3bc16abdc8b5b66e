/* Scenarios crossed with observations: names, texts, priors, weights, errors. */
#include "tests/support/check.h"

#include <gsl/gsl_errno.h>
#include <stdio.h>
#include <unistd.h>

#include "analysis/config/case.h"

#define WORLD "tests/golden/data/scenarios/world.cfg"

static char *read_world(void)
{
    FILE *file = fopen(WORLD, "r");
    assert_non_null(file);
    char *text = calloc(1, 65536);
    assert_non_null(text);
    assert_true(fread(text, 1, 65535, file) > 0);
    fclose(file);
    return text;
}

/* Loads the golden world with its list of scenarios replaced. */
static int load_with(struct case_file *out, const char *scenarios, struct message *message)
{
    char path[] = "/tmp/mxplain-observation-XXXXXX";
    char *text = read_world(), *list = strstr(text, "  scenarios = (");
    assert_non_null(list);
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    FILE *file = fdopen(fd, "w");
    assert_non_null(file);
    fprintf(file, "%.*s%s};\n", (int)(list - text), text, scenarios);
    fclose(file);
    free(text);
    int status = case_load(out, path, message);
    unlink(path);
    return status;
}

static double drawn(const struct scenario *scenario, const char *path)
{
    uint32_t i = plan_find(&scenario->plan, path);
    assert_true(i != NO_INDEX);
    struct rng rng;
    rng_init(&rng, (struct rng_key){1, 2}, 3);
    return dist_draw(&scenario->plan.params[i].prior, &rng);
}

static void a_name_with_plus_is_crossed(void **state)
{
    (void)state;
    struct case_file file;
    struct message message;
    assert_int_equal(load_with(&file,
                               "scenarios = ( \"scenarios/private-channel.cfg\", "
                               "\"scenarios/private-channel.cfg+edited\" );",
                               &message),
                     STATUS_OK);
    struct scenario *plain = case_find_scenario(&file, "private-channel");
    struct scenario *crossed = case_find_scenario(&file, "private-channel+edited");
    assert_non_null(plain);
    assert_non_null(crossed);
    assert_non_null(strstr(crossed->title, "the log was edited"));
    assert_true(strlen(crossed->reasons) > strlen(plain->reasons));
    assert_true(drawn(plain, "sensor.all.deleted_stretches") == 0);
    assert_true(drawn(crossed, "sensor.all.deleted_stretches") > 0);
    assert_true(drawn(plain, "channel.branching") == drawn(crossed, "channel.branching"));
    case_free(&file);
}

static void a_case_crosses_all_and_splits_weights(void **state)
{
    (void)state;
    struct case_file file;
    struct message message;
    assert_int_equal(load_with(&file,
                               "observations = ( \"partial\", \"edited\", \"complete\" );\n"
                               "scenarios = ( { name = \"scenarios/malware.cfg\"; weight = 2; }, "
                               "\"scenarios/scanners-only.cfg\" );",
                               &message),
                     STATUS_OK);
    assert_int_equal(file.n_scenarios, 8);
    double total = 0;
    for (int i = 0; i < 8; i++)
        total += file.scenarios[i].weight;
    assert_true(total > 2.999 && total < 3.001);
    assert_true(case_find_scenario(&file, "malware+partial")->weight == 0.5);
    case_free(&file);
}

static void a_scenario_may_name_its_own(void **state)
{
    (void)state;
    struct case_file file;
    struct message message;
    assert_int_equal(
        load_with(&file, "scenarios = ( \"scenarios/fabricated-log.cfg\" );", &message), STATUS_OK);
    assert_true(drawn(&file.scenarios[0], "sensor.all.handwritten") > 0);
    case_free(&file);
}

static void unknown_observations_are_refused(void **state)
{
    (void)state;
    struct case_file file;
    struct message message;
    assert_int_equal(
        load_with(&file, "scenarios = ( \"scenarios/malware.cfg+forged\" );", &message),
        STATUS_INPUT);
    assert_non_null(strstr(message.text, "observation \"forged\""));
    assert_non_null(strstr(message.text, "mxplain-observation-"));
    case_free(&file);
}

int main(void)
{
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_with_plus_is_crossed),
        cmocka_unit_test(a_case_crosses_all_and_splits_weights),
        cmocka_unit_test(a_scenario_may_name_its_own),
        cmocka_unit_test(unknown_observations_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
