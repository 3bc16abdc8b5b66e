/* test_resolver.c - recorded client queries in, recorded upstream queries out, one for one. */
#include "tests/support/check.h"

#include <stdio.h>

#include "tests/support/bed.h"
#include "tests/support/tsv.h"

#define WITHIN_US 20000 /* the recorded lag is 13.2 ms at most */
#define MAX_QUERIES 4000

enum { TIME, SOURCE, DESTINATION, ID, NAME, TYPE };

struct asked {
    const char *name;
    uint16_t type;
    double ttl_s;
    const char *target;
};

static const struct asked asked[] = {
    {"21.0.0.127.in-addr.arpa", TYPE_PTR, 3, "mail1.sender.test"},
    {"22.0.0.127.in-addr.arpa", TYPE_PTR, 10, "mail2.sender.test"},
    {"23.0.0.127.in-addr.arpa", TYPE_PTR, 30, "mail3.sender.test"},
    {"mail1.sender.test", TYPE_A, 3, NULL},
    {"mail2.sender.test", TYPE_A, 10, NULL},
    {"mail3.sender.test", TYPE_A, 30, NULL},
};

static time_us parse_time(const char *text)
{
    char *end;
    int64_t seconds = strtoll(text, &end, 10);
    assert_int_equal(*end, '.');
    char micros[7] = "";
    memcpy(micros, end + 1, 6);
    return seconds * US_PER_S + atoi(micros);
}

static struct bed *make_bed(const char *software, const char *reverse_zone)
{
    static struct bed bed;
    bed_init(&bed);
    bed_zone(&bed, "sender.test", 10, 10);
    bed_zone(&bed, reverse_zone, 10, 10);
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++)
        bed_record(&bed, asked[i].name, asked[i].type, asked[i].ttl_s, asked[i].target);
    bed_resolver(&bed, software);
    return &bed;
}

static void read_recording(struct tsv *table, const char *folder)
{
    char path[200];
    snprintf(path, sizeof path, "tests/golden/data/resolver/%s/client-and-upstream-queries.tsv.gz",
             folder);
    tsv_read(table, path, 0);
}

static void replay(struct bed *bed, const struct tsv *table)
{
    size_t n = 0;
    for (size_t i = 0; i < table->n_rows; i++) {
        char *const *row = table->cell[i];
        if (strcmp(row[DESTINATION], "127.0.0.12") != 0)
            continue;
        uint32_t q = bed_question(bed, row[NAME], (uint16_t)atoi(row[TYPE]));
        assert_int_equal(traffic_query(&bed->trial.traffic, parse_time(row[TIME]), BED_PARTY, q),
                         STATUS_OK);
        n++;
    }
    assert_int_equal(n, 961);
    bed_run(bed);
}

/* Recorded upstream queries of one name and type. */
static size_t recorded(const struct tsv *table, const char *name, uint16_t type, time_us *times)
{
    size_t n = 0;
    for (size_t i = 0; i < table->n_rows; i++) {
        char *const *row = table->cell[i];
        if (strcmp(row[SOURCE], "127.0.0.12") == 0 && strcmp(row[DESTINATION], "127.0.0.11") == 0 &&
            strcmp(row[NAME], name) == 0 && atoi(row[TYPE]) == type)
            times[n++] = parse_time(row[TIME]);
    }
    return n;
}

/* Matches in order, one to one; returns how many there are. */
static size_t check_pair(const struct bed *bed, const struct tsv *table, const char *name,
                         uint16_t type)
{
    static time_us times[MAX_QUERIES];
    size_t n = recorded(table, name, type, times), at = 0;
    const struct query_array *upstream = &bed->trial.upstream;
    for (size_t i = 0; i < upstream->n; i++) {
        const struct query *q = &upstream->q[i];
        if (q->type != type || strcmp(intern_text(&bed->world.names, q->name), name) != 0)
            continue;
        if (at >= n || llabs(times[at] - q->time_us) > WITHIN_US)
            fail_msg("%s %d: query %zu of %zu is not in the recording", name, type, at, n);
        at++;
    }
    if (at != n)
        fail_msg("%s %d: %zu queries, recorded %zu", name, type, at, n);
    return n;
}

static void check_recording(const char *folder, const char *software, size_t n_expected)
{
    struct tsv table;
    struct bed *bed = make_bed(software, "127.in-addr.arpa");
    bed_ready(bed);
    read_recording(&table, folder);
    replay(bed, &table);
    size_t n = 0;
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++)
        n += check_pair(bed, &table, asked[i].name, asked[i].type);
    assert_int_equal(n, n_expected);
    assert_int_equal(bed->trial.upstream.n, n); /* and nothing besides */
    tsv_free(&table);
    bed_free(bed);
}

static void test_unbound(void **state)
{
    (void)state;
    check_recording("unbound", "unbound-1.17", 326);
}

static void test_unbound_with_prefetch(void **state)
{
    (void)state;
    check_recording("unbound-prefetch", "unbound-1.17-prefetch", 397);
}

static void test_bind(void **state)
{
    (void)state;
    check_recording("bind", "bind-9.18", 401);
}

/* The table of every rule on every recording: how many queries the wrong rules make. */
static void test_wrong_rules_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *software;
        size_t n;
    } rules[] = {{"continuous", 359},
                 {"unbound-1.17", 326},
                 {"unbound-current", 387},
                 {"bind-9.18-no-prefetch", 387},
                 {"unbound-1.17-prefetch", 397},
                 {"bind-9.18", 401},
                 {"dnsmasq", 387},
                 {"none", 961}};
    struct tsv table;
    read_recording(&table, "unbound");
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        struct bed *bed = make_bed(rules[i].software, "127.in-addr.arpa");
        bed_ready(bed);
        replay(bed, &table);
        if (bed->trial.upstream.n != rules[i].n)
            fail_msg("%s: %zu queries, expected %zu", rules[i].software, bed->trial.upstream.n,
                     rules[i].n);
        bed_free(bed);
    }
    tsv_free(&table);
}

/* unbound asked A of all names above a reverse name, and of itself, with every miss: in the bed one
 * server answered for the root and for the reverse zone, so it never learnt of a cut between. */
static void test_unbound_minimisation(void **state)
{
    (void)state;
    static const char *const steps[] = {"arpa",
                                        "in-addr.arpa",
                                        "127.in-addr.arpa",
                                        "0.127.in-addr.arpa",
                                        "0.0.127.in-addr.arpa",
                                        "21.0.0.127.in-addr.arpa",
                                        "22.0.0.127.in-addr.arpa",
                                        "23.0.0.127.in-addr.arpa"};
    struct tsv table;
    struct bed *bed = make_bed("unbound-1.17", "");
    bed->values[bed->world.resolvers[0].settings + RESOLVER_MINIMISE] = MINIMISE_A;
    bed_ready(bed);
    read_recording(&table, "unbound");
    replay(bed, &table);
    size_t n = 0;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        n += check_pair(bed, &table, steps[i], TYPE_A);
    assert_int_equal(n, 5 * 163 + 163);
    tsv_free(&table);
    bed_free(bed);
}

/* BIND asks NS of the names below the nearest zone that it knows and keeps the answers. */
static void test_bind_minimisation(void **state)
{
    (void)state;
    static const char *const steps[] = {"127.in-addr.arpa", "0.127.in-addr.arpa",
                                        "0.0.127.in-addr.arpa"};
    struct tsv table;
    struct bed *bed = make_bed("bind-9.18", "in-addr.arpa");
    bed->values[bed->world.resolvers[0].settings + RESOLVER_MINIMISE] = MINIMISE_NS;
    bed_ready(bed);
    read_recording(&table, "bind");
    replay(bed, &table);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        assert_int_equal(check_pair(bed, &table, steps[i], TYPE_NS), 52);
    tsv_free(&table);
    bed_free(bed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unbound),
        cmocka_unit_test(test_unbound_with_prefetch),
        cmocka_unit_test(test_bind),
        cmocka_unit_test(test_wrong_rules_are_told_apart),
        cmocka_unit_test(test_unbound_minimisation),
        cmocka_unit_test(test_bind_minimisation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
