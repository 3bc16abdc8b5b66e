/* bench_statistics.c - cost of a panel on a log like that of the 2016 case: 3,553 rows, four
 * clients of two parties, 143 days. Prints microseconds per log, medians of repeated runs, and as
 * baseline in the same run the cost of reading all rows once. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "analysis/statistics/statistic.h"
#include "sim/rng.h"

#define ROWS 3553
#define DAYS 143
#define LOGS 16
#define REPEATS 41

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *x, size_t n)
{
    qsort(x, n, sizeof *x, compare);
    return x[n / 2];
}

static void make_world(struct world *world)
{
    static const char *const clients[] = {"a", "b", "s", "o1", "o2", "o3"};
    uint32_t id;
    world_init(world);
    world->from_us = INT64_C(1462320000) * US_PER_S; /* 4 May 2016 */
    world->until_us = world->from_us + DAYS * US_PER_DAY;
    for (int i = 0; i < 6; i++)
        intern_add(&world->clients, clients[i], strlen(clients[i]), &id);
    world->n_sensors = 1;
    world->sensors = calloc(1, sizeof *world->sensors);
    world->n_resolvers = 3;
    world->resolvers = calloc(3, sizeof *world->resolvers);
    world->n_parties = 2;
    world->parties = calloc(2, sizeof *world->parties);
    if (world->sensors == NULL || world->resolvers == NULL || world->parties == NULL)
        exit(1);
    world->sensors[0].name = "paste";
    world->sensors[0].from_us = world->from_us;
    world->sensors[0].until_us = world->until_us;
    for (uint32_t i = 0; i < 3; i++)
        world->resolvers[i].client = i;
    world->parties[0] = (struct party){
        .name = "bank", .timezone = timezone_fixed(10800), .n_resolvers = 2, .client = NO_INDEX};
    world->parties[1] = (struct party){.name = "health",
                                       .timezone = timezone_fixed(-14400),
                                       .first_resolver = 2,
                                       .n_resolvers = 1,
                                       .client = NO_INDEX};
}

/* Hourly look-ups with gaps and small bursts. */
static void make_log(struct query_array *log, const struct world *world, uint64_t index)
{
    struct rng rng;
    struct query_array scratch;
    query_array_init(log);
    query_array_init(&scratch);
    rng_init(&rng, (struct rng_key){.seed = 1, .trial = index}, 1);
    while (log->n < ROWS) {
        time_us t = world->from_us + (time_us)(rng_uniform(&rng) * DAYS * 24) * US_PER_HOUR +
                    (time_us)(rng_uniform(&rng) * 600) * US_PER_S;
        double u = rng_uniform(&rng);
        struct query q = {.time_us = t, .type = TYPE_A};
        q.client = u < 0.4 ? 0 : u < 0.795 ? 1 : u < 0.998 ? 2 : 3;
        for (;;) {
            query_array_add(log, q);
            if (rng_uniform(&rng) > 0.2)
                break;
            q.time_us += (time_us)(rng_uniform(&rng) * 12) * US_PER_S;
        }
    }
    log->n = ROWS;
    query_array_sort(log, &scratch);
    query_array_free(&scratch);
}

static double time_panel(const struct world *world, const struct query_array *logs,
                         const struct statistic_request *requests, size_t n)
{
    struct panel *panel;
    struct panel_space *space;
    double run[REPEATS], out[256];
    if (panel_create(&panel, world, requests, n, NULL) != STATUS_OK ||
        panel_space_create(&space, panel) != STATUS_OK)
        exit(1);
    for (int r = 0; r < REPEATS; r++) {
        double start = now_us();
        for (int i = 0; i < LOGS; i++)
            panel_compute(panel, space, &logs[i], out);
        run[r] = (now_us() - start) / LOGS;
    }
    panel_space_free(space);
    panel_free(panel);
    return median(run, REPEATS);
}

static volatile int64_t sink; /* keeps the reading from being left out */

static double time_reading(const struct query_array *logs)
{
    double run[REPEATS];
    for (int r = 0; r < REPEATS; r++) {
        double start = now_us();
        for (int i = 0; i < LOGS; i++) {
            int64_t sum = 0;
            for (size_t k = 0; k < logs[i].n; k++)
                sum += logs[i].q[k].time_us ^ logs[i].q[k].client;
            sink += sum;
        }
        run[r] = (now_us() - start) / LOGS;
    }
    return median(run, REPEATS);
}

/* Requests like those that the published remarks on the case ask for: counts and shares of three
 * addresses, dates, gaps of two parties, synchrony. */
struct case_row {
    const char *statistic;
    int who,
        other; /* 0 and 1: the bank's resolvers, 2: the health firm, 3: the bank, 4: everybody */
    double setting[4];
    unsigned n_settings;
};

static const struct case_row case_rows[] = {
    {"log_count", 0, 4, {0}, 0},
    {"log_count", 1, 4, {0}, 0},
    {"log_count", 2, 4, {0}, 0},
    {"log_count", 3, 4, {0}, 0},
    {"log_count", 4, 4, {0}, 0},
    {"share", 3, 4, {0}, 0},
    {"share", 2, 4, {0}, 0},
    {"ratio", 0, 1, {0}, 0},
    {"ratio", 2, 3, {0}, 0},
    {"log_distinct_clients", 4, 4, {0}, 0},
    {"singletons", 4, 4, {0}, 0},
    {"active_days", 3, 4, {0}, 0},
    {"active_days", 2, 4, {0}, 0},
    {"daily_rank_correlation", 3, 2, {0}, 0},
    {"daily_rank_correlation", 0, 1, {0}, 0},
    {"shared_silent_days", 3, 2, {0}, 0},
    {"common_silence", 3, 2, {0}, 0},
    {"coincidences", 0, 1, {60}, 1},
    {"phase_share", 3, 4, {1, 3}, 2},
    {"phase_share", 3, 4, {2, 3}, 2},
    {"phase_share", 2, 4, {1, 3}, 2},
    {"phase_share", 2, 4, {2, 3}, 2},
    {"step", 3, 4, {50, 14, 14}, 3},
    {"silence_within", 4, 4, {80, 82}, 2},
    {"silence_within", 3, 4, {101, 105}, 2},
    {"silence_within", 3, 4, {132, 139}, 2},
    {"rate_ratio", 3, 4, {0, 80, 82, 142}, 4},
    {"last_activity", 4, 4, {0}, 0},
    {"share_gaps_between", 3, 4, {3600, 4200, 60}, 3},
    {"share_gaps_between", 2, 4, {3600, 4200, 60}, 3},
    {"share_gaps_below", 3, 4, {3600, 60}, 2},
    {"share_gaps_below", 2, 4, {3600, 60}, 2},
    {"share_multi", 3, 4, {60}, 1},
    {"share_wide", 3, 4, {60, 20}, 2},
    {"ties", 3, 4, {0}, 0},
    {"comb", 2, 4, {3600, 60}, 2},
    {"working_share", 3, 4, {9, 18}, 2},
    {"weekend_share", 3, 4, {0}, 0},
    {"working_share", 2, 4, {9, 18}, 2},
    {"calendar_p", 3, 4, {2}, 1},
};
#define CASE_ROWS (sizeof case_rows / sizeof case_rows[0])

static struct client_set case_set(int which)
{
    static const uint8_t member[4][6] = {{1}, {0, 1}, {0, 0, 1}, {1, 1}};
    return which == 4 ? (struct client_set){0} : (struct client_set){member[which], 6, false};
}

static void make_case_requests(const struct world *world, struct statistic_request *requests)
{
    for (size_t i = 0; i < CASE_ROWS; i++) {
        const struct case_row *row = &case_rows[i];
        const struct statistic *statistic = statistic_find(row->statistic);
        if (statistic == NULL)
            exit(1);
        statistic_request_init(&requests[i], statistic, world, 0);
        requests[i].who = case_set(row->who);
        requests[i].other = case_set(row->other);
        requests[i].party = row->who == 2 ? 1 : row->who == 4 ? -1 : 0;
        for (unsigned k = 0; k < row->n_settings; k++)
            requests[i].param[k] = row->setting[k];
    }
}

int main(int argc, char **argv)
{
    (void)argv;
    struct world world;
    struct query_array logs[LOGS];
    static struct statistic_request requests[256];
    const struct statistic *left_out[256];
    size_t n = 0, n_left_out = 0;
    struct client_sets *sets;
    make_world(&world);
    for (uint64_t i = 0; i < LOGS; i++)
        make_log(&logs[i], &world, i);
    if (default_requests(&world, 0, COLUMN_TIME | COLUMN_CLIENT, US_PER_S, requests, 256, &n, &sets,
                         left_out, &n_left_out, NULL) != STATUS_OK)
        return 1;
    double reading = time_reading(logs), panel = time_panel(&world, logs, requests, n);
    printf("statistics,rows,us_per_log,ratio_to_reading\n");
    printf("read every row once,%d,%.2f,1.0\n", ROWS, reading);
    printf("default panel of %zu,%d,%.2f,%.1f\n", n, ROWS, panel, panel / reading);
    static struct statistic_request case_requests[CASE_ROWS];
    make_case_requests(&world, case_requests);
    double case_panel = time_panel(&world, logs, case_requests, CASE_ROWS);
    printf("panel of the 2016 case of %zu,%d,%.2f,%.1f\n", CASE_ROWS, ROWS, case_panel,
           case_panel / reading);
    for (size_t i = 0; argc > 1 && i < CASE_ROWS; i++)
        printf("case %s,%d,%.2f,\n", case_requests[i].label, ROWS,
               time_panel(&world, logs, case_requests + i, 1));
    for (size_t i = 0; argc > 1 && i < n; i++)
        printf("%s,%d,%.2f,\n", requests[i].label, ROWS, time_panel(&world, logs, requests + i, 1));
    client_sets_free(sets);
    for (int i = 0; i < LOGS; i++)
        query_array_free(&logs[i]);
    world_free(&world);
    return 0;
}
