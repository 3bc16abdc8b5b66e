/* test_gateway.c - recorded orders of a gateway's look-ups, name for name and type for type. */
#include "tests/support/check.h"

#include <ctype.h>

#include "tests/support/bed.h"
#include "tests/support/tsv.h"

#define START_US (INT64_C(1795288000) * US_PER_S)

static struct bed bed;

static const struct {
    const char *name;
    uint16_t type;
} types[] = {
    {"A", TYPE_A}, {"AAAA", TYPE_AAAA}, {"PTR", TYPE_PTR}, {"MX", TYPE_MX}, {"TXT", TYPE_TXT}};

static uint16_t type_number(const char *name)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (strcmp(types[i].name, name) == 0)
            return types[i].type;
    fail_msg("unknown type %s", name);
    return 0;
}

/* The bed's zones, as far as gateways ask for them; everything else does not exist. */
static struct host *make_bed(const char *gateway, const char *helo, const char *reverse)
{
    static struct sensor below = {.source = -1, .position = POSITION_BELOW};
    bed_init(&bed);
    bed_zone(&bed, "sender.test", 10, 10);
    bed_record(&bed, "21.0.0.127.in-addr.arpa", TYPE_PTR, 3, "mail1.sender.test");
    bed_record(&bed, "mail1.sender.test", TYPE_A, 3, NULL);
    bed_record(&bed, "mail1.sender.test", TYPE_TXT, 10, NULL);
    bed_record(&bed, "sender.test", TYPE_MX, 10, NULL);
    bed_record(&bed, "sender.test", TYPE_TXT, 10, NULL);
    bed_record(&bed, "spf.esp.sender.test", TYPE_TXT, 10, NULL);
    bed_resolver(&bed, "unbound-1.17");
    struct host *host = bed_host(&bed, "mail1.sender.test", helo, "sender.test", reverse);
    struct party *party = &bed.world.parties[0];
    party->gateway = gateway_profile_find(gateway);
    assert_non_null(party->gateway);
    party->dnsbl = "dnsbl.test";
    party->rhsbl = "rhsbl.dnsbl.test";
    bed.world.sensors = calloc(1, sizeof below);
    assert_non_null(bed.world.sensors);
    bed.world.sensors[0] = below;
    bed.world.sensors[0].first_param = bed_value(&bed, 1);
    for (int i = 1; i < SENSOR_N_PARAMS; i++)
        bed_value(&bed, 0);
    bed.world.n_sensors = 1;
    return host;
}

/* Block lists' hashed labels depend on the message: any 32 letters and digits match. */
static bool same_name(const char *recorded, const char *simulated)
{
    size_t label = strcspn(recorded, ".");
    if (label == 32 && strcspn(simulated, ".") == 32) {
        for (size_t i = 0; i < 32; i++)
            if (!isalnum((unsigned char)simulated[i]))
                return false;
        recorded += 32;
        simulated += 32;
    }
    size_t n = strlen(recorded);
    return n > 0 && recorded[n - 1] == '.' && strlen(simulated) == n - 1 &&
           memcmp(recorded, simulated, n - 1) == 0;
}

/* The stub's questions from `first` on against rows [at, end) of a recording. */
static void check_rows(const struct tsv *table, size_t at, size_t end, int type_column,
                       size_t first)
{
    const struct query_array *asked = &bed.trial.below;
    for (size_t i = at; i < end; i++) {
        char *const *row = table->cell[i];
        if (first + i - at >= asked->n)
            fail_msg("look-up %zu (%s %s) is missing", i - at + 1, row[type_column],
                     row[type_column + 1]);
        const struct query *q = &asked->q[first + i - at];
        const char *name = intern_text(&bed.world.names, q->name);
        if (q->type != type_number(row[type_column]) || !same_name(row[type_column + 1], name))
            fail_msg("look-up %zu: %d %s, recorded %s %s", i - at + 1, q->type, name,
                     row[type_column], row[type_column + 1]);
    }
}

static void send(time_us t)
{
    assert_int_equal(traffic_mail(&bed.trial.traffic, t, 0, BED_PARTY, MAIL_ACCEPTED), STATUS_OK);
}

static void test_postfix(void **state)
{
    (void)state;
    struct tsv table;
    tsv_read(&table, "tests/golden/data/mta/order-postfix-default.tsv", 1);
    make_bed("postfix", "mail1.sender.test", "21.0.0.127.in-addr.arpa");
    bed_ready(&bed);
    send(START_US);
    bed_run(&bed);
    assert_int_equal(bed.trial.below.n, 2);
    check_rows(&table, 0, table.n_rows, 1, 0);
    tsv_free(&table);
    bed_free(&bed);
}

/* The double look-up is over before the server asks for the sender. */
static void test_the_double_look_up_comes_first(void **state)
{
    (void)state;
    static const char *const gateways[] = {"sendmail", "cisco-ironport"};
    for (size_t i = 0; i < 2; i++) {
        make_bed(gateways[i], "mail1.sender.test", "21.0.0.127.in-addr.arpa");
        bed_ready(&bed);
        send(START_US);
        bed_run(&bed);
        const struct query *q = bed.trial.below.q;
        assert_int_equal(bed.trial.below.n, 3);
        assert_true(q[0].type == TYPE_PTR && q[1].type == TYPE_A && q[2].type == TYPE_MX);
        bed_free(&bed);
    }
}

enum { MAIL, ORDER, STRICT_TYPE, STRICT_NAME, RCODE, FROM_CACHE };

static size_t end_of_mail(const struct tsv *table, size_t at)
{
    size_t end = at + 1;
    while (end < table->n_rows && strcmp(table->cell[end][MAIL], table->cell[at][MAIL]) == 0)
        end++;
    return end;
}

/* Some mails of the strict trace, in the order given, `gap_s` apart. */
static void check_strict(const char *gateway, const char *include, const int *mails, int n,
                         int gap_s)
{
    struct tsv table;
    tsv_read(&table, "tests/golden/data/mta/order-postfix-strict.tsv", 1);
    make_bed(gateway, "mail1.sender.test", "21.0.0.127.in-addr.arpa")->spf_include = include;
    bed_ready(&bed);
    for (int i = 0; i < n; i++)
        send(START_US + i * gap_s * US_PER_S);
    bed_run(&bed);
    size_t first = 0;
    for (int i = 0; i < n; i++) {
        size_t at = 0;
        while (atoi(table.cell[at][MAIL]) != mails[i])
            at++;
        size_t end = end_of_mail(&table, at);
        check_rows(&table, at, end, STRICT_TYPE, first);
        first += end - at;
    }
    assert_int_equal(bed.trial.below.n, first);
    tsv_free(&table);
    bed_free(&bed);
}

/* Mail 2 came to the same smtpd process, which remembers what the block lists said. */
static void test_postfix_strict_remembers_block_lists(void **state)
{
    (void)state;
    check_strict("postfix-strict", NULL, (const int[]){1, 2}, 2, 20);
    check_strict("postfix-strict", NULL, (const int[]){1, 1}, 2, 200); /* a new process */
}

static void test_postfix_strict_with_spf(void **state)
{
    (void)state;
    check_strict("postfix-strict-spf", "spf.esp.sender.test", (const int[]){3}, 1, 0);
    check_strict("postfix-strict-spf", "spf.esp.sender.test", (const int[]){4}, 1, 0);
}

static void check_scanner(const char *gateway, const char *path, size_t n_expected)
{
    struct tsv table;
    tsv_read(&table, path, 1);
    struct host *host = make_bed(gateway, "mx4.sender.test", "10.2.0.192.in-addr.arpa");
    host->spf_include = "spf.esp.sender.test";
    host->spf_host = "mail1.sender.test";
    host->selector = "s1";
    host->links[0] = "www.hotel.sender.test";
    host->links[1] = "click.sender.test";
    bed_ready(&bed);
    send(START_US);
    bed_run(&bed);
    assert_int_equal(table.n_rows, n_expected);
    check_rows(&table, 0, table.n_rows, 1, 0);
    assert_int_equal(bed.trial.below.n, n_expected);
    assert_true(bed.trial.below.q[n_expected - 1].time_us - START_US < US_PER_S);
    /* block lists are other people's servers: the watched one sees names of the sender alone */
    for (size_t i = 0; i < bed.trial.upstream.n; i++) {
        const char *name = intern_text(&bed.world.names, bed.trial.upstream.q[i].name);
        assert_non_null(strstr(name, "sender.test"));
        assert_null(strstr(name, "spamhaus"));
    }
    tsv_free(&table);
    bed_free(&bed);
}

static void test_rspamd(void **state)
{
    (void)state;
    check_scanner("rspamd", "tests/golden/data/mta/order-rspamd.tsv", 46);
}

static void test_spamassassin(void **state)
{
    (void)state;
    check_scanner("spamassassin", "tests/golden/data/mta/order-spamassassin.tsv", 14);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_postfix),
        cmocka_unit_test(test_the_double_look_up_comes_first),
        cmocka_unit_test(test_postfix_strict_remembers_block_lists),
        cmocka_unit_test(test_postfix_strict_with_spf),
        cmocka_unit_test(test_rspamd),
        cmocka_unit_test(test_spamassassin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
