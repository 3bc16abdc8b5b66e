/* The shared course of activity against plain integration and closed forms. Fixed seeds; each
 * statistical assertion would fail by chance less than once in 10^5 runs with other seeds. */
#include "tests/support/check.h"

#include <gsl/gsl_errno.h>
#include <math.h>

#include "models/activity.h"
#include "tests/support/tally.h"

#define LIMIT_Z 4.5

struct fixture {
    struct tiny_world tiny;
    struct arena arena;
    struct model_instance instance;
    struct model_run run;
    double param[ACTIVITY_N_PARAMS];
};

static void start(struct fixture *f)
{
    memset(f, 0, sizeof *f);
    tiny_world_init(&f->tiny, (struct tiny_options){.ttl_s = 60}, NULL, 0);
    arena_init(&f->arena);
    f->instance.entity = rng_entity("it");
    f->run = (struct model_run){.world = &f->tiny.world,
                                .instance = &f->instance,
                                .param = f->param,
                                .key = {7, 0},
                                .arena = &f->arena};
}

static void stop(struct fixture *f)
{
    arena_free(&f->arena);
    tiny_world_free(&f->tiny);
}

/* Mass of level times profile from one instant to another, second by second. */
static double slow_mass(const struct activity *activity, const struct rate_profile *profile,
                        time_us from, time_us until)
{
    double mass = 0.0;
    for (time_us t = from; t < until; t += US_PER_S)
        mass += rate_at(profile, t) * activity_at(activity, t);
    return mass;
}

static void advance_agrees_with_plain_sums(void **state)
{
    (void)state;
    struct fixture f;
    start(&f);
    f.param[ACTIVITY_GROWTH] = 1.3;
    f.param[ACTIVITY_CHANGES] = 3;
    f.param[ACTIVITY_CHANGE_SIZE] = 0.8;
    f.param[ACTIVITY_PAUSES] = 1;
    f.param[ACTIVITY_PAUSE_LENGTH] = 1;
    struct activity activity;
    assert_int_equal(activity_init(&activity, &f.run, 0), STATUS_OK);
    struct rate_profile profile;
    rate_working_hours(&profile, &f.tiny.world.parties[TINY_EAST].grid, 9, 18, 0.1, 0.3);
    struct rng rng;
    rng_init(&rng, f.run.key, 1);
    for (int i = 0; i < 40; i++) {
        time_us from = f.tiny.world.start_us + (time_us)(rng_below(&rng, 100 * 86400)) * US_PER_S;
        double mass = rng_exponential(&rng) * 50000;
        time_us t = activity_advance(&activity, &profile, from, mass);
        if (t == INT64_MAX) {
            assert_true(slow_mass(&activity, &profile, from, f.tiny.world.until_us) < mass + 10);
            continue;
        }
        assert_true(fabs(slow_mass(&activity, &profile, from, t) - mass) < 10);
    }
    stop(&f);
}

/* The stepwise arrivals against one advance after the other from the same stream: the latter cut
 * every arrival down to a microsecond and go on from there, which adds up; where the rate is low it
 * weighs more (up to thirty times here). */
static void arrivals_agree_with_single_advances(void **state)
{
    (void)state;
    static const double per_day[] = {0.3, 8, 400};
    struct fixture f;
    start(&f);
    f.param[ACTIVITY_GROWTH] = -1;
    f.param[ACTIVITY_CHANGES] = 2;
    f.param[ACTIVITY_CHANGE_SIZE] = 0.5;
    f.param[ACTIVITY_PAUSES] = 1;
    f.param[ACTIVITY_PAUSE_LENGTH] = 2;
    struct activity activity;
    struct rate_profile profile;
    assert_int_equal(activity_init(&activity, &f.run, 0), STATUS_OK);
    rate_working_hours(&profile, &f.tiny.world.parties[TINY_EAST].grid, 9, 18, 0, 0.3);
    for (int k = 0; k < 3; k++) {
        struct arrivals arrivals;
        struct rng rng;
        time_us t = f.tiny.world.start_us, waited = t;
        double base_per_s = per_day[k] / 86400.0;
        arrivals_init(&arrivals, &f.run, "it", 1, &activity, &profile, base_per_s, t);
        model_stream(&f.run, "it", 1, &rng);
        for (int n = 1; t != INT64_MAX; n++) {
            t = activity_next(&activity, &profile, base_per_s, waited, &rng);
            time_us stepped = arrivals_next(&arrivals);
            assert_true((t == INT64_MAX) == (stepped == INT64_MAX));
            assert_true(t == INT64_MAX || llabs(stepped - t) <= 30 * (n + 1));
            waited = n % 10 == 0 ? time_after(t, 20000) : t;
            if (waited != t)
                arrivals_wait(&arrivals, waited);
        }
    }
    stop(&f);
}

static void growth_is_exponential_and_one_in_the_middle(void **state)
{
    (void)state;
    struct fixture f;
    start(&f);
    f.param[ACTIVITY_GROWTH] = 2;
    struct activity activity;
    assert_int_equal(activity_init(&activity, &f.run, 0), STATUS_OK);
    const struct world *world = &f.tiny.world;
    time_us length = world->until_us - world->from_us;
    assert_true(fabs(log(activity_at(&activity, world->from_us + length / 2))) < 0.02);
    double ratio = activity_at(&activity, world->until_us - US_PER_HOUR) /
                   activity_at(&activity, world->from_us);
    assert_true(fabs(log(ratio) - 2) < 0.03);
    stop(&f);
}

static void onset_silences_what_lies_before(void **state)
{
    (void)state;
    struct fixture f;
    start(&f);
    f.param[ACTIVITY_ONSET] = 30;
    struct activity activity;
    assert_int_equal(activity_init(&activity, &f.run, 0), STATUS_OK);
    time_us onset = f.tiny.world.from_us + 30 * US_PER_DAY;
    assert_true(activity_at(&activity, f.tiny.world.start_us) == 0);
    assert_true(activity_at(&activity, onset - 1) == 0);
    assert_true(activity_at(&activity, onset) == 1);
    stop(&f);
}

/* Pauses and the times between them alternate: in the long run the silent share is length /
 * (length + gap). The start, which is never in a pause, shifts it by less than the tolerance. */
static void pauses_take_their_share(void **state)
{
    (void)state;
    struct fixture f;
    start(&f);
    f.param[ACTIVITY_PAUSES] = 0.5;
    f.param[ACTIVITY_PAUSE_LENGTH] = 7;
    struct tally silent = {0};
    for (uint64_t trial = 0; trial < 2000; trial++) {
        struct activity activity;
        f.run.key.trial = trial;
        arena_reset(&f.arena);
        assert_int_equal(activity_init(&activity, &f.run, 0), STATUS_OK);
        double hours = 0;
        for (int32_t h = 60 * 24; h < activity.n_hours; h++)
            hours += activity_at(&activity, activity.start_us + h * US_PER_HOUR) == 0 ? 1 : 0;
        tally_add(&silent, hours / (activity.n_hours - 60 * 24));
    }
    double expected =
        7.0 / (7.0 + 14.0) + 0.5 / 24 / 21; /* whole hours: half an hour at each end */
    assert_true(fabs(tally_mean(&silent) - expected) <
                LIMIT_Z * sqrt(tally_variance(&silent) / silent.n) + 0.003);
    stop(&f);
}

/* A Dirichlet share has mean 1/n and variance (n-1) / (n^2 (n a + 1)). */
static void shares_are_dirichlet(void **state)
{
    (void)state;
    struct fixture f;
    start(&f);
    struct party_set parties = {3, {0, 1, 2}};
    for (int i = 0; i < 3; i++) {
        const double evenness[] = {0.3, 1, 8};
        struct tally share = {0}, square = {0};
        for (uint64_t trial = 0; trial < 4000; trial++) {
            double shares[ROLE_MAX_PARTIES];
            f.run.key.trial = trial;
            activity_shares(&f.run, &parties, evenness[i], shares);
            assert_true(fabs(shares[0] + shares[1] + shares[2] - 1) < 1e-12);
            tally_add(&share, shares[1]);
            tally_add(&square, (shares[1] - 1.0 / 3) * (shares[1] - 1.0 / 3));
        }
        assert_true(fabs(tally_z(&share, 1.0 / 3)) < LIMIT_Z);
        assert_true(fabs(tally_z(&square, 2.0 / (9 * (3 * evenness[i] + 1)))) < LIMIT_Z);
    }
    stop(&f);
}

static void shares_survive_underflow(void **state)
{
    (void)state;
    struct fixture f;
    start(&f);
    struct party_set parties = {2, {0, 1}};
    int first = 0;
    for (uint64_t trial = 0; trial < 400; trial++) {
        double shares[ROLE_MAX_PARTIES];
        f.run.key.trial = trial;
        activity_shares(&f.run, &parties, 1e-5, shares);
        assert_true(fabs(shares[0] + shares[1] - 1) < 1e-12);
        first += shares[0] > 0.5 ? 1 : 0;
    }
    assert_true(first > 150 && first < 250); /* 5 standard deviations */
    stop(&f);
}

static void times_do_not_overflow(void **state)
{
    (void)state;
    assert_true(time_after(INT64_MAX - 5, 1) == INT64_MAX);
    assert_true(time_after(0, 1e300) == INT64_MAX);
    assert_true(time_after(-5, 1) == US_PER_S - 5);
}

int main(void)
{
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(advance_agrees_with_plain_sums),
        cmocka_unit_test(arrivals_agree_with_single_advances),
        cmocka_unit_test(growth_is_exponential_and_one_in_the_middle),
        cmocka_unit_test(onset_silences_what_lies_before),
        cmocka_unit_test(pauses_take_their_share),
        cmocka_unit_test(shares_are_dirichlet),
        cmocka_unit_test(shares_survive_underflow),
        cmocka_unit_test(times_do_not_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
