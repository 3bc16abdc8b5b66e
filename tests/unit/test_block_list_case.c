/* Block lists from the case file to a fact: what is loaded, what is set, what a sensor sees. */
#include "tests/support/check.h"

#include <gsl/gsl_errno.h>
#include <string.h>

#include "analysis/weigh/elicited.h"
#include "sim/trial.h"

static uint32_t find_sensor(const struct world *world, const char *name)
{
    for (uint32_t i = 0; i < world->n_sensors; i++)
        if (strcmp(world->sensors[i].name, name) == 0)
            return i;
    fail_msg("no sensor %s", name);
    return 0;
}

static void load(struct case_file *self)
{
    struct message message = {{0}};
    if (case_load(self, "scenarios/cases/alfa-2016.cfg", &message) != STATUS_OK)
        fail_msg("%s", message.text);
}

static void set(struct plan *plan, const char *path, const char *value)
{
    struct message message = {{0}};
    if (plan_override(plan, path, value, &message) != STATUS_OK)
        fail_msg("%s", message.text);
}

static size_t entries_in_trials(struct case_file *self, const char *name, uint64_t n)
{
    struct message message = {{0}};
    struct trial trial;
    const struct plan *plan = &case_find_scenario(self, name)->plan;
    size_t entries = 0;
    uint32_t sensor = find_sensor(&self->world, "block-lists");
    assert_int_equal(trial_init(&trial, &self->world), STATUS_OK);
    for (uint64_t i = 0; i < n; i++) {
        assert_int_equal(trial_run(&trial, plan, 1, i, &message), STATUS_OK);
        entries += trial.logs[sensor].n > 0;
        for (size_t k = 0; k < trial.logs[sensor].n; k++) {
            const struct query *q = &trial.logs[sensor].q[k];
            assert_true(q->time_us >= self->world.from_us && q->time_us < self->world.until_us);
            assert_string_equal(intern_text(&self->world.names, q->name), "mail1.trump-email.com");
        }
    }
    trial_free(&trial);
    return entries;
}

static void only_reported_mail_is_listed(void **state)
{
    (void)state;
    struct case_file self;
    load(&self);
    struct plan *spam = &case_find_scenario(&self, "spam-rejection-loop")->plan;
    assert_int_equal(entries_in_trials(&self, "private-channel", 10), 0);
    set(spam, "host.mailer.elsewhere", "100000");
    set(spam, "host.mailer.complaints", "0.01");
    set(spam, "sensor.block-lists.keep", "1");
    assert_int_equal(entries_in_trials(&self, "spam-rejection-loop", 10), 10);
    set(spam, "host.mailer.complaints", "0");
    set(spam, "host.mailer.traps", "0");
    assert_int_equal(entries_in_trials(&self, "spam-rejection-loop", 10), 0);
    case_free(&self);
}

static void optional_facts_wait_to_be_asked(void **state)
{
    (void)state;
    struct case_file self;
    load(&self);
    size_t n = self.n_facts;
    assert_int_equal(self.n_optional, 1);
    for (size_t i = 0; i < n; i++)
        assert_false(self.facts[i].optional);
    case_use_optional(&self);
    assert_int_equal(self.n_facts, n + 1);
    assert_string_equal(self.facts[n].request.label, "no block-list entry");
    case_use_optional(&self);
    assert_int_equal(self.n_facts, n + 1);
    case_free(&self);
}

/* What is simulated is not judged by hand a second time. */
static void a_simulated_observation_is_not_counted_twice(void **state)
{
    (void)state;
    struct case_file self;
    struct elicited judged, rest;
    struct message message = {{0}};
    load(&self);
    assert_int_equal(elicited_load(&judged, &self, &message), STATUS_OK);
    case_use_optional(&self);
    assert_int_equal(elicited_load(&rest, &self, &message), STATUS_OK);
    assert_int_equal(judged.n_simulated, 0);
    assert_int_equal(rest.n_simulated, 1);
    assert_int_equal(rest.n_rows + 1, judged.n_rows);
    for (size_t i = 0; i < judged.n_scenarios; i++)
        assert_true(rest.low[i] > judged.low[i]);
    elicited_free(&judged);
    elicited_free(&rest);
    case_free(&self);
}

int main(void)
{
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_reported_mail_is_listed),
        cmocka_unit_test(optional_facts_wait_to_be_asked),
        cmocka_unit_test(a_simulated_observation_is_not_counted_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
