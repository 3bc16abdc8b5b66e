/* Every scenario file runs in one golden world, and its logs stay what they were: counts and a
 * hash per scenario in tests/golden/data/scenarios/expected.txt.
 *
 * After a change that is meant to alter logs: GOLDEN_UPDATE=1 build/tests/golden/test_scenarios
 * writes the file anew; look at the difference before committing it. Times enter the hash in whole
 * seconds, so that the last bit of a mathematical library does not matter.
 */
#include "tests/support/check.h"

#include <dirent.h>
#include <gsl/gsl_errno.h>
#include <stdio.h>

#include "analysis/config/case.h"
#include "sim/trial.h"

#define WORLD "tests/golden/data/scenarios/world.cfg"
#define EXPECTED "tests/golden/data/scenarios/expected.txt"
#define TRIALS 3
#define SEED 20160504

static struct case_file golden;

static int load(void **state)
{
    (void)state;
    struct message message;
    gsl_set_error_handler_off();
    int status = case_load(&golden, WORLD, &message);
    if (status != STATUS_OK)
        print_error("%s\n", message.text);
    return status;
}

static int unload(void **state)
{
    (void)state;
    case_free(&golden);
    return 0;
}

static uint64_t hash_log(uint64_t hash, const struct query_array *log)
{
    for (size_t i = 0; i < log->n; i++) {
        const struct query *q = &log->q[i];
        hash = rng_mix(hash, (uint64_t)(q->time_us / US_PER_S));
        hash = rng_mix(hash, (uint64_t)q->client << 32 | q->name);
        hash = rng_mix(hash, (uint64_t)q->type << 16 | q->server);
    }
    return hash;
}

/* One line of the file: name, rows of each trial, hash of all. */
static void describe(const struct scenario *scenario, char *line, size_t size)
{
    struct trial trial;
    struct message message;
    uint64_t hash = 0;
    size_t n = 0;
    char rows[120] = "";
    assert_int_equal(trial_init(&trial, &golden.world), STATUS_OK);
    for (uint64_t i = 0; i < TRIALS; i++) {
        if (trial_run(&trial, &scenario->plan, SEED, i, &message) != STATUS_OK)
            fail_msg("%s", message.text);
        hash = hash_log(hash, &trial.logs[0]);
        n += (size_t)snprintf(rows + n, sizeof rows - n, " %zu", trial.logs[0].n);
    }
    trial_free(&trial);
    snprintf(line, size, "%s%s %016llx\n", scenario->name, rows, (unsigned long long)hash);
}

static void write_expected(void)
{
    FILE *file = fopen(EXPECTED, "w");
    assert_non_null(file);
    for (int i = 0; i < golden.n_scenarios; i++) {
        char line[300];
        describe(&golden.scenarios[i], line, sizeof line);
        fputs(line, file);
    }
    assert_int_equal(fclose(file), 0);
}

static void logs_are_as_recorded(void **state)
{
    (void)state;
    if (getenv("GOLDEN_UPDATE") != NULL)
        write_expected();
    FILE *file = fopen(EXPECTED, "r");
    assert_non_null(file);
    for (int i = 0; i < golden.n_scenarios; i++) {
        char line[300], expected[300] = "";
        describe(&golden.scenarios[i], line, sizeof line);
        assert_non_null(fgets(expected, sizeof expected, file));
        if (strcmp(line, expected) != 0)
            fail_msg("found    %sexpected %s", line, expected);
    }
    fclose(file);
}

/* A second run in the same working space and one in a fresh space give the same log. */
static void trials_keep_no_state(void **state)
{
    (void)state;
    for (int i = 0; i < golden.n_scenarios; i++) {
        struct trial trial, fresh;
        struct message message;
        const struct plan *plan = &golden.scenarios[i].plan;
        assert_int_equal(trial_init(&trial, &golden.world), STATUS_OK);
        assert_int_equal(trial_init(&fresh, &golden.world), STATUS_OK);
        assert_int_equal(trial_run(&trial, plan, 5, 0, &message), STATUS_OK);
        assert_int_equal(trial_run(&trial, plan, 5, 1, &message), STATUS_OK);
        assert_int_equal(trial_run(&fresh, plan, 5, 1, &message), STATUS_OK);
        assert_true(hash_log(0, &trial.logs[0]) == hash_log(0, &fresh.logs[0]));
        trial_free(&trial);
        trial_free(&fresh);
    }
}

static void every_scenario_file_is_in_the_golden_world(void **state)
{
    (void)state;
    DIR *directory = opendir("scenarios");
    assert_non_null(directory);
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        char *ending = strstr(entry->d_name, ".cfg");
        if (ending == NULL)
            continue;
        *ending = '\0';
        if (case_find_scenario(&golden, entry->d_name) == NULL)
            fail_msg("scenarios/%s.cfg is not listed in " WORLD, entry->d_name);
    }
    closedir(directory);
}

static void every_scenario_says_why(void **state)
{
    (void)state;
    for (int i = 0; i < golden.n_scenarios; i++) {
        const struct scenario *s = &golden.scenarios[i];
        const char *texts[] = {s->title, s->claim, s->proposed_by, s->reasons, s->against};
        for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++)
            if (texts[k] == NULL || strlen(texts[k]) < 20)
                fail_msg("%s: a text is missing or says nothing", s->name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logs_are_as_recorded),
        cmocka_unit_test(trials_keep_no_state),
        cmocka_unit_test(every_scenario_file_is_in_the_golden_world),
        cmocka_unit_test(every_scenario_says_why),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
