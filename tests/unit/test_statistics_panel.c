/* Panels: shared work gives the same numbers as single work, odd input is survived, wrong requests
 * are refused, the registry and the default requests are sound. */
#include "tests/support/check.h"

#include <math.h>
#include <stdio.h>

#include "tests/support/statistics_logs.h"
#include "tests/support/statistics_support.h"

#define FROM (INT64_C(1462320000) * US_PER_S)
#define LENGTH (9 * US_PER_DAY + 5 * US_PER_HOUR)

static const uint8_t east_member[] = {1, 1, 0};
static const uint8_t west_member[] = {0, 0, 1};

/* Every statistic for several selections, parties and stretches. */
static size_t all_requests(const struct world *world, struct statistic_request **requests)
{
    size_t n = 0, count = statistics_count();
    *requests = calloc(6 * count, sizeof **requests);
    assert_non_null(*requests);
    for (size_t i = 0; i < count; i++)
        for (int variant = 0; variant < 6; variant++) {
            struct statistic_request *r = &(*requests)[n++];
            statistic_request_init(r, statistics[i], world, variant == 5);
            r->party = variant % 3 - 1;
            r->other = (struct client_set){west_member, 3, false};
            r->other_sensor = variant != 5;
            if (variant == 1 || variant == 2)
                r->who = (struct client_set){east_member, 3, variant == 2};
            if (variant == 3)
                r->until_us = FROM + (world->until_us - FROM) / 2;
            if (variant == 4)
                r->name = 1;
            if (variant == 5)
                r->type = TYPE_PTR;
        }
    return n;
}

static void check_same(double a, double b, const struct statistic_request *request)
{
    if (memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b)))
        return;
    print_error("%s: %.17g, alone %.17g\n", request->label, a, b);
    assert_true(false);
}

static void together_as_alone(void **state)
{
    (void)state;
    struct world world;
    struct query_array logs[2];
    struct statistic_request *requests;
    struct panel *panel;
    struct panel_space *space;
    make_world(&world, FROM, FROM + LENGTH);
    size_t n = all_requests(&world, &requests);
    double *out = calloc(n, sizeof *out);
    assert_int_equal(panel_create(&panel, &world, requests, n, NULL), STATUS_OK);
    assert_int_equal(panel_space_create(&space, panel), STATUS_OK);
    for (int kind = LOG_KINDS - 1; kind >= 0; kind--) { /* long logs first: the space is reused */
        make_random_log(&logs[0], (enum log_kind)kind, 1, FROM, FROM + LENGTH);
        make_random_log(&logs[1], LOG_UNIFORM, 2, FROM, FROM + LENGTH);
        assert_int_equal(panel_compute(panel, space, logs, out), STATUS_OK);
        for (size_t i = 0; i < n; i++)
            check_same(out[i], compute_request(&world, logs, &requests[i]), &requests[i]);
        query_array_free(&logs[0]);
        query_array_free(&logs[1]);
    }
    panel_space_free(space);
    panel_free(panel);
    free(out);
    free(requests);
    world_free(&world);
}

/* Requests of all statistics that need no times: several client sets, and with `restricted` also
 * one name and one type. */
static size_t counting_requests(const struct world *world, bool restricted,
                                struct statistic_request *requests)
{
    size_t n = 0;
    for (size_t i = 0; i < statistics_count(); i++)
        for (int variant = 0; statistics[i]->without_times && variant < 6; variant++) {
            struct statistic_request *r = &requests[n++];
            statistic_request_init(r, statistics[i], world, (uint32_t)variant % 2);
            r->other = (struct client_set){west_member, 3, false};
            r->other_sensor = (uint32_t)(variant + 1) % 2;
            if (variant == 1 || variant == 2)
                r->who = (struct client_set){east_member, 3, variant == 2};
            r->name = restricted && variant == 3 ? 1 : INTERN_NONE;
            r->type = restricted && variant == 4 ? TYPE_PTR : TYPE_UNKNOWN;
        }
    assert_true(n > 60);
    return n;
}

/* Takes out the rows outside the stretch. */
static void cut_log(struct query_array *log)
{
    size_t kept = 0;
    for (size_t i = 0; i < log->n; i++)
        if (log->q[i].time_us >= FROM && log->q[i].time_us < FROM + LENGTH)
            log->q[kept++] = log->q[i];
    log->n = kept;
}

/* Adds a row on either side of the stretch: then times are gathered, not rows counted. */
static void surround(struct query_array *log)
{
    struct query_array scratch;
    query_array_init(&scratch);
    assert_int_equal(query_array_add(log, (struct query){.time_us = FROM - 1}), STATUS_OK);
    assert_int_equal(query_array_add(log, (struct query){.time_us = FROM + LENGTH}), STATUS_OK);
    assert_int_equal(query_array_sort(log, &scratch), STATUS_OK);
    query_array_free(&scratch);
}

/* What a sensor would have counted instead of recording the log. */
static void make_tally(const struct query_array *log, struct askers *askers,
                       struct client_tally *tally)
{
    assert_int_equal(askers_read(askers, log), STATUS_OK);
    assert_int_equal(client_tally_reserve(tally, askers->n), STATUS_OK);
    tally->is_set = true;
    tally->n_clients = askers->n;
    tally->n_rows = log->n;
    for (size_t k = 0; k < askers->n; k++)
        tally->of[k] = (struct client_rows){askers->client[k], askers->rows[k]};
}

/* Statistics that need only the rows of each client, from those alone. */
static void counts_without_rows(void **state)
{
    (void)state;
    static struct statistic_request requests[600];
    static double from_rows[600], from_counts[600];
    struct world world;
    struct askers askers;
    struct client_tally tallies[2];
    askers_init(&askers);
    client_tally_init(&tallies[0]);
    client_tally_init(&tallies[1]);
    make_world(&world, FROM, FROM + LENGTH);
    size_t n = 0, n_counting = counting_requests(&world, false, requests);
    for (size_t i = 0; i < n_counting; i++)
        if (requests[i].statistic->by_client)
            requests[n++] = requests[i];
    assert_true(n > 50);
    for (int kind = 0; kind < LOG_KINDS; kind++) {
        struct panel *panel;
        struct panel_space *space;
        struct query_array logs[2], none[2] = {{0}, {0}};
        uint8_t wanted[2];
        assert_int_equal(panel_create(&panel, &world, requests, n, NULL), STATUS_OK);
        assert_int_equal(panel_space_create(&space, panel), STATUS_OK);
        panel_wanted(panel, wanted);
        assert_int_equal(wanted[0], RECORD_COUNTS);
        assert_int_equal(wanted[1], RECORD_COUNTS);
        for (int s = 0; s < 2; s++) {
            make_random_log(&logs[s], (enum log_kind)kind, 5 + (uint64_t)s, FROM, FROM + LENGTH);
            cut_log(&logs[s]);
            make_tally(&logs[s], &askers, &tallies[s]);
        }
        assert_int_equal(panel_compute(panel, space, logs, from_rows), STATUS_OK);
        assert_int_equal(panel_compute_wanted(panel, space, none, tallies, from_counts), STATUS_OK);
        for (size_t i = 0; i < n; i++)
            check_same(from_rows[i], from_counts[i], &requests[i]);
        query_array_free(&logs[0]);
        query_array_free(&logs[1]);
        panel_space_free(space);
        panel_free(panel);
    }
    client_tally_free(&tallies[0]);
    client_tally_free(&tallies[1]);
    askers_free(&askers);
    world_free(&world);
}

/* A restriction, an earlier end or a statistic of times asks for rows. */
static void what_is_wanted(void **state)
{
    (void)state;
    struct world world;
    struct panel *panel;
    uint8_t wanted[2];
    make_world(&world, FROM, FROM + LENGTH);
    for (int what = 0; what < 5; what++) {
        struct statistic_request r = make_request(&world, what == 4 ? "active_days" : "count", 0);
        r.name = what == 1 ? 1 : INTERN_NONE;
        r.type = what == 2 ? TYPE_PTR : TYPE_UNKNOWN;
        r.until_us -= what == 3;
        assert_int_equal(panel_create(&panel, &world, &r, 1, NULL), STATUS_OK);
        panel_wanted(panel, wanted);
        assert_int_equal(wanted[0], what == 0 ? RECORD_COUNTS : RECORD_ROWS);
        assert_int_equal(wanted[1], RECORD_NOTHING);
        panel_free(panel);
    }
    world_free(&world);
}

static void counted_as_gathered(void **state)
{
    (void)state;
    static struct statistic_request requests[600];
    static double inside[600], outside[600];
    struct world world;
    make_world(&world, FROM, FROM + LENGTH);
    for (int kind = 0; kind < 2 * LOG_KINDS; kind++) {
        struct panel *panel;
        struct panel_space *space;
        struct query_array logs[2];
        size_t n = counting_requests(&world, kind >= LOG_KINDS, requests);
        assert_int_equal(panel_create(&panel, &world, requests, n, NULL), STATUS_OK);
        assert_int_equal(panel_space_create(&space, panel), STATUS_OK);
        for (int s = 0; s < 2; s++) {
            make_random_log(&logs[s], (enum log_kind)(kind % LOG_KINDS), 5 + (uint64_t)s, FROM,
                            FROM + LENGTH);
            cut_log(&logs[s]);
        }
        assert_int_equal(panel_compute(panel, space, logs, inside), STATUS_OK);
        for (int s = 0; s < 2; s++)
            surround(&logs[s]);
        assert_int_equal(panel_compute(panel, space, logs, outside), STATUS_OK);
        for (size_t i = 0; i < n; i++)
            check_same(inside[i], outside[i], &requests[i]);
        query_array_free(&logs[0]);
        query_array_free(&logs[1]);
        panel_space_free(space);
        panel_free(panel);
    }
    world_free(&world);
}

static void check_range(const struct statistic_request *request, double value)
{
    const struct statistic *s = request->statistic;
    if (isnan(value) || (isfinite(value) && value >= s->low - 1e-9 && value <= s->high + 1e-9))
        return;
    print_error("%s: %g is outside [%g, %g]\n", request->label, value, s->low, s->high);
    assert_true(false);
}

/* No statistic crashes or leaves its range, whatever the stretch. */
static void odd_stretches(void **state)
{
    (void)state;
    static const int64_t lengths[] = {
        0, 1, US_PER_S, US_PER_HOUR, 2 * US_PER_DAY, 400 * US_PER_DAY};
    for (size_t l = 0; l < sizeof lengths / sizeof lengths[0]; l++)
        for (int kind = 0; kind < LOG_KINDS; kind++) {
            struct world world;
            struct query_array logs[2];
            struct statistic_request *requests;
            make_world(&world, FROM, FROM + lengths[l]);
            size_t n = all_requests(&world, &requests);
            int64_t reach = lengths[l] < LENGTH ? lengths[l] : LENGTH;
            make_random_log(&logs[0], (enum log_kind)kind, 3, FROM, FROM + reach);
            make_random_log(&logs[1], LOG_TIES, 3, FROM, FROM + reach);
            query_array_add(&logs[1], (struct query){.time_us = INT64_MAX});
            for (size_t i = 0; i < n; i++)
                check_range(&requests[i], compute_request(&world, logs, &requests[i]));
            query_array_free(&logs[0]);
            query_array_free(&logs[1]);
            free(requests);
            world_free(&world);
        }
}

/* More selections than fit into one mask, and ids far beyond the tables. */
static void many_selections(void **state)
{
    (void)state;
    struct world world;
    struct query_array logs[2] = {{0}, {0}};
    struct statistic_request requests[200];
    struct panel *panel;
    struct panel_space *space;
    double out[200];
    make_world(&world, FROM, FROM + LENGTH);
    for (uint32_t i = 0; i < 2000; i++)
        query_array_add(&logs[i % 2], (struct query){.time_us = FROM + i * US_PER_S,
                                                     .name = i * i % 211u,
                                                     .type = (uint16_t)(i % 3 == 0 ? 65535u : i),
                                                     .client = i == 7 ? UINT32_MAX : i});
    for (uint32_t i = 0; i < 200; i++) {
        requests[i] = make_request(&world, "count", 0);
        requests[i].sensor = i % 2;
        requests[i].name = i;
        requests[i].type = i % 5 == 0 ? 65535 : TYPE_UNKNOWN;
        if (i % 7 == 0)
            requests[i].who = (struct client_set){east_member, 3, true};
    }
    assert_int_equal(panel_create(&panel, &world, requests, 200, NULL), STATUS_OK);
    assert_int_equal(panel_space_create(&space, panel), STATUS_OK);
    assert_int_equal(panel_compute(panel, space, logs, out), STATUS_OK);
    for (uint32_t i = 0; i < 200; i++) {
        time_us *t;
        size_t n = select_times(&logs[i % 2], &requests[i], &requests[i].who, &t);
        assert_int_equal((size_t)out[i], n);
        free(t);
    }
    panel_space_free(space);
    panel_free(panel);
    query_array_free(&logs[0]);
    query_array_free(&logs[1]);
    world_free(&world);
}

static void refuse(const struct world *world, const struct statistic_request *request,
                   const char *word)
{
    struct panel *panel;
    struct message message = {""};
    assert_int_equal(panel_create(&panel, world, request, 1, &message), STATUS_INPUT);
    assert_null(panel);
    assert_non_null(strstr(message.text, word));
}

static void wrong_requests(void **state)
{
    (void)state;
    struct world world;
    make_world(&world, FROM, FROM + LENGTH);
    struct statistic_request good = make_request(&world, "fano", 0), bad = good;
    bad.sensor = 2;
    refuse(&world, &bad, "2 sensors");
    bad = good;
    bad.party = 2;
    refuse(&world, &bad, "2 parties");
    bad = good;
    bad.param[0] = 0;
    refuse(&world, &bad, "window_s = 0");
    bad.param[0] = NAN;
    refuse(&world, &bad, "window_s");
    bad = good;
    bad.until_us = bad.from_us - 1;
    refuse(&world, &bad, "ends before it begins");
    bad = good;
    bad.until_us = INT64_MAX;
    refuse(&world, &bad, "days long");
    bad = make_request(&world, "cut_ratio", 0);
    bad.other_sensor = 9;
    refuse(&world, &bad, "number 9");
    world_free(&world);
}

static void registry_is_sound(void **state)
{
    (void)state;
    assert_true(statistics_count() >= 60);
    for (size_t i = 0; statistics[i] != NULL; i++) {
        const struct statistic *s = statistics[i];
        assert_ptr_equal(statistic_find(s->name), s);
        assert_non_null(s->summary);
        assert_non_null(s->tells);
        assert_non_null(s->unit);
        assert_non_null(s->compute);
        assert_true(s->low < s->high);
        assert_in_range(s->family, 0, FAMILY_COUNT - 1);
        assert_true(param_rows_count(s->params) <= STATISTIC_MAX_PARAMS);
        for (const struct param_row *row = s->params; row != NULL && row->name != NULL; row++) {
            double value = strtod(row->prior, NULL);
            assert_true(value >= row->min && value <= row->max);
            assert_non_null(row->meaning);
        }
    }
    assert_null(statistic_find("no such statistic"));
}

#define MAX_REQUESTS 128

static size_t defaults(const struct world *world, unsigned columns, time_us resolution_us,
                       struct statistic_request *requests, size_t capacity, int expected,
                       const struct statistic **left_out, size_t *n_left_out,
                       struct client_sets **sets)
{
    size_t n = 0;
    struct message message = {""};
    *n_left_out = 0;
    assert_int_equal(default_requests(world, 0, columns, resolution_us, requests, capacity, &n,
                                      sets, left_out, n_left_out, &message),
                     expected);
    for (size_t i = 0; expected == STATUS_OK && i < n; i++)
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(requests[i].label, requests[j].label);
    return n;
}

static bool is_left_out(const char *name, const struct statistic **left_out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(left_out[i]->name, name) == 0)
            return true;
    return false;
}

static void default_panels(void **state)
{
    (void)state;
    struct world world;
    struct client_sets *sets;
    struct statistic_request requests[MAX_REQUESTS];
    const struct statistic *left_out[MAX_REQUESTS];
    size_t n_left_out;
    const unsigned all = COLUMN_TIME | COLUMN_CLIENT | COLUMN_NAME | COLUMN_TYPE | COLUMN_SERVER;
    make_world(&world, FROM, FROM + LENGTH);
    size_t n =
        defaults(&world, all, 1, requests, MAX_REQUESTS, STATUS_OK, left_out, &n_left_out, &sets);
    assert_in_range(n, 40, 75);
    assert_int_equal(n_left_out, 0);
    struct query_array logs[2];
    make_random_log(&logs[0], LOG_CLUSTERS, 4, FROM, FROM + LENGTH);
    make_random_log(&logs[1], LOG_EMPTY, 4, FROM, FROM + LENGTH);
    for (size_t i = 0; i < n; i++)
        assert_true(isfinite(compute_request(&world, logs, &requests[i])));
    query_array_free(&logs[0]);
    client_sets_free(sets);

    n = defaults(&world, COLUMN_TIME, US_PER_S, requests, MAX_REQUESTS, STATUS_OK, left_out,
                 &n_left_out, &sets);
    assert_in_range(n, 15, 40);
    assert_true(is_left_out("ratio", left_out, n_left_out));
    assert_true(is_left_out("type_share", left_out, n_left_out));
    client_sets_free(sets);

    defaults(&world, all, US_PER_HOUR, requests, MAX_REQUESTS, STATUS_OK, left_out, &n_left_out,
             &sets);
    assert_true(is_left_out("log_gap_quantile", left_out, n_left_out));
    assert_false(is_left_out("log_count", left_out, n_left_out));
    client_sets_free(sets);

    defaults(&world, all, 1, requests, 5, STATUS_INPUT, left_out, &n_left_out, &sets);
    assert_null(sets);
    world_free(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(together_as_alone), cmocka_unit_test(counted_as_gathered),
        cmocka_unit_test(odd_stretches),     cmocka_unit_test(many_selections),
        cmocka_unit_test(wrong_requests),    cmocka_unit_test(registry_is_sound),
        cmocka_unit_test(default_panels),    cmocka_unit_test(counts_without_rows),
        cmocka_unit_test(what_is_wanted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
