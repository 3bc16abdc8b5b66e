/* Example logs: the trial nearest to the evidence, run again and counted by day. */
#include "tests/support/check.h"

#include <math.h>

#include "analysis/report/examples.h"
#include "tests/support/tiny_world.h"

enum { TRIALS = 40, COLUMNS = 2, DAYS = 21 };

/* A campaign in the tiny world, a table of its counts, and one fact about the volume. */
struct bench {
    struct tiny_world tiny;
    struct case_file case_file;
    struct scenario scenario;
    struct statistic count;
    struct statistic_request requests[COLUMNS];
    struct fact volume;
    const struct fact *facts[COLUMNS];
    double observed[COLUMNS];
    double raw[TRIALS * COLUMNS];
    struct evidence evidence;
    struct reference reference;
};

static void fill_table(struct bench *self, uint64_t seed)
{
    struct trial trial;
    struct message message;
    assert_int_equal(trial_init(&trial, &self->tiny.world), STATUS_OK);
    for (uint64_t t = 0; t < TRIALS; t++) {
        assert_int_equal(trial_run(&trial, &self->tiny.plan, seed, t, &message), STATUS_OK);
        self->raw[t * COLUMNS] = (double)trial.logs[0].n;
        self->raw[t * COLUMNS + 1] = t % 2 == 0 ? NAN : 1;
    }
    trial_free(&trial);
}

static void bench_init(struct bench *self)
{
    static const struct tiny_entry entries[] = {{"campaign", "campaign", NULL}};
    memset(self, 0, sizeof *self);
    tiny_world_init(&self->tiny, (struct tiny_options){.days = DAYS}, entries, 1);
    const struct statistic count = {.name = "count", .unit = "queries"};
    memcpy(&self->count, &count, sizeof count);
    for (size_t c = 0; c < COLUMNS; c++)
        self->requests[c] = (struct statistic_request){.statistic = &self->count,
                                                       .party = -1,
                                                       .name = INTERN_NONE,
                                                       .from_us = self->tiny.world.from_us,
                                                       .until_us = self->tiny.world.until_us};
    strcpy(self->requests[0].label, "volume");
    fill_table(self, 5);
    self->volume = (struct fact){.kind = FACT_VALUE, .value = self->raw[7 * COLUMNS], .sd = 21};
    self->facts[0] = &self->volume;
    self->observed[0] = self->volume.value;
    self->observed[1] = 1;
    self->evidence = (struct evidence){.kind = EVIDENCE_FACTS,
                                       .n = COLUMNS,
                                       .requests = self->requests,
                                       .facts = self->facts,
                                       .observed = self->observed};
    self->reference = (struct reference){
        .n_scenarios = 1, .n_columns = COLUMNS, .trials = TRIALS, .raw = self->raw};
    self->scenario.plan = self->tiny.plan;
    self->case_file.world = self->tiny.world;
    self->case_file.scenarios = &self->scenario;
    self->case_file.n_scenarios = 1;
}

static void nearest_is_run_again(void **state)
{
    (void)state;
    static struct bench bench;
    struct examples examples;
    struct message message;
    bench_init(&bench);
    assert_int_equal(
        examples_make(&examples, &bench.case_file, &bench.evidence, &bench.reference, 5, &message),
        STATUS_OK);
    double sum = 0;
    for (size_t d = 0; d < examples.days.n_days; d++)
        sum += examples.days.counts[d];
    assert_int_equal(examples.days.n_days, DAYS);
    assert_true(sum == bench.volume.value);
    assert_true(bench.raw[examples.trial[0] * COLUMNS] == bench.volume.value);
    assert_int_equal(examples.days.n_levels, 1);
    assert_true(fabs(examples.days.levels[0].low - fmax(0, sum - 1.96 * 21) / DAYS) < 1e-9);
    assert_true(fabs(examples.days.levels[0].high - (sum + 1.96 * 21) / DAYS) < 1e-9);
    assert_true(examples.days.levels[0].n_days == DAYS && examples.days.levels[0].first_day == 0);
    examples_free(&examples);
    tiny_world_free(&bench.tiny);
}

/* Undefined values are far away, anything inside an interval is near, ties go to the first. */
static void distances(void **state)
{
    (void)state;
    double raw[] = {NAN, 0, 9, 3, 4, 5, 4.5, 5}, scale[] = {1, 1};
    struct fact interval = {.kind = FACT_INTERVAL, .low = 4, .high = INFINITY};
    const struct fact *facts[] = {&interval, NULL};
    double observed[] = {1, 5};
    struct evidence evidence = {.n = 2, .facts = facts, .observed = observed};
    struct reference reference = {.n_scenarios = 1, .n_columns = 2, .trials = 4, .raw = raw};
    assert_int_equal(nearest_trial(&evidence, &reference, 0, scale), 2);
    raw[1] = raw[3] = 5;
    assert_int_equal(nearest_trial(&evidence, &reference, 0, scale), 1);
}

static void wrong_table(void **state)
{
    (void)state;
    static struct bench bench;
    struct examples examples;
    struct message message;
    bench_init(&bench);
    bench.reference.n_columns = 1;
    assert_int_equal(
        examples_make(&examples, &bench.case_file, &bench.evidence, &bench.reference, 5, &message),
        STATUS_RUN);
    examples_free(&examples);
    tiny_world_free(&bench.tiny);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nearest_is_run_again),
        cmocka_unit_test(distances),
        cmocka_unit_test(wrong_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
