/* test_sensor_plain.c - the sensor against its plain twin, which looks at one row after the other.
 *
 * Twice: with the fate of every row (dropped, recorded twice) found as the sensor finds it, all
 * rows must be equal; with a coin for every row, the laws must be (Kolmogorov-Smirnov over 3,000
 * trials, fixed seeds; each comparison fails wrongly once in 10^4 seeds).
 */
#include "tests/support/check.h"

#include <math.h>

#include "sim/hits.h"
#include "sim/sensor.h"
#include "tests/support/goodness.h"

enum { MAX_ROWS = 3000, TRIALS = 3000 };
#define P_LEAST 1e-4
#define BY_ROW_BELOW 0.85 /* shares of kept rows for which the sensor throws coins itself */

struct fate {
    bool dropped, doubled;
};

static struct edit_space space;
static struct query_array in, out, plain;
static struct fate fates[MAX_ROWS];
static double values[SENSOR_N_PARAMS];

/* ---- the plain twin ---- */

static bool plain_visible(const struct sensor *sensor, struct rng_key key, uint32_t client)
{
    double p = values[SENSOR_VISIBLE];
    if (client >= sensor->n_known)
        p *= values[SENSOR_STRANGERS];
    uint64_t word =
        rng_mix(rng_mix(key.seed, key.trial), sensor->entity ^ UINT64_C(0x76697369626c65));
    return (double)(rng_mix(word, client) >> 11) * 0x1p-53 < p;
}

static double plain_keep(const struct sensor *sensor, struct rng_key key, uint32_t client)
{
    double keep = values[SENSOR_KEEP];
    if (values[SENSOR_UNEVEN] == 0 || keep == 0 || keep == 1)
        return keep;
    struct rng rng;
    rng_init(&rng, key, rng_mix(sensor->entity ^ UINT64_C(0x756e6576656e), client));
    double odds = keep / (1 - keep) * exp(values[SENSOR_UNEVEN] * rng_normal(&rng));
    return odds / (1 + odds);
}

static bool in_outage(const struct sensor *sensor, struct rng_key key, time_us at)
{
    struct rng rng;
    rng_init(&rng, key, sensor->entity);
    double t = (double)sensor->from_us;
    while (values[SENSOR_OUTAGES_PER_WEEK] > 0) {
        t += rng_exponential(&rng) * 7 * (double)US_PER_DAY / values[SENSOR_OUTAGES_PER_WEEK];
        double end = t + rng_exponential(&rng) * values[SENSOR_OUTAGE_HOURS] * (double)US_PER_HOUR;
        if (t > (double)at)
            break;
        if (at >= (time_us)t && at < (time_us)end)
            return true;
        t = end;
    }
    return false;
}

static bool merged(const struct query *q, time_us t)
{
    if (values[SENSOR_MERGE_WITHIN_S] == 0)
        return false;
    for (size_t i = plain.n; i > 0; i--) {
        const struct query *other = &plain.q[i - 1];
        if ((double)(t - other->time_us) > values[SENSOR_MERGE_WITHIN_S] * 1e6)
            return false;
        if (other->client == q->client && other->name == q->name && other->type == q->type)
            return true;
    }
    return false;
}

static void plain_record(const struct sensor *sensor, struct rng_key key)
{
    int64_t step = (int64_t)(values[SENSOR_ROUND_S] * 1e6);
    plain.n = 0;
    for (size_t i = 0; i < in.n; i++) {
        struct query q = in.q[i];
        bool named =
            sensor->sees_name == NULL || q.name >= sensor->n_names || sensor->sees_name[q.name];
        if (fates[i].dropped || !named || !plain_visible(sensor, key, q.client) ||
            q.time_us < sensor->from_us || q.time_us >= sensor->until_us ||
            in_outage(sensor, key, q.time_us))
            continue;
        if (step > 1)
            q.time_us = (time_us)floor((double)q.time_us / (double)step) * step;
        if (!(sensor->columns & COLUMN_TYPE))
            q.type = 0;
        if (!(sensor->columns & COLUMN_SERVER))
            q.server = 0;
        if (merged(&q, q.time_us))
            continue;
        for (int copy = 0; copy <= fates[i].doubled; copy++)
            assert_int_equal(query_array_add(&plain, q), STATUS_OK);
    }
}

/* A coin for every row and question. */
static void throw_coins(const struct sensor *sensor, struct rng_key key)
{
    struct rng rng;
    rng_init(&rng, key, rng_entity("coins"));
    for (size_t i = 0; i < in.n; i++) {
        fates[i].dropped = rng_uniform(&rng) >= plain_keep(sensor, key, in.q[i].client);
        fates[i].doubled = rng_uniform(&rng) < values[SENSOR_DUPLICATES];
    }
}

/* The same random numbers as the sensor's. */
static void find_fates(const struct sensor *sensor, struct rng_key key)
{
    struct hits dropped, doubled;
    struct rng rng;
    double keep = values[SENSOR_KEEP];
    bool by_row = keep < BY_ROW_BELOW || (values[SENSOR_UNEVEN] > 0 && keep < 1);
    rng_init(&rng, key, sensor->entity + 1);
    hits_init(&dropped, key, sensor->entity + 2, by_row ? 0 : 1 - keep);
    hits_init(&doubled, key, sensor->entity + 3, values[SENSOR_DUPLICATES]);
    for (size_t i = 0; i < in.n; i++) {
        fates[i].dropped = i == dropped.next;
        fates[i].doubled = i == doubled.next;
        if (fates[i].dropped)
            hits_advance(&dropped);
        if (fates[i].doubled)
            hits_advance(&doubled);
        if (by_row)
            fates[i].dropped = rng_uniform(&rng) >= plain_keep(sensor, key, in.q[i].client);
    }
}

/* ---- worlds ---- */

static double pick(struct rng *rng, const double *from, size_t n)
{
    return from[rng_below(rng, n)];
}

static void random_log(struct rng *rng)
{
    size_t n = rng_below(rng, 4) == 0 ? rng_below(rng, 3) : rng_below(rng, MAX_ROWS);
    time_us t = rng_below(rng, 3) == 0 ? -40 * US_PER_DAY : INT64_C(1462320000000000);
    in.n = 0;
    for (size_t i = 0; i < n; i++) {
        t += (time_us)(rng_exponential(rng) * 3e9 * (rng_below(rng, 3) != 0 ? 1.0 : 1e-4));
        struct query q = {.time_us = t,
                          .client = (uint32_t)rng_below(rng, 6),
                          .name = (uint32_t)rng_below(rng, 4),
                          .type = rng_below(rng, 2) ? TYPE_A : TYPE_PTR,
                          .server = (uint16_t)rng_below(rng, 3),
                          .flags = (uint32_t)rng_below(rng, 4)};
        q.client += rng_below(rng, 3) == 0 ? (uint32_t)rng_below(rng, 200) << 22 : 0;
        assert_int_equal(query_array_add(&in, q), STATUS_OK);
    }
}

static struct sensor random_sensor(struct rng *rng)
{
    static const double zeroes[] = {0, 0, 0.3, 2}, keeps[] = {1, 0.995, 0.9, 0.84, 0.3, 0};
    static const double shares[] = {1, 1, 0.5, 0}, steps[] = {0, 1, 60, 0.5, 86400};
    static uint8_t sees[3] = {1, 0, 1};
    values[SENSOR_KEEP] = pick(rng, keeps, 6);
    values[SENSOR_UNEVEN] = pick(rng, zeroes, 4);
    values[SENSOR_STRANGERS] = pick(rng, shares, 4);
    values[SENSOR_VISIBLE] = rng_below(rng, 4) == 0 ? 0.7 : 1;
    values[SENSOR_OUTAGES_PER_WEEK] = pick(rng, zeroes, 4);
    values[SENSOR_OUTAGE_HOURS] = 10;
    values[SENSOR_DUPLICATES] = rng_below(rng, 9) == 0 ? 1 : pick(rng, zeroes, 3) * 0.2;
    values[SENSOR_MERGE_WITHIN_S] = rng_below(rng, 4) == 0 ? 500 : 0;
    values[SENSOR_ROUND_S] = pick(rng, steps, 5);
    struct sensor sensor = {.name = "test",
                            .source = -1,
                            .columns = (unsigned)rng_below(rng, 32),
                            .from_us = INT64_MIN,
                            .until_us = INT64_MAX,
                            .n_known = 4,
                            .entity = rng_u64(rng)};
    if (in.n > 10 && (rng_below(rng, 2) == 0 || values[SENSOR_OUTAGES_PER_WEEK] > 0)) {
        sensor.from_us = in.q[in.n / 10].time_us;
        sensor.until_us = in.q[in.n - in.n / 10].time_us;
    } else {
        values[SENSOR_OUTAGES_PER_WEEK] = 0; /* none in a window without end */
    }
    if (rng_below(rng, 2) == 0)
        sensor.sees_name = sees, sensor.n_names = 3;
    return sensor;
}

static struct askers askers;
static struct client_tally tally;

/* Where the sensor can do without rows, its counts are those of the rows just recorded. */
static bool same_counts(const struct sensor *sensor, struct rng_key key)
{
    size_t sum = 0;
    if (!sensor_is_countable(sensor, values, &in))
        return false;
    assert_int_equal(askers_read(&askers, &in), STATUS_OK);
    assert_int_equal(sensor_count(sensor, values, key, &askers, &tally), STATUS_OK);
    assert_int_equal(tally.n_rows, out.n);
    for (size_t k = 0; k < tally.n_clients; k++) {
        size_t rows = 0;
        for (size_t i = 0; i < out.n; i++)
            rows += out.q[i].client == tally.of[k].client;
        assert_int_equal(tally.of[k].rows, rows);
        assert_true(rows > 0);
        sum += rows;
    }
    assert_int_equal(sum, out.n);
    return true;
}

static void same_rows(void **state)
{
    (void)state;
    struct rng rng;
    size_t recorded = 0, counted = 0;
    for (uint64_t world = 0; world < 1500; world++) {
        struct rng_key key = {5, world};
        rng_init(&rng, key, rng_entity("world"));
        random_log(&rng);
        struct sensor sensor = random_sensor(&rng);
        find_fates(&sensor, key);
        plain_record(&sensor, key);
        assert_int_equal(sensor_record(&sensor, values, key, &space, &in, &out), STATUS_OK);
        assert_int_equal(out.n, plain.n);
        for (size_t i = 0; i < out.n; i++)
            assert_memory_equal(&out.q[i], &plain.q[i], sizeof *out.q);
        recorded += out.n;
        counted += same_counts(&sensor, key);
    }
    assert_true(recorded > 100000);
    assert_true(counted > 30);
}

/* ---- the law ---- */

struct summary {
    double rows[TRIALS], places[TRIALS], doubles[TRIALS], of_one[TRIALS], longest[TRIALS];
};

/* Numbers that see how many rows are kept and where, which are there twice, how evenly one address
 * is kept, and the longest string of kept rows. */
static void summarize(const struct query_array *log, size_t trial, struct summary *to)
{
    double place = 0, doubled = 0, of_one = 0, longest = 0, run = 0;
    for (size_t i = 0; i < log->n; i++) {
        double at = (double)(log->q[i].time_us - in.q[0].time_us) * 1e-9;
        bool again = i > 0 && log->q[i - 1].time_us == log->q[i].time_us;
        bool next = i > 0 && log->q[i].time_us - log->q[i - 1].time_us <= 1000 * US_PER_S;
        place += sqrt(at);
        doubled += again ? at : 0;
        of_one += log->q[i].client == 1 ? sqrt(at) : 0;
        run = next ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    to->rows[trial] = (double)log->n;
    to->places[trial] = place;
    to->doubles[trial] = doubled;
    to->of_one[trial] = of_one;
    to->longest[trial] = longest;
}

static struct summary fast_way, slow_way;

/* With `noise`, strangers are seen or not and the sensor falls silent now and then; without, small
 * differences show. */
static void compare_laws(double keep, double uneven, double duplicates, bool noise)
{
    struct sensor sensor = {.name = "test", .source = -1, .columns = 31, .n_known = 3, .entity = 5};
    memset(values, 0, sizeof values);
    values[SENSOR_KEEP] = keep;
    values[SENSOR_UNEVEN] = uneven;
    values[SENSOR_VISIBLE] = 1;
    values[SENSOR_STRANGERS] = noise ? 0.6 : 1;
    values[SENSOR_DUPLICATES] = duplicates;
    values[SENSOR_OUTAGES_PER_WEEK] = noise ? 2 : 0;
    values[SENSOR_OUTAGE_HOURS] = 5;
    in.n = 0;
    for (uint32_t i = 0; i < 400; i++) {
        struct query q = {.time_us = (1 + i) * 1000 * US_PER_S, .client = i * 7 % 5};
        assert_int_equal(query_array_add(&in, q), STATUS_OK);
    }
    sensor.until_us = 500000 * US_PER_S;
    for (size_t trial = 0; trial < TRIALS; trial++) {
        struct rng_key one = {21, trial}, other = {22, trial};
        assert_int_equal(sensor_record(&sensor, values, one, &space, &in, &out), STATUS_OK);
        summarize(&out, trial, &fast_way);
        throw_coins(&sensor, other);
        plain_record(&sensor, other);
        summarize(&plain, trial, &slow_way);
    }
    assert_true(ks_two_samples(fast_way.rows, TRIALS, slow_way.rows, TRIALS) > P_LEAST);
    assert_true(ks_two_samples(fast_way.places, TRIALS, slow_way.places, TRIALS) > P_LEAST);
    assert_true(ks_two_samples(fast_way.doubles, TRIALS, slow_way.doubles, TRIALS) > P_LEAST);
    assert_true(ks_two_samples(fast_way.of_one, TRIALS, slow_way.of_one, TRIALS) > P_LEAST);
    assert_true(ks_two_samples(fast_way.longest, TRIALS, slow_way.longest, TRIALS) > P_LEAST);
}

static void same_law(void **state)
{
    (void)state;
    compare_laws(0.97, 0, 0.03, false);
    compare_laws(0.97, 0, 0.03, true);
    compare_laws(0.97, 1, 0.2, true);
    compare_laws(0.5, 0, 0.01, false);
    compare_laws(1, 0, 0.5, true);
}

static int release(void **state)
{
    (void)state;
    query_array_free(&in);
    query_array_free(&out);
    query_array_free(&plain);
    askers_free(&askers);
    client_tally_free(&tally);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_rows),
        cmocka_unit_test(same_law),
    };
    return cmocka_run_group_tests(tests, NULL, release);
}
