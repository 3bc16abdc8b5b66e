/* Leaving out what no sensor can see changes nothing of what they see.
 *
 * The oracle is the same trial with every question simulated. Resolvers are chosen without chance
 * and the zone has one server here, so that the random numbers stay in step and the rows can be
 * compared one by one.
 */
#include "tests/support/check.h"

#include <gsl/gsl_errno.h>

#include "analysis/config/case.h"
#include "sim/heard.h"
#include "sim/trial.h"

enum { TRIALS = 40 };

static struct case_file file;
static struct message message;

static int set_up(void **state)
{
    (void)state;
    gsl_set_error_handler_off();
    if (case_load(&file, "scenarios/cases/alfa-2016.cfg", &message) != STATUS_OK)
        fail_msg("%s", message.text);
    /* A zone that its servers' askers may not have left: unseen questions keep them there. */
    if (case_add_scenario(&file, "marketing-blast+left-servers", 1.0, NULL, &message) != STATUS_OK)
        fail_msg("%s", message.text);
    file.world.n_servers = 1;
    for (uint32_t i = 0; i < file.world.n_parties; i++)
        file.world.parties[i].choice = CHOOSE_SINGLE;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    case_free(&file);
    return 0;
}

static int compare_rows(const void *a, const void *b)
{
    const struct query *x = a, *y = b;
    if (x->time_us != y->time_us)
        return x->time_us < y->time_us ? -1 : 1;
    return memcmp(x, y, sizeof *x);
}

/* Which of several rows of one microsecond comes first is nobody's concern. */
static void order_rows(struct query_array *rows)
{
    if (rows->n > 0)
        qsort(rows->q, rows->n, sizeof *rows->q, compare_rows);
}

static void copy_rows(const struct query_array *from, struct query_array *to)
{
    to->n = 0;
    for (size_t i = 0; i < from->n; i++)
        assert_int_equal(query_array_add(to, from->q[i]), STATUS_OK);
}

static bool is_seen(const struct world *world, const struct query *q)
{
    return !world->questions[world_find_question(world, q->name, q->type)].unseen;
}

/* Both ways of one trial; returns how many client queries the short cut spared. */
static size_t compare(struct trial *trial, const struct plan *plan, uint64_t index,
                      struct query_array *all)
{
    struct world *world = &file.world;
    world_mark_all_heard(world);
    assert_int_equal(trial_run(trial, plan, 3, index, &message), STATUS_OK);
    copy_rows(&trial->upstream, all);
    order_rows(all);
    size_t asked = trial_count_asked(trial);
    world_mark_unheard(world);
    assert_int_equal(trial_run(trial, plan, 3, index, &message), STATUS_OK);
    order_rows(&trial->upstream);
    size_t at = 0;
    for (size_t i = 0; i < all->n; i++) {
        if (!is_seen(world, &all->q[i]))
            continue;
        assert_true(at < trial->upstream.n);
        assert_memory_equal(&all->q[i], &trial->upstream.q[at], sizeof all->q[i]);
        at++;
    }
    assert_int_equal(at, trial->upstream.n);
    return asked - trial_count_asked(trial);
}

static void test_same_rows_are_seen(void **state)
{
    (void)state;
    struct trial trial;
    struct query_array all;
    size_t spared = 0;
    query_array_init(&all);
    assert_int_equal(trial_init(&trial, &file.world), STATUS_OK);
    for (int s = 0; s < file.n_scenarios; s++)
        for (uint64_t i = 0; i < TRIALS; i++)
            spared += compare(&trial, &file.scenarios[s].plan, i, &all);
    assert_true(spared > 10000);
    trial_free(&trial);
    query_array_free(&all);
}

static const struct question *question_of(const char *name, uint16_t type)
{
    uint32_t id = intern_find(&file.world.names, name, strlen(name));
    assert_int_not_equal(id, INTERN_NONE);
    uint32_t question = world_find_question(&file.world, id, type);
    assert_int_not_equal(question, NO_INDEX);
    return &file.world.questions[question];
}

static void test_marks(void **state)
{
    (void)state;
    world_mark_unheard(&file.world);
    const struct question *address = question_of("mail1.trump-email.com", TYPE_A);
    const struct question *reverse = question_of("29.133.216.66.in-addr.arpa", TYPE_PTR);
    const struct question *domain = question_of("trump-email.com", TYPE_MX);
    assert_false(address->unseen || address->unneeded);
    assert_true(reverse->unseen);
    assert_false(reverse->unneeded); /* its answer makes the gateway ask for the address */
    assert_true(domain->unneeded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_same_rows_are_seen, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_marks, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
