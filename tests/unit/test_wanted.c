/* test_wanted.c - a trial that records only what the evidence reads, some of it as counts, gives
 * the same row of statistics, to the last bit, as one that records everything.
 */
#include "tests/support/check.h"

#include <gsl/gsl_errno.h>
#include <stdlib.h>

#include "analysis/config/case.h"
#include "analysis/weigh/evidence.h"
#include "sim/trial.h"

enum { TRIALS = 12, MAX_SENSORS = 16 };

struct two_ways {
    struct case_file file;
    struct evidence evidence;
    struct panel *panel;
    struct panel_space *full_space, *lean_space;
    struct trial full, lean;
    double *full_row, *lean_row;
    size_t n_counted, n_unread; /* logs that were counted, sensors that were left out */
};

static struct message message;

static void need(int status)
{
    if (status != STATUS_OK)
        fail_msg("%s", message.text);
}

static void open_case(struct two_ways *self, const char *path)
{
    uint8_t wanted[MAX_SENSORS];
    memset(self, 0, sizeof *self);
    need(case_load(&self->file, path, &message));
    need(evidence_load(&self->evidence, &self->file, &message));
    const struct world *world = &self->file.world;
    size_t n = self->evidence.n;
    assert_in_range(world->n_sensors, 1, MAX_SENSORS);
    need(panel_create(&self->panel, world, self->evidence.requests, n, &message));
    need(panel_space_create(&self->full_space, self->panel));
    need(panel_space_create(&self->lean_space, self->panel));
    need(trial_init(&self->full, world));
    need(trial_init(&self->lean, world));
    panel_wanted(self->panel, wanted);
    trial_want(&self->lean, wanted);
    self->full_row = calloc(n + 1, sizeof *self->full_row);
    self->lean_row = calloc(n + 1, sizeof *self->lean_row);
}

static void close_case(struct two_ways *self)
{
    free(self->full_row);
    free(self->lean_row);
    trial_free(&self->full);
    trial_free(&self->lean);
    panel_space_free(self->full_space);
    panel_space_free(self->lean_space);
    panel_free(self->panel);
    evidence_free(&self->evidence);
    case_free(&self->file);
}

/* Counts by address are those of the rows. */
static void check_tally(const struct client_tally *tally, const struct query_array *log)
{
    size_t sum = 0;
    assert_int_equal(tally->n_rows, log->n);
    for (size_t k = 0; k < tally->n_clients; k++) {
        size_t rows = 0;
        for (size_t i = 0; i < log->n; i++)
            rows += log->q[i].client == tally->of[k].client;
        assert_int_equal(tally->of[k].rows, rows);
        sum += rows;
    }
    assert_int_equal(sum, log->n); /* no address is missing */
}

static void check_sensors(struct two_ways *self)
{
    for (uint32_t i = 0; i < self->file.world.n_sensors; i++) {
        const struct query_array *full = &self->full.logs[i], *lean = &self->lean.logs[i];
        if (self->lean.tallies[i].is_set) {
            assert_int_equal(lean->n, 0);
            check_tally(&self->lean.tallies[i], full);
            self->n_counted++;
        } else if (self->lean.record[i] == RECORD_NOTHING) {
            assert_int_equal(lean->n, 0);
            self->n_unread++;
        } else {
            assert_int_equal(lean->n, full->n);
            assert_true(full->n == 0 || memcmp(lean->q, full->q, full->n * sizeof *full->q) == 0);
        }
    }
}

static void compare_trials(struct two_ways *self)
{
    for (int s = 0; s < self->file.n_scenarios; s++)
        for (uint64_t t = 0; t < TRIALS; t++) {
            const struct plan *plan = &self->file.scenarios[s].plan;
            need(trial_run(&self->full, plan, 31, t, &message));
            need(trial_run(&self->lean, plan, 31, t, &message));
            assert_false(self->full.tallies[0].is_set);
            check_sensors(self);
            need(panel_compute(self->panel, self->full_space, self->full.logs, self->full_row));
            need(panel_compute_wanted(self->panel, self->lean_space, self->lean.logs,
                                      self->lean.tallies, self->lean_row));
            assert_memory_equal(self->full_row, self->lean_row,
                                self->evidence.n * sizeof *self->full_row);
        }
}

/* Four extracts of one collection are only counted, and nobody reads the block lists. */
static void published_extracts(void **state)
{
    (void)state;
    static struct two_ways ways;
    open_case(&ways, "scenarios/cases/alfa-2016.cfg");
    compare_trials(&ways);
    size_t trials = (size_t)ways.file.n_scenarios * TRIALS;
    assert_int_equal(ways.n_unread, trials);
    assert_true(ways.n_counted > 3 * trials); /* those with edits are recorded */
    assert_true(ways.n_counted <= 4 * trials);
    close_case(&ways);
}

static void other_cases(void **state)
{
    (void)state;
    static const char *const paths[] = {"scenarios/cases/few-askers.cfg",
                                        "scenarios/cases/town-hall.cfg",
                                        "scenarios/cases/bakery.cfg"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        static struct two_ways ways;
        open_case(&ways, paths[i]);
        compare_trials(&ways);
        close_case(&ways);
    }
}

int main(void)
{
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_extracts),
        cmocka_unit_test(other_cases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
