#include "tests/support/statistics_logs.h"

#include "tests/support/check.h"

#include "sim/rng.h"

static void add_row(struct query_array *log, struct rng *rng, time_us t)
{
    static const uint16_t types[] = {TYPE_A, TYPE_A, TYPE_PTR, TYPE_AAAA};
    struct query q = {.time_us = t};
    double u = rng_uniform(rng);
    q.client = u < 0.4 ? 0 : u < 0.6 ? 1 : u < 0.9 ? 2 : (uint32_t)rng_below(rng, 10);
    q.name = (uint32_t)rng_below(rng, 3);
    q.type = types[rng_below(rng, 4)];
    q.server = (uint16_t)rng_below(rng, 2);
    assert_int_equal(query_array_add(log, q), STATUS_OK);
}

static void add_bursts(struct query_array *log, struct rng *rng, time_us from_us, time_us until_us)
{
    for (time_us t = from_us; t < until_us;) {
        add_row(log, rng, t);
        for (time_us u = t; rng_uniform(rng) < 0.5;) {
            u += (time_us)rng_below(rng, 30) * US_PER_S;
            add_row(log, rng, u);
        }
        t += 3600 * US_PER_S + (time_us)(rng_exponential(rng) * 600e6) * (rng_below(rng, 4) == 0);
    }
}

void make_random_log(struct query_array *log, enum log_kind kind, uint64_t seed, time_us from_us,
                     time_us until_us)
{
    struct rng rng;
    struct query_array scratch;
    double length = (double)(until_us - from_us);
    rng_init(&rng, (struct rng_key){.seed = seed, .trial = (uint64_t)kind}, 7);
    query_array_init(log);
    query_array_init(&scratch);
    if (kind == LOG_ONE)
        add_row(log, &rng, from_us + (until_us - from_us) / 3);
    for (int i = 0; kind == LOG_TIES && i < 60; i++)
        add_row(log, &rng, from_us + (until_us - from_us) / 2);
    for (int i = 0; kind == LOG_UNIFORM && i < 500; i++)
        add_row(log, &rng, from_us + (time_us)((rng_uniform(&rng) * 1.02 - 0.01) * length));
    for (int i = 0; kind == LOG_SECONDS && i < 400; i++) {
        time_us second = from_us + (time_us)(rng_uniform(&rng) * length) / US_PER_S * US_PER_S;
        add_row(log, &rng, second);
        if (rng_below(&rng, 3) == 0)
            assert_int_equal(query_array_add(log, log->q[log->n - 1]), STATUS_OK);
    }
    if (kind == LOG_CLUSTERS)
        add_bursts(log, &rng, from_us, until_us);
    for (time_us t = from_us; kind == LOG_BEACON && t < until_us; t += 420 * US_PER_S)
        add_row(log, &rng, t + (time_us)rng_below(&rng, 20) * US_PER_S);
    assert_int_equal(query_array_sort(log, &scratch), STATUS_OK);
    query_array_free(&scratch);
}

size_t select_times(const struct query_array *log, const struct statistic_request *request,
                    const struct client_set *set, time_us **t)
{
    size_t n = 0;
    *t = calloc(log->n + 1, sizeof **t);
    assert_non_null(*t);
    for (size_t i = 0; i < log->n; i++) {
        const struct query *q = &log->q[i];
        bool in = set->member == NULL  ? true
                  : q->client < set->n ? set->member[q->client]
                                       : set->others;
        if (in && (request->name == INTERN_NONE || request->name == q->name) &&
            (request->type == TYPE_UNKNOWN || request->type == q->type) &&
            q->time_us >= request->from_us && q->time_us < request->until_us)
            (*t)[n++] = q->time_us;
    }
    return n;
}
