/* What every model must keep to, whatever it models: a sound schema, sound roles, the same traffic
 * for the same key, and no crash or endless loop at the ends of any parameter's range. */
#include "tests/support/check.h"

#include <gsl/gsl_errno.h>

#include "models/models.h"
#include "tests/support/tiny_world.h"

static void schemas_are_sound(void **state)
{
    (void)state;
    for (const struct model *const *m = models; *m != NULL; m++)
        for (const struct param_row *row = (*m)->params; row->name != NULL; row++) {
            struct dist dist;
            struct message message;
            if (row->prior == NULL || dist_parse(&dist, row->prior, row, &message) != STATUS_OK)
                fail_msg("%s.%s: %s", (*m)->name, row->name,
                         row->prior ? message.text : "no default prior");
            if (row->min >= row->max || row->meaning == NULL || strlen(row->meaning) < 10)
                fail_msg("%s.%s: range or meaning is missing", (*m)->name, row->name);
            for (const struct param_row *other = row + 1; other->name != NULL; other++)
                if (strcmp(row->name, other->name) == 0)
                    fail_msg("%s.%s stands twice", (*m)->name, row->name);
            if (row->unit != UNIT_WORD)
                continue;
            int n = 0;
            while (row->words[n] != NULL)
                n++;
            if (row->min != 0 || row->max != n - 1)
                fail_msg("%s.%s: %d words, range %g to %g", (*m)->name, row->name, n, row->min,
                         row->max);
        }
}

static void roles_and_texts_are_sound(void **state)
{
    (void)state;
    for (const struct model *const *m = models; *m != NULL; m++) {
        int n = 0;
        while ((*m)->roles[n].key != NULL)
            assert_true(strlen((*m)->roles[n++].meaning) > 5);
        assert_true(n >= 1 && n <= MODEL_MAX_ROLES);
        assert_true(strlen((*m)->summary) > 20 && strlen((*m)->description) > 200);
        assert_ptr_equal(model_find((*m)->name), *m);
        for (const struct model *const *other = m + 1; *other != NULL; other++)
            assert_string_not_equal((*m)->name, (*other)->name);
    }
    assert_null(model_find("campaing"));
}

/* A few days are enough here, and keep extreme rates cheap. */
static void start(struct tiny_world *tiny, const struct model *model)
{
    struct tiny_entry entry = {model->name, "it", NULL};
    struct tiny_options options = {.days = 10, .ttl_s = 3600, .n_events = 2, .n_labels = 3};
    tiny_world_init(tiny, options, &entry, 1);
}

static void same_key_same_traffic(void **state)
{
    (void)state;
    for (const struct model *const *m = models; *m != NULL; m++) {
        struct tiny_world tiny;
        struct trial a, b;
        struct message message;
        start(&tiny, *m);
        assert_int_equal(trial_init(&a, &tiny.world), STATUS_OK);
        assert_int_equal(trial_init(&b, &tiny.world), STATUS_OK);
        a.resolve.all_singly = b.resolve.all_singly = true; /* all queries are to be seen */
        for (uint64_t i = 0; i < 20; i++) {
            assert_int_equal(trial_run(&a, &tiny.plan, 9, i, &message), STATUS_OK);
            assert_int_equal(trial_run(&b, &tiny.plan, 9, 19 - i, &message), STATUS_OK);
            assert_int_equal(trial_run(&b, &tiny.plan, 9, i, &message), STATUS_OK);
            assert_int_equal(a.traffic.queries.n, b.traffic.queries.n);
            for (size_t k = 0; k < a.traffic.queries.n; k++) {
                const struct query *q = &a.traffic.queries.q[k], *r = &b.traffic.queries.q[k];
                assert_true(q->time_us == r->time_us && q->client == r->client &&
                            q->name == r->name && q->flags == r->flags);
                assert_true(q->time_us >= tiny.world.start_us && q->time_us < tiny.world.until_us);
                assert_true(q->name < tiny.world.n_questions);
            }
        }
        trial_free(&a);
        trial_free(&b);
        tiny_world_free(&tiny);
    }
}

/* Every parameter at either end of its range, the others drawn. Too much traffic may be refused. */
static void ends_of_ranges_are_survived(void **state)
{
    (void)state;
    for (const struct model *const *m = models; *m != NULL; m++)
        for (const struct param_row *row = (*m)->params; row->name != NULL; row++)
            for (int end = 0; end < 2; end++) {
                struct tiny_world tiny;
                struct trial trial;
                struct message message;
                start(&tiny, *m);
                uint32_t first = tiny.plan.instances[0].first_param;
                uint32_t index = first + (uint32_t)(row - (*m)->params);
                tiny.plan.params[index].prior = dist_fixed(end == 0 ? row->min : row->max);
                assert_int_equal(trial_init(&trial, &tiny.world), STATUS_OK);
                int status = trial_run(&trial, &tiny.plan, 4, 0, &message);
                if (status != STATUS_OK && (status != STATUS_RUN || end == 0))
                    fail_msg("%s.%s at its %s: %s", (*m)->name, row->name, end ? "most" : "least",
                             message.text);
                trial_free(&trial);
                tiny_world_free(&tiny);
            }
}

int main(void)
{
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(schemas_are_sound),
        cmocka_unit_test(roles_and_texts_are_sound),
        cmocka_unit_test(same_key_same_traffic),
        cmocka_unit_test(ends_of_ranges_are_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
