/* Volume, local time, synchrony, events, names, types, clients and integrity against slow twins
 * that look at every row. */
#include "tests/support/check.h"

#include <math.h>
#include <stdio.h>

#include "tests/support/statistics_logs.h"
#include "tests/support/statistics_support.h"

#define FROM (INT64_C(1462320000) * US_PER_S)
#define LENGTH (9 * US_PER_DAY + 5 * US_PER_HOUR)
#define MAX_DAYS 16
#define MAX_HOURS 240

/* Two client sets of one log, in the time of one party. */
struct subject {
    struct world world;
    struct query_array logs[2];
    struct client_set who, other;
    int party;
    time_us *a, *b; /* times of who and other */
    size_t n_a, n_b;
    const char *what;
};

static const uint8_t east_member[] = {1, 1, 0};
static const uint8_t west_member[] = {0, 0, 1};

static void expect(const struct subject *s, double expected, struct statistic_request request)
{
    char what[160];
    snprintf(what, sizeof what, "%s: %s", s->what, request.label);
    request.who = s->who;
    request.other = s->other;
    request.party = s->party;
    request.other_sensor = 1;
    check_close(what, compute_request(&s->world, s->logs, &request),
                isfinite(expected) ? expected : NAN, 1e-9);
}

#define EXPECT(expected, ...) expect(s, expected, make_request(&s->world, __VA_ARGS__))

static struct civil_time local(const struct subject *s, time_us t)
{
    struct timezone_table utc = timezone_fixed(0);
    return civil_from_utc(s->party < 0 ? &utc : &s->world.parties[s->party].timezone, t);
}

static int64_t local_date(const struct subject *s, time_us t)
{
    struct civil_time c = local(s, t);
    return civil_days(c.year, c.month, c.day);
}

/* Number of the local day, counted from the first of the stretch. */
static size_t local_day(const struct subject *s, time_us t)
{
    return (size_t)(local_date(s, t) - local_date(s, FROM));
}

static size_t n_days(const struct subject *s)
{
    return local_day(s, FROM + LENGTH - 1) + 1;
}

static void check_volume(const struct subject *s)
{
    double n = (double)s->n_a, all = 0, active = 0, seen[MAX_DAYS] = {0};
    for (size_t i = 0; i < s->logs[0].n; i++)
        all += s->logs[0].q[i].time_us >= FROM && s->logs[0].q[i].time_us < FROM + LENGTH;
    for (size_t i = 0; i < s->n_a; i++)
        seen[local_day(s, s->a[i])] = 1;
    for (size_t d = 0; d < MAX_DAYS; d++)
        active += seen[d];
    EXPECT(n, "count", 0);
    EXPECT(log(1 + n), "log_count", 0);
    EXPECT(all > 0 ? n / all : NAN, "share", 0);
    EXPECT(log((n + 0.5) / ((double)s->n_b + 0.5)), "ratio", 0);
    EXPECT(n / ((double)LENGTH / 86400e6), "per_day", 0);
    EXPECT(active / (double)n_days(s), "active_days", 0);
}

static double plain_entropy(const double *count, int n_cells, double n)
{
    double entropy = 0;
    for (int i = 0; i < n_cells; i++)
        if (count[i] > 0)
            entropy -= count[i] / n * log(count[i] / n);
    return n > 0 ? entropy : NAN;
}

static void check_profile(const struct subject *s)
{
    double n = (double)s->n_a, x = 0, y = 0, working = 0, night = 0, weekend = 0, holiday = 0;
    double hours[24] = {0}, weekdays[7] = {0}, xx = 0, yy = 0;
    for (size_t i = 0; i < s->n_a; i++) {
        struct civil_time c = local(s, s->a[i]);
        x += cos((c.hour + 0.5) * M_PI / 12) / n;
        y += sin((c.hour + 0.5) * M_PI / 12) / n;
        xx += cos((c.hour + 0.5) * M_PI / 6) / n;
        yy += sin((c.hour + 0.5) * M_PI / 6) / n;
        working += c.weekday < 5 && c.hour >= 8 && c.hour < 17;
        night += c.hour >= 22 || c.hour < 5;
        weekend += c.weekday >= 5;
        holiday += s->party >= 0 && local_date(s, s->a[i]) == FROM / US_PER_DAY + 3;
        hours[c.hour]++;
        weekdays[c.weekday]++;
    }
    EXPECT(n > 0 ? hypot(x, y) : NAN, "hour_resultant", 0);
    EXPECT(n > 0 ? hypot(xx, yy) : NAN, "hour_second_harmonic", 0);
    EXPECT(n > 0 ? x : NAN, "hour_cosine", 0);
    EXPECT(n > 0 ? y : NAN, "hour_sine", 0);
    double mean = fmod(atan2(y, x) * 12 / M_PI + 24, 24);
    EXPECT(n > 0 ? mean : NAN, "mean_hour", 0);
    EXPECT(working / n, "working_share", 2, 8.0, 17.0);
    EXPECT(night / n, "night_share", 2, 22.0, 5.0);
    EXPECT(plain_entropy(hours, 24, n) / log(24), "hour_entropy", 0);
    EXPECT(weekend / n, "weekend_share", 0);
    EXPECT(plain_entropy(weekdays, 7, n) / log(7), "weekday_entropy", 0);
    EXPECT(holiday / n, "holiday_share", 0);
}

static double plain_correlation(const double *x, const double *y, size_t n)
{
    double mean_x = 0, mean_y = 0, xx = 0, yy = 0, xy = 0;
    for (size_t i = 0; i < n; i++) {
        mean_x += x[i] / (double)n;
        mean_y += y[i] / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        xx += (x[i] - mean_x) * (x[i] - mean_x);
        yy += (y[i] - mean_y) * (y[i] - mean_y);
        xy += (x[i] - mean_x) * (y[i] - mean_y);
    }
    return xx > 1e-9 && yy > 1e-9 ? xy / sqrt(xx * yy) : 0;
}

static void plain_ranks(const double *x, size_t n, double *rank)
{
    for (size_t i = 0; i < n; i++) {
        rank[i] = 0.5;
        for (size_t j = 0; j < n; j++)
            rank[i] += x[j] < x[i] ? 1 : x[j] == x[i] ? 0.5 : 0;
    }
}

static double plain_shared_zeroes(const double *x, const double *y, size_t n)
{
    double both = 0, either = 0;
    for (size_t i = 0; i < n; i++) {
        both += x[i] == 0 && y[i] == 0;
        either += x[i] == 0 || y[i] == 0;
    }
    return either > 0 ? both / either : 0;
}

static int compare_times(const void *a, const void *b)
{
    time_us x = *(const time_us *)a, y = *(const time_us *)b;
    return (x > y) - (x < y);
}

static void check_common_silence(const struct subject *s)
{
    size_t n = s->n_a + s->n_b + 2;
    time_us *t = calloc(n, sizeof *t), longest = 0, start = FROM;
    assert_non_null(t);
    t[0] = FROM;
    t[1] = FROM + LENGTH;
    memcpy(t + 2, s->a, s->n_a * sizeof *t);
    memcpy(t + 2 + s->n_a, s->b, s->n_b * sizeof *t);
    qsort(t, n, sizeof *t, compare_times);
    for (size_t i = 0; i + 1 < n; i++)
        if (t[i + 1] - t[i] > longest) {
            longest = t[i + 1] - t[i];
            start = t[i];
        }
    EXPECT((double)longest / 3600e6, "common_silence", 0);
    EXPECT((double)(start - FROM) / 86400e6, "common_silence_start", 0);
    free(t);
}

static void check_synchrony(const struct subject *s)
{
    double days_a[MAX_DAYS] = {0}, days_b[MAX_DAYS] = {0}, rank_a[MAX_DAYS], rank_b[MAX_DAYS];
    double hours_a[MAX_HOURS] = {0}, hours_b[MAX_HOURS] = {0};
    size_t n = n_days(s), hours = (size_t)((LENGTH - 1) / US_PER_HOUR) + 1;
    for (size_t i = 0; i < s->n_a; i++) {
        days_a[local_day(s, s->a[i])]++;
        hours_a[(s->a[i] - FROM) / US_PER_HOUR]++;
    }
    for (size_t i = 0; i < s->n_b; i++) {
        days_b[local_day(s, s->b[i])]++;
        hours_b[(s->b[i] - FROM) / US_PER_HOUR]++;
    }
    plain_ranks(days_a, n, rank_a);
    plain_ranks(days_b, n, rank_b);
    EXPECT(plain_correlation(days_a, days_b, n), "daily_correlation", 0);
    EXPECT(plain_correlation(rank_a, rank_b, n), "daily_rank_correlation", 0);
    EXPECT(plain_correlation(hours_a, hours_b, hours), "hourly_correlation", 0);
    EXPECT(plain_shared_zeroes(days_a, days_b, n), "shared_silent_days", 0);
    EXPECT(plain_shared_zeroes(hours_a, hours_b, hours), "shared_silent_hours", 0);
    check_common_silence(s);
}

static double best_sum(const struct subject *s, const double *days, size_t shift)
{
    double best = 0;
    for (size_t lag = 0; lag <= 2; lag++) {
        double sum = 0;
        for (uint32_t e = 0; e < s->world.n_events; e++) {
            time_us t = s->world.events[e].time_us;
            if (t >= FROM && t < FROM + LENGTH)
                sum += days[(local_day(s, t) + lag + shift) % n_days(s)];
        }
        best = fmax(best, sum);
    }
    return best;
}

static void check_calendar(const struct subject *s)
{
    double days[MAX_DAYS] = {0}, larger = 0, equal = 0, mean = 0;
    size_t n = n_days(s);
    for (size_t i = 0; i < s->n_a; i++)
        days[local_day(s, s->a[i])]++;
    double truth = best_sum(s, days, 0);
    for (size_t shift = 0; shift < n; shift++) {
        double value = best_sum(s, days, shift);
        larger += value > truth;
        equal += value == truth;
        mean += value / (double)n;
    }
    EXPECT(s->n_a > 0 ? (larger + equal / 2) / (double)n : NAN, "calendar_p", 1, 2.0);
    EXPECT(s->n_a > 0 ? log((truth + 0.5) / (mean + 0.5)) : NAN, "calendar_gain", 1, 2.0);
}

static bool is_member(const struct client_set *set, const struct query *q)
{
    return set->member == NULL ? true : q->client < set->n ? set->member[q->client] : set->others;
}

/* The rows of `who` in the stretch. */
static size_t select_rows(const struct subject *s, struct query *rows)
{
    size_t n = 0;
    for (size_t i = 0; i < s->logs[0].n; i++) {
        const struct query *q = &s->logs[0].q[i];
        if (is_member(&s->who, q) && q->time_us >= FROM && q->time_us < FROM + LENGTH)
            rows[n++] = *q;
    }
    return n;
}

static void check_clients(const struct subject *s, const struct query *rows, size_t n)
{
    double count[16] = {0}, distinct = 0, single = 0, top = 0, names[3] = {0}, n_names = 0;
    for (size_t i = 0; i < n; i++) {
        count[rows[i].client]++;
        names[rows[i].name] = 1;
    }
    for (int i = 0; i < 16; i++) {
        distinct += count[i] > 0;
        single += count[i] == 1;
        top = fmax(top, count[i]);
    }
    n_names = names[0] + names[1] + names[2];
    EXPECT(distinct, "distinct_clients", 0);
    EXPECT(log(1 + distinct), "log_distinct_clients", 0);
    EXPECT(single, "singletons", 0);
    EXPECT(log(1 + single), "log_singletons", 0);
    EXPECT(top / (double)n, "top_share", 0);
    EXPECT(plain_entropy(count, 16, (double)n), "client_entropy", 0);
    EXPECT(n_names, "distinct_names", 0);
    EXPECT(log(1 + n_names), "log_distinct_names", 0);
}

static void check_names(const struct subject *s, const struct query *rows, size_t n)
{
    double after = 0, first = NAN;
    for (size_t i = 0; i < s->n_a; i++)
        after += s->a[i] - FROM >= 2 * US_PER_DAY;
    for (size_t i = 0; isnan(first) && i < s->logs[0].n; i++)
        if (s->logs[0].q[i].time_us >= FROM && s->logs[0].q[i].time_us < FROM + LENGTH)
            first = is_member(&s->who, &s->logs[0].q[i]);
    EXPECT(log(1 + after), "count_after", 1, 2.0);
    double suffixed = 0;
    for (size_t i = 0; i < n; i++)
        suffixed += rows[i].name == 1;
    EXPECT(log(1 + suffixed), "suffixed", 0);
    EXPECT((double)(s->n_a > 0 ? s->a[0] - FROM : LENGTH) / 3600e6, "first_delay", 0);
    EXPECT(first, "first_is_member", 0);
}

static void check_types(const struct subject *s, const struct query *rows, size_t n)
{
    double pointers = 0, followed = 0;
    for (size_t i = 0; i < n; i++) {
        bool found = false;
        for (size_t j = i + 1; j < n && rows[j].time_us - rows[i].time_us <= 30 * US_PER_S; j++)
            found = found || rows[j].type == TYPE_A;
        pointers += rows[i].type == TYPE_PTR;
        followed += rows[i].type == TYPE_PTR && found;
    }
    EXPECT(pointers / (double)n, "type_share", 1, (double)TYPE_PTR);
    EXPECT(followed / pointers, "type_follows", 3, (double)TYPE_PTR, (double)TYPE_A, 30.0);
}

static bool same_row(const struct query *a, const struct query *b)
{
    return a->time_us == b->time_us && a->client == b->client && a->name == b->name &&
           a->type == b->type && a->server == b->server;
}

static void check_floor(const struct subject *s, const struct query *rows, size_t n)
{
    double repeats = 0, early = 0, doubles = 0;
    for (size_t i = 0; i < n; i++) {
        bool again = false;
        for (size_t j = i; j-- > 0 && !again;)
            if (rows[j].client == rows[i].client && rows[j].name == rows[i].name &&
                rows[j].type == rows[i].type) {
                again = true;
                early += rows[i].time_us - rows[j].time_us < 1800 * US_PER_S;
            }
        repeats += again;
        bool twice = false;
        for (size_t j = 0; j < i && !twice; j++)
            twice = same_row(&rows[j], &rows[i]);
        doubles += twice;
    }
    EXPECT(early / repeats, "cache_floor_violations", 1, 1800.0);
    EXPECT(doubles / (double)n, "duplicates", 0);
}

static void check_digits(const struct subject *s)
{
    double count[10] = {0}, chi_square = 0, n = (double)s->n_a, repeated = 0;
    for (size_t i = 0; i < s->n_a; i++)
        count[local(s, s->a[i]).second % 10]++;
    for (int d = 0; d < 10; d++)
        chi_square += (count[d] - n / 10) * (count[d] - n / 10) / (n / 10);
    EXPECT(log(chi_square / 9 + 1e-3), "second_digits", 0);
    for (size_t i = 0; i + 2 < s->n_a; i++) {
        bool found = false;
        for (size_t j = 0; j < i && !found; j++)
            found =
                (s->a[j + 1] - s->a[j]) / US_PER_S == (s->a[i + 1] - s->a[i]) / US_PER_S &&
                (s->a[j + 2] - s->a[j + 1]) / US_PER_S == (s->a[i + 2] - s->a[i + 1]) / US_PER_S;
        repeated += found;
    }
    EXPECT(s->n_a >= 4 ? repeated / (double)(s->n_a - 2) : NAN, "repeated_gaps", 1, 2.0);
}

/* The other sensor has every second row of the first, ten seconds late. */
static void check_cuts(const struct subject *s)
{
    double kept = 0;
    size_t n = 0;
    for (size_t i = 0; i < s->logs[1].n; i++) {
        const struct query *q = &s->logs[1].q[i];
        kept += is_member(&s->who, q) && q->time_us >= FROM && q->time_us < FROM + LENGTH;
    }
    EXPECT(log(((double)s->n_a + 0.5) / (kept + 0.5)), "cut_ratio", 0);
    n = s->n_a;
    if (n == 0)
        EXPECT(NAN, "cut_missing", 1, 10.0);
}

static void check_subject(const struct subject *s)
{
    struct query *rows = calloc(s->logs[0].n + 1, sizeof *rows);
    assert_non_null(rows);
    size_t n = select_rows(s, rows);
    assert_int_equal(n, s->n_a);
    check_volume(s);
    check_profile(s);
    check_synchrony(s);
    check_calendar(s);
    check_clients(s, rows, n);
    check_names(s, rows, n);
    check_types(s, rows, n);
    check_floor(s, rows, n);
    check_digits(s);
    check_cuts(s);
    free(rows);
}

static void add_events(struct world *world)
{
    static const double days[] = {-2, 1.3, 1.4, 4.9, 8.2, 40};
    world->n_events = 6;
    world->events = calloc(6, sizeof *world->events);
    assert_non_null(world->events);
    for (int i = 0; i < 6; i++)
        world->events[i].time_us = FROM + (time_us)(days[i] * 86400e6);
}

static void halve(const struct query_array *log, struct query_array *half)
{
    query_array_init(half);
    for (size_t i = 0; i < log->n; i += 2) {
        struct query q = log->q[i];
        q.time_us += 10 * US_PER_S;
        assert_int_equal(query_array_add(half, q), STATUS_OK);
    }
}

static void twins_agree(void **state)
{
    (void)state;
    static const char *const kinds[] = {"empty",   "one",      "ties",  "uniform",
                                        "seconds", "clusters", "beacon"};
    struct subject subject = {.what = ""}, *s = &subject;
    make_world(&s->world, FROM, FROM + LENGTH);
    add_events(&s->world);
    for (int kind = 0; kind < LOG_KINDS; kind++)
        for (s->party = -1; s->party < 2; s->party++) {
            make_random_log(&s->logs[0], (enum log_kind)kind, 5, FROM, FROM + LENGTH);
            halve(&s->logs[0], &s->logs[1]);
            struct client_set east = {east_member, 3, false}, west = {west_member, 3, true};
            s->who = s->party < 0 ? (struct client_set){0} : s->party == 0 ? east : west;
            s->other = s->party == 0 ? west : east;
            struct statistic_request any = make_request(&s->world, "count", 0);
            s->n_a = select_times(&s->logs[0], &any, &s->who, &s->a);
            s->n_b = select_times(&s->logs[0], &any, &s->other, &s->b);
            s->what = kinds[kind];
            check_subject(s);
            free(s->a);
            free(s->b);
            query_array_free(&s->logs[0]);
            query_array_free(&s->logs[1]);
        }
    world_free(&s->world);
}

#define CIRCLE 3600

static bool near_any(const int *b, int n_b, int at, int within, bool circular)
{
    for (int j = 0; j < n_b; j++) {
        int distance = abs(b[j] - at);
        if (distance <= within || (circular && CIRCLE - distance <= within))
            return true;
    }
    return false;
}

/* The expected number of coincidences is the mean over all rotations of one series, here all 3,600
 * of a stretch of 3,600 microseconds. */
static void coincidences_average_all_rotations(void **state)
{
    (void)state;
    static const int a[] = {3, 100, 101, 900, 1500, 1500, 2400, 3599};
    static const int b[] = {10, 20, 160, 930, 931, 2200, 3500};
    const int n_a = 8, n_b = 7, within = 40;
    struct world world;
    struct query_array logs[2] = {{0}, {0}};
    make_world(&world, FROM, FROM + CIRCLE);
    for (int t = 0; t < CIRCLE; t++) {
        for (int i = 0; i < n_a; i++)
            if (a[i] == t)
                query_array_add(&logs[0], (struct query){.time_us = FROM + t, .client = 0});
        for (int j = 0; j < n_b; j++)
            if (b[j] == t)
                query_array_add(&logs[0], (struct query){.time_us = FROM + t, .client = 2});
    }
    double hits = 0, rotated = 0;
    for (int i = 0; i < n_a; i++) {
        hits += near_any(b, n_b, a[i], within, false);
        for (int shift = 0; shift < CIRCLE; shift++)
            rotated += near_any(b, n_b, (a[i] + shift) % CIRCLE, within, true);
    }
    struct statistic_request request = make_request(&world, "coincidences", 1, within * 1e-6);
    request.who = (struct client_set){east_member, 3, false};
    request.other = (struct client_set){west_member, 3, false};
    check_close("coincidences", compute_request(&world, logs, &request),
                log((hits + 0.5) / (rotated / CIRCLE + 0.5)), 1e-9);
    query_array_free(&logs[0]);
    world_free(&world);
}

/* "Within" includes its end; order counts. */
static void types_follow_within(void **state)
{
    (void)state;
    struct world world;
    struct query_array logs[2] = {{0}, {0}};
    make_world(&world, FROM, FROM + LENGTH);
    query_array_add(&logs[0], (struct query){.time_us = FROM, .type = TYPE_A});
    query_array_add(&logs[0], (struct query){.time_us = FROM + 1, .type = TYPE_PTR});
    query_array_add(&logs[0], (struct query){.time_us = FROM + 1 + 5 * US_PER_S, .type = TYPE_A});
    struct statistic_request request = make_request(&world, "type_follows", 0);
    check_close("at the end", compute_request(&world, logs, &request), 1, 0);
    logs[0].q[2].time_us++;
    check_close("too late", compute_request(&world, logs, &request), 0, 0);
    query_array_free(&logs[0]);
    world_free(&world);
}

/* Ids far beyond the world's own, each in use once, twice or three times. */
static void many_clients(void **state)
{
    (void)state;
    struct world world;
    struct query_array logs[2] = {{0}, {0}};
    make_world(&world, FROM, FROM + LENGTH);
    for (uint32_t i = 0; i < 3000; i++)
        for (uint32_t times = 0; times <= i % 3; times++)
            query_array_add(&logs[0], (struct query){.time_us = FROM + i * US_PER_S + times,
                                                     .client = i * 1024});
    struct statistic_request request = make_request(&world, "distinct_clients", 0);
    check_close("distinct", compute_request(&world, logs, &request), 3000, 0);
    request = make_request(&world, "singletons", 0);
    check_close("singletons", compute_request(&world, logs, &request), 1000, 0);
    request = make_request(&world, "top_share", 0);
    check_close("top", compute_request(&world, logs, &request), 3.0 / 6000, 1e-12);
    double entropy = 0;
    for (int times = 1; times <= 3; times++)
        entropy -= 1000 * times / 6000.0 * log(times / 6000.0);
    request = make_request(&world, "client_entropy", 0);
    check_close("entropy", compute_request(&world, logs, &request), entropy, 1e-9);
    query_array_free(&logs[0]);
    world_free(&world);
}

/* Every second row of a clock is missing in the other cut; within 10 s the others are found. */
static void missing_rows_are_counted(void **state)
{
    (void)state;
    struct world world;
    struct query_array logs[2] = {{0}, {0}};
    make_world(&world, FROM, FROM + LENGTH);
    for (int i = 0; i < 100; i++)
        query_array_add(&logs[0], (struct query){.time_us = FROM + i * US_PER_HOUR});
    halve(&logs[0], &logs[1]);
    struct statistic_request request = make_request(&world, "cut_missing", 1, 10.0);
    request.other_sensor = 1;
    check_close("10 s", compute_request(&world, logs, &request), 0.5, 0);
    request.param[0] = 9.9;
    check_close("9.9 s", compute_request(&world, logs, &request), 1, 0);
    query_array_free(&logs[0]);
    query_array_free(&logs[1]);
    world_free(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(twins_agree), cmocka_unit_test(coincidences_average_all_rotations),
        cmocka_unit_test(types_follow_within), cmocka_unit_test(many_clients),
        cmocka_unit_test(missing_rows_are_counted)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
