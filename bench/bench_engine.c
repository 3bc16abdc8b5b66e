/* bench_engine.c - the event queue on M/M/1, the plain per-query generator, and misses alone.
 *
 *     build/bench/bench_engine
 *
 * CSV on stdout. M/M/1: 10^6 customers at load 0.9, every arrival and every departure is an event
 * that goes through the queue; the mean time in the system is checked against theory (10 service
 * times) so that the work is known to be done. Baselines in the same run: the same draws through a
 * bare binary heap of times, and in Lindley's recursion, without any queue.
 *
 * Generator: one resolver, 1,000 names by Zipf's law, Poisson questions, one TTL; nanoseconds per
 * question that the authority sees. Each question goes through resolver_ask, the plain rule.
 * Baseline in the same run: the same loop with a bare table of expiry times.
 *
 * Misses alone (sim/miss.h): the same demand, name by name, and only the questions that pass the
 * cache; nanoseconds per such question with its client, in no order of time. Baseline: "expiry plus
 * an exponential gap" in a loop of its own.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/event_queue.h"
#include "sim/miss.h"
#include "sim/resolver.h"
#include "sim/rng.h"
#include "tests/support/stopwatch.h"

enum { RUNS = 7, NAMES = 1000 };
#define CUSTOMERS 1000000

static volatile double sink; /* what is computed must not be optimised away */

/* ---- M/M/1 ---- */

enum { ARRIVAL, DEPARTURE };

struct station {
    struct event_queue queue;
    struct rng arrivals, services;
    uint32_t waiting; /* in the ring, with the one being served */
    uint64_t arrived, served;
    double waited_s;
    time_us ring[1 << 16]; /* times of arrival */
};

static time_us draw_us(struct rng *rng, double mean_s)
{
    return (time_us)(rng_exponential(rng) * mean_s * 1e6);
}

static void arrive(struct station *self, time_us now)
{
    self->ring[self->arrived++ & 0xffff] = now;
    if (self->arrived < CUSTOMERS)
        event_queue_replace(&self->queue, now + draw_us(&self->arrivals, 1 / 0.9), ARRIVAL, 0, 0);
    else {
        struct event done;
        event_queue_pop(&self->queue, &done);
    }
    if (self->waiting++ == 0 && event_queue_push(&self->queue, now + draw_us(&self->services, 1),
                                                 DEPARTURE, 0, 0) != STATUS_OK)
        exit(STATUS_RUN);
}

static void depart(struct station *self, time_us now)
{
    self->waited_s += 1e-6 * (double)(now - self->ring[self->served++ & 0xffff]);
    if (--self->waiting > 0)
        event_queue_replace(&self->queue, now + draw_us(&self->services, 1), DEPARTURE, 0, 0);
    else {
        struct event done;
        event_queue_pop(&self->queue, &done);
    }
}

/* Dispatched events per second of CPU, in millions. */
static double run_station(uint64_t seed)
{
    static struct station self;
    double start = stopwatch_cpu_s();
    event_queue_reset(&self.queue);
    self.arrived = self.served = self.waiting = 0;
    self.waited_s = 0;
    rng_init(&self.arrivals, (struct rng_key){seed, 0}, 1);
    rng_init(&self.services, (struct rng_key){seed, 0}, 2);
    if (event_queue_push(&self.queue, 0, ARRIVAL, 0, 0) != STATUS_OK)
        exit(STATUS_RUN);
    while (self.queue.n > 0) {
        const struct event *next = &self.queue.heap[0];
        if (next->kind == ARRIVAL)
            arrive(&self, event_time(next));
        else
            depart(&self, event_time(next));
    }
    double seconds = stopwatch_cpu_s() - start, mean = self.waited_s / CUSTOMERS;
    if (fabs(mean - 10) > 2)
        fprintf(stderr, "M/M/1: mean time in the system %.3g s, theory says 10\n", mean);
    return 2e-6 * CUSTOMERS / seconds;
}

/* The least that such a run can cost: the same draws, a choice between two times, no queue. */
static double run_bare(uint64_t seed)
{
    struct rng a, s;
    double start = stopwatch_cpu_s(), waited = 0, free_at = 0, now = 0;
    rng_init(&a, (struct rng_key){seed, 0}, 1);
    rng_init(&s, (struct rng_key){seed, 0}, 2);
    for (int i = 0; i < CUSTOMERS; i++) {
        now += rng_exponential(&a) / 0.9;
        free_at = (free_at > now ? free_at : now) + rng_exponential(&s);
        waited += free_at - now;
    }
    sink = waited;
    return 2e-6 * CUSTOMERS / (stopwatch_cpu_s() - start);
}

/* A textbook binary heap of (time, kind), thrown away after use: sift up, sift down, no more. */
struct bare_event {
    double time;
    int kind;
};

static void bare_push(struct bare_event *heap, int *n, struct bare_event event)
{
    int i = (*n)++;
    for (; i > 0 && event.time < heap[(i - 1) / 2].time; i = (i - 1) / 2)
        heap[i] = heap[(i - 1) / 2];
    heap[i] = event;
}

static struct bare_event bare_pop(struct bare_event *heap, int *n)
{
    struct bare_event top = heap[0], last = heap[--*n];
    int i = 0;
    for (int child; (child = 2 * i + 1) < *n; i = child) {
        if (child + 1 < *n && heap[child + 1].time < heap[child].time)
            child++;
        if (heap[child].time >= last.time)
            break;
        heap[i] = heap[child];
    }
    heap[i] = last;
    return top;
}

static double run_bare_heap(uint64_t seed)
{
    static double arrived_at[1 << 16];
    struct bare_event heap[8];
    struct rng a, s;
    int n = 0;
    uint64_t arrived = 0, served = 0, waiting = 0;
    double start = stopwatch_cpu_s(), waited = 0;
    rng_init(&a, (struct rng_key){seed, 0}, 1);
    rng_init(&s, (struct rng_key){seed, 0}, 2);
    bare_push(heap, &n, (struct bare_event){0, ARRIVAL});
    while (n > 0) {
        struct bare_event now = bare_pop(heap, &n);
        if (now.kind == ARRIVAL) {
            arrived_at[arrived++ & 0xffff] = now.time;
            if (arrived < CUSTOMERS)
                bare_push(heap, &n,
                          (struct bare_event){now.time + rng_exponential(&a) / 0.9, ARRIVAL});
        } else {
            waited += now.time - arrived_at[served++ & 0xffff];
            waiting--;
        }
        bool begins = now.kind == ARRIVAL ? waiting++ == 0 : waiting > 0;
        if (begins)
            bare_push(heap, &n, (struct bare_event){now.time + rng_exponential(&s), DEPARTURE});
    }
    sink = waited;
    return 2e-6 * CUSTOMERS / (stopwatch_cpu_s() - start);
}

/* ---- the plain generator ---- */

struct demand {
    double cumulative[NAMES];
    uint32_t guide[NAMES]; /* guide[k]: the first name whose cumulative share exceeds k / NAMES */
    double per_s;
};

static void fill_demand(struct demand *self, double per_s)
{
    double sum = 0;
    for (int i = 0; i < NAMES; i++)
        self->cumulative[i] = sum += 1.0 / (i + 1);
    for (int i = 0; i < NAMES; i++)
        self->cumulative[i] /= sum;
    for (uint32_t k = 0, name = 0; k < NAMES; k++) {
        while (self->cumulative[name] <= (double)k / NAMES)
            name++;
        self->guide[k] = name;
    }
    self->per_s = per_s;
}

static uint32_t draw_name(const struct demand *self, double u)
{
    uint32_t name = self->guide[(uint32_t)(u * NAMES)];
    while (name < NAMES - 1 && self->cumulative[name] <= u)
        name++;
    return name;
}

/* Both loops ask `asked` questions; the number seen above the cache is returned. */
static uint64_t plain(const struct demand *demand, int32_t ttl_s, uint64_t asked,
                      struct query_array *out)
{
    static struct cache_entry cache[NAMES];
    const struct resolver_profile *profile = resolver_profile_find("continuous");
    struct rng rng;
    struct client_answer given;
    rng_init(&rng, (struct rng_key){3, 0}, 4);
    for (int i = 0; i < NAMES; i++)
        cache[i] = (struct cache_entry){0};
    out->n = 0;
    time_us t = 0;
    for (uint64_t i = 0; i < asked; i++) {
        t += (time_us)(rng_exponential(&rng) / demand->per_s * 1e6);
        uint32_t name = draw_name(demand, rng_uniform(&rng));
        struct authority_answer now = {.exists = true, .ttl_s = ttl_s};
        if (resolver_hit(&cache[name], t, &given) ||
            !resolver_ask(profile, &cache[name], t, now, &given))
            continue;
        struct query *row = query_array_push(out);
        if (row == NULL)
            exit(STATUS_RUN);
        *row = (struct query){.time_us = t, .name = name, .type = TYPE_A};
    }
    return out->n;
}

static uint64_t bare(const struct demand *demand, int32_t ttl_s, uint64_t asked,
                     struct query_array *out)
{
    static double expiry[NAMES];
    struct rng rng;
    rng_init(&rng, (struct rng_key){3, 0}, 4);
    for (int i = 0; i < NAMES; i++)
        expiry[i] = -1;
    double t = 0;
    uint64_t seen = 0;
    for (uint64_t i = 0; i < asked; i++) {
        t += rng_exponential(&rng) / demand->per_s;
        uint32_t name = draw_name(demand, rng_uniform(&rng));
        if (t < expiry[name])
            continue;
        expiry[name] = t + ttl_s;
        out->q[seen++] = (struct query){.time_us = (time_us)(t * 1e6), .name = name};
    }
    return seen;
}

static void measure_generator(double per_s, int32_t ttl_s)
{
    struct demand demand;
    struct query_array rows;
    double ns[RUNS], ratio[RUNS];
    const uint64_t asked = 1000000;
    uint64_t seen = 0;
    fill_demand(&demand, per_s);
    query_array_init(&rows);
    for (int i = 0; i < RUNS; i++) {
        double start = stopwatch_cpu_s();
        seen = plain(&demand, ttl_s, asked, &rows);
        double middle = stopwatch_cpu_s();
        bare(&demand, ttl_s, asked, &rows);
        double end = stopwatch_cpu_s();
        ns[i] = 1e9 * (middle - start) / (double)seen;
        ratio[i] = (middle - start) / (end - middle);
    }
    char what[120];
    double hits = 1 - (double)seen / (double)asked;
    snprintf(what, sizeof what, "plain generator; hit ratio %.2f", hits);
    stopwatch_line("generator", what, ns, RUNS, "ns per row");
    snprintf(what, sizeof what, "plain generator against a bare loop; hit ratio %.2f", hits);
    stopwatch_line("generator", what, ratio, RUNS, "times");
    query_array_free(&rows);
}

/* ---- misses alone ---- */

enum { CLIENTS = 200 };

static void put_row(struct query_array *out, time_us t, uint32_t name, struct rng *rng)
{
    struct query *row = query_array_push(out);
    if (row == NULL)
        exit(STATUS_RUN);
    row->time_us = t;
    row->client = (uint32_t)rng_below(rng, CLIENTS);
    row->name = name;
    row->type = TYPE_A;
    row->server = 0;
    row->flags = 0;
}

static double share_of(const struct demand *demand, uint32_t name)
{
    return demand->cumulative[name] - (name > 0 ? demand->cumulative[name - 1] : 0);
}

static void misses(const struct demand *demand, int32_t ttl_s, const struct civil_grid *grid,
                   struct query_array *out)
{
    const struct resolver_profile *profile = resolver_profile_find("continuous");
    struct rate_profile rate;
    struct rng rng;
    rng_init(&rng, (struct rng_key){3, 0}, 5);
    rate_flat(&rate, grid);
    out->n = 0;
    for (uint32_t name = 0; name < NAMES; name++) {
        double per_s = demand->per_s * share_of(demand, name);
        time_us t = rate_next(&rate, per_s, grid->origin_us, &rng);
        for (; t != INT64_MAX; t = miss_next(profile, true, ttl_s, &rate, per_s, t, &rng))
            put_row(out, t, name, &rng);
    }
}

static void bare_misses(const struct demand *demand, int32_t ttl_s, const struct civil_grid *grid,
                        struct query_array *out)
{
    struct rng rng;
    double span_s = grid->n_hours * 3600.0;
    rng_init(&rng, (struct rng_key){3, 0}, 5);
    out->n = 0;
    for (uint32_t name = 0; name < NAMES; name++) {
        double mean_s = 1.0 / (demand->per_s * share_of(demand, name));
        for (double t = rng_exponential(&rng) * mean_s; t < span_s;
             t += ttl_s + rng_exponential(&rng) * mean_s)
            put_row(out, (time_us)(t * 1e6), name, &rng);
    }
}

static void measure_misses(double per_s, int32_t ttl_s)
{
    struct demand demand;
    struct query_array rows;
    struct civil_grid grid;
    struct timezone_table zone = timezone_fixed(0);
    double ns[RUNS], ratio[RUNS], rate = 0;
    fill_demand(&demand, per_s);
    query_array_init(&rows);
    for (uint32_t name = 0; name < NAMES; name++)
        rate += 1.0 / (ttl_s + 1.0 / (per_s * share_of(&demand, name)));
    if (civil_grid_init(&grid, &zone, 0, (time_us)(1e6 / rate * 1e6), NULL, 0) != STATUS_OK)
        exit(STATUS_RUN);
    misses(&demand, ttl_s, &grid, &rows); /* once for the memory */
    for (int i = 0; i < RUNS; i++) {
        double start = stopwatch_cpu_s();
        misses(&demand, ttl_s, &grid, &rows);
        double middle = stopwatch_cpu_s();
        bare_misses(&demand, ttl_s, &grid, &rows);
        double end = stopwatch_cpu_s();
        ns[i] = 1e9 * (middle - start) / (double)rows.n;
        ratio[i] = (middle - start) / (end - middle);
    }
    char what[120];
    snprintf(what, sizeof what, "misses; hit ratio %.2f", 1 - rate / per_s);
    stopwatch_line("generator", what, ns, RUNS, "ns per row");
    snprintf(what, sizeof what, "misses only against a bare loop; hit ratio %.2f",
             1 - rate / per_s);
    stopwatch_line("generator", what, ratio, RUNS, "times");
    civil_grid_free(&grid);
    query_array_free(&rows);
}

int main(void)
{
    double engine[RUNS], heap[RUNS], direct[RUNS], ratio[RUNS];
    for (int i = 0; i < RUNS; i++) {
        engine[i] = run_station((uint64_t)i + 1);
        heap[i] = run_bare_heap((uint64_t)i + 1);
        direct[i] = run_bare((uint64_t)i + 1);
        ratio[i] = engine[i] / heap[i];
    }
    stopwatch_line("engine", "M/M/1 through the event queue", engine, RUNS, "M events/s");
    stopwatch_line("engine", "M/M/1 through a bare heap", heap, RUNS, "M events/s");
    stopwatch_line("engine", "event queue against the bare heap", ratio, RUNS, "times");
    stopwatch_line("engine", "M/M/1 by recursion without a queue", direct, RUNS, "M events/s");
    measure_generator(0.05, 300);
    measure_generator(0.05, 3600);
    measure_generator(1, 300);
    measure_generator(20, 3600);
    measure_misses(0.05, 300);
    measure_misses(0.05, 3600);
    measure_misses(1, 300);
    measure_misses(20, 3600);
    return 0;
}
