/* test_resolve.c - stubs, resolvers, delegations and silent servers, one rule at a time. */
#include "tests/support/check.h"

#include <strings.h>

#include "tests/support/bed.h"
#include "tests/support/tsv.h"

#define START_US (INT64_C(1462320000) * US_PER_S)
#define HOST "mail1.sender.test"
#define REVERSE "21.0.0.127.in-addr.arpa"

static struct bed bed;

static time_us at(double seconds)
{
    return START_US + (time_us)(seconds * 1e6);
}

static void ask(double seconds, const char *name, uint16_t type)
{
    assert_int_equal(
        traffic_query(&bed.trial.traffic, at(seconds), BED_PARTY, bed_question(&bed, name, type)),
        STATUS_OK);
}

static const struct query *seen(size_t i)
{
    assert_true(i < bed.trial.upstream.n);
    return &bed.trial.upstream.q[i];
}

static void check_seen(size_t i, double seconds, const char *name, uint16_t type)
{
    const struct query *q = seen(i);
    assert_string_equal(intern_text(&bed.world.names, q->name), name);
    assert_int_equal(q->type, type);
    if (llabs(q->time_us - at(seconds)) > 5000)
        fail_msg("%s: at %.3f s, expected %.3f s", name, (double)(q->time_us - START_US) * 1e-6,
                 seconds);
}

static const char *client_of(size_t i)
{
    return intern_text(&bed.world.clients, seen(i)->client);
}

static void begin(void)
{
    bed_init(&bed);
    bed_zone(&bed, "sender.test", 10, 60);
    bed_record(&bed, HOST, TYPE_A, 30, NULL);
}

static void begin_mail(const char *gateway)
{
    bed_init(&bed);
    bed_zone(&bed, "sender.test", 10, 60);
    bed_record(&bed, HOST, TYPE_A, 0, NULL);
    bed_record(&bed, REVERSE, TYPE_PTR, 0, HOST);
    bed_host(&bed, HOST, HOST, "sender.test", REVERSE);
    bed.world.parties[0].gateway = gateway_profile_find(gateway);
}

static void send_mails(int n, double gap_s)
{
    for (int i = 0; i < n; i++)
        assert_int_equal(
            traffic_mail(&bed.trial.traffic, at(i * gap_s), 0, BED_PARTY, MAIL_ACCEPTED),
            STATUS_OK);
}

/* A stub that takes turns sends every PTR to one resolver and every A to the other. */
static void test_rotation_parts_ptr_and_a(void **state)
{
    (void)state;
    begin_mail("postfix");
    bed_resolver(&bed, "none");
    bed_resolver(&bed, "none");
    bed.world.parties[0].choice = CHOOSE_ROTATE;
    bed_ready(&bed);
    send_mails(50, 7);
    bed_run(&bed);
    assert_int_equal(bed.trial.upstream.n, 100);
    for (size_t i = 0; i < 100; i++)
        assert_string_equal(client_of(i), seen(i)->type == TYPE_PTR ? "192.0.2.1" : "192.0.2.2");
    bed_free(&bed);
}

static void test_random_choice(void **state)
{
    (void)state;
    begin();
    bed_resolver(&bed, "none");
    bed_resolver(&bed, "none");
    bed.world.parties[0].choice = CHOOSE_RANDOM;
    bed_ready(&bed);
    for (int i = 0; i < 400; i++)
        ask(i, HOST, TYPE_A);
    bed_run(&bed);
    int first = 0;
    for (size_t i = 0; i < 400; i++)
        first += strcmp(client_of(i), "192.0.2.1") == 0;
    assert_true(first > 145 && first < 255); /* 5.5 standard deviations */
    bed_free(&bed);
}

/* The standby hears only what the first resolver left unanswered. */
static void test_standby(void **state)
{
    (void)state;
    begin();
    bed_resolver(&bed, "bind-9.18");
    bed_resolver(&bed, "bind-9.18");
    bed.world.parties[0].choice = CHOOSE_STANDBY;
    bed.world.zones[0].silent_from_us = at(100);
    bed.world.zones[0].silent_until_us = at(106);
    bed_ready(&bed);
    ask(0, HOST, TYPE_A);
    ask(50, HOST, TYPE_A);
    ask(102, HOST, TYPE_A);
    bed_run(&bed);
    assert_string_equal(client_of(0), "192.0.2.1");
    assert_string_equal(client_of(1), "192.0.2.1");
    bool standby = false;
    for (size_t i = 2; i < bed.trial.upstream.n; i++)
        if (strcmp(client_of(i), "192.0.2.2") == 0) {
            assert_true(seen(i)->time_us >= at(107)); /* the stub's 5 s */
            standby = true;
        }
    assert_false(standby); /* BIND's own repetition at 106.4 s was answered: no second try */
    bed_free(&bed);
    begin();
    bed_resolver(&bed, "dnsmasq");
    bed_resolver(&bed, "dnsmasq");
    bed.world.parties[0].choice = CHOOSE_STANDBY;
    bed.world.zones[0].silent_from_us = at(100);
    bed.world.zones[0].silent_until_us = at(106);
    bed_ready(&bed);
    ask(102, HOST, TYPE_A);
    bed_run(&bed);
    assert_int_equal(bed.trial.upstream.n, 2);
    check_seen(1, 107, HOST, TYPE_A);
    assert_string_equal(client_of(1), "192.0.2.2");
    bed_free(&bed);
}

/* A missing name, asked every 1.5 s, negative TTL 10: again after 11.5 to 13.3 s. */
static void test_negative_answers_are_kept(void **state)
{
    (void)state;
    begin();
    bed_record_during(&bed, "gone.sender.test", TYPE_A, 300, NULL, INT64_MIN, at(-1));
    bed_resolver(&bed, "unbound-1.17");
    bed_ready(&bed);
    for (int i = 0; i < 20; i++)
        ask(i * 1.5, "gone.sender.test", TYPE_A);
    bed_run(&bed);
    assert_int_equal(bed.trial.upstream.n, 3);
    check_seen(1, 12, "gone.sender.test", TYPE_A);
    check_seen(2, 24, "gone.sender.test", TYPE_A);
    bed_free(&bed);
}

/* The name vanishes: once its answer is forgotten, the stub runs it together with its suffix. */
static void test_a_removed_name_and_a_search_list(void **state)
{
    (void)state;
    bed_init(&bed);
    bed_zone(&bed, "sender.test", 10, 60);
    bed_record_during(&bed, HOST, TYPE_A, 30, NULL, INT64_MIN, at(45));
    bed_resolver(&bed, "bind-9.18-no-prefetch");
    bed.world.parties[0].search = "corp.receiver.test";
    bed_ready(&bed);
    for (int i = 0; i < 7; i++)
        ask(i * 15, HOST, TYPE_A);
    bed_run(&bed);
    check_seen(0, 0, HOST, TYPE_A);
    check_seen(1, 30, HOST, TYPE_A); /* answered until 60 from this one */
    check_seen(2, 60, HOST, TYPE_A);
    check_seen(3, 60, HOST ".corp.receiver.test", TYPE_A);
    check_seen(4, 75, HOST, TYPE_A);
    bed_free(&bed);
}

/* The PTR changes: the new name is asked for at the next connection after the old PTR is forgotten,
 * and by nothing else. */
static void test_a_reverse_name_that_changes(void **state)
{
    (void)state;
    bed_init(&bed);
    bed_zone(&bed, "sender.test", 10, 60);
    bed_record(&bed, HOST, TYPE_A, 3, NULL);
    bed_record(&bed, "new.sender.test", TYPE_A, 3, NULL);
    bed_record_during(&bed, REVERSE, TYPE_PTR, 20, HOST, INT64_MIN, at(50));
    bed_record_during(&bed, REVERSE, TYPE_PTR, 20, "new.sender.test", at(50), INT64_MAX);
    bed_host(&bed, HOST, HOST, "sender.test", REVERSE);
    bed.world.parties[0].gateway = gateway_profile_find("postfix");
    bed_resolver(&bed, "bind-9.18-no-prefetch");
    bed_ready(&bed);
    send_mails(12, 7);
    bed_run(&bed);
    bool new_ptr = false;
    for (size_t i = 0; i < bed.trial.upstream.n; i++) {
        const struct query *q = seen(i);
        new_ptr = new_ptr || (q->type == TYPE_PTR && q->time_us >= at(50));
        bool is_new = strcmp(intern_text(&bed.world.names, q->name), "new.sender.test") == 0;
        assert_true(q->type == TYPE_PTR || is_new == new_ptr);
    }
    assert_true(new_ptr);
    bed_free(&bed);
}

/* After a move, resolvers with a fresh delegation go on asking the old servers until it expires;
 * sticky ones as long as they keep asking. */
static void check_move(const char *software, double last_seen_s)
{
    begin();
    bed.world.zones[0].moved_us = at(100);
    bed_resolver(&bed, software);
    bed_ready(&bed);
    for (int i = 0; i < 30; i++)
        ask(i * 35, HOST, TYPE_A);
    bed_run(&bed);
    check_seen(bed.trial.upstream.n - 1, last_seen_s, HOST, TYPE_A);
    bed_free(&bed);
}

static void test_stale_delegations(void **state)
{
    (void)state;
    check_move("bind-9.18-no-prefetch", 105); /* delegation of 70 s holds to 130 s */
    check_move("windows-dns", 29 * 35);
}

static void test_a_party_without_resolver(void **state)
{
    (void)state;
    begin();
    bed_ready(&bed);
    ask(1, HOST, TYPE_A);
    ask(2, HOST, TYPE_A);
    bed_run(&bed);
    assert_int_equal(bed.trial.upstream.n, 2);
    assert_string_equal(client_of(0), "stub");
    bed_free(&bed);
}

/* A bounce asks for the sender's domain; the mail host only where it is the domain's MX. */
static void test_bounces(void **state)
{
    (void)state;
    for (int has_mx = 0; has_mx < 2; has_mx++) {
        begin_mail("postfix");
        if (has_mx)
            bed_record(&bed, "sender.test", TYPE_MX, 10, "mx.elsewhere.test");
        bed_resolver(&bed, "none");
        bed_ready(&bed);
        assert_int_equal(traffic_bounce(&bed.trial.traffic, at(0), 0, BED_PARTY), STATUS_OK);
        bed_run(&bed);
        check_seen(0, 0, "sender.test", TYPE_MX);
        if (has_mx)
            assert_int_equal(bed.trial.upstream.n, 1); /* the exchanger is other people's */
        else
            check_seen(1, 0.002, "sender.test", TYPE_A);
        assert_int_equal(bed.trial.traffic.mails.m[0].status, MAIL_BOUNCED);
        bed_free(&bed);
    }
}

/* ---- silent servers, against the recordings ---- */

static void check_silence(const char *software, const char *path, size_t n_expected)
{
    struct tsv table;
    tsv_read(&table, path, 1);
    begin();
    bed.world.zones[0].silent_from_us = at(0);
    bed.world.zones[0].silent_until_us = at(1000);
    bed_resolver(&bed, software);
    bed_ready(&bed);
    ask(0, HOST, TYPE_A);
    bed_run(&bed);
    size_t n = 0;
    for (size_t i = 0; i < table.n_rows; i++) {
        char *const *row = table.cell[i];
        if (strcmp(row[1], "upstream") == 0 && strcmp(row[2], "query") == 0 &&
            strcasecmp(row[3], HOST) == 0)
            check_seen(n++, strtod(row[0], NULL), HOST, TYPE_A);
    }
    assert_int_equal(n, n_expected);
    /* the stub's second try finds the resolver still busy with the first */
    assert_int_equal(bed.trial.upstream.n, n);
    tsv_free(&table);
    bed_free(&bed);
}

static void test_retransmission(void **state)
{
    (void)state;
    check_silence("unbound-1.17", "tests/golden/data/mta/timeout-unbound-0x20.tsv", 15);
    check_silence("bind-9.18", "tests/golden/data/mta/timeout-bind.tsv", 6);
}

/* A forwarder hands on both tries of the stub, 5 s apart, as glibc made them. */
static void test_the_stub_tries_twice(void **state)
{
    (void)state;
    begin();
    bed.world.zones[0].silent_from_us = at(0);
    bed.world.zones[0].silent_until_us = at(1000);
    bed_resolver(&bed, "dnsmasq");
    bed_ready(&bed);
    ask(0, HOST, TYPE_A);
    bed_run(&bed);
    assert_int_equal(bed.trial.upstream.n, 2);
    check_seen(1, 5.0, HOST, TYPE_A);
    bed_free(&bed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rotation_parts_ptr_and_a),
        cmocka_unit_test(test_random_choice),
        cmocka_unit_test(test_standby),
        cmocka_unit_test(test_negative_answers_are_kept),
        cmocka_unit_test(test_a_removed_name_and_a_search_list),
        cmocka_unit_test(test_a_reverse_name_that_changes),
        cmocka_unit_test(test_stale_delegations),
        cmocka_unit_test(test_a_party_without_resolver),
        cmocka_unit_test(test_bounces),
        cmocka_unit_test(test_retransmission),
        cmocka_unit_test(test_the_stub_tries_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
