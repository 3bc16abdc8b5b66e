/* The scanning steps, names, types, addresses, times and zones of the log readers. */
#include "analysis/ingest/address.h"
#include "analysis/ingest/clock.h"
#include "analysis/ingest/name.h"
#include "analysis/ingest/record_type.h"
#include "analysis/ingest/timestamp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* ---- scanning steps beside slow, obvious ones ---- */

static const char *find_slowly(struct text self, const char *needle)
{
    size_t n = strlen(needle);
    for (size_t i = 0; i + n <= self.n; i++)
        if (memcmp(self.at + i, needle, n) == 0)
            return self.at + i;
    return NULL;
}

static struct text word_slowly(struct text *self)
{
    size_t start = 0, end;
    while (start < self->n && (self->at[start] == ' ' || self->at[start] == '\t'))
        start++;
    for (end = start; end < self->n && self->at[end] != ' ' && self->at[end] != '\t';)
        end++;
    struct text word = text_slice(self->at + start, end - start);
    *self = text_slice(self->at + end, self->n - end);
    return word;
}

/* Random lines of few different bytes, at every alignment and length. */
static void test_scanning(void **state)
{
    (void)state;
    static const char bytes[] = "aab :\t\n\x01\x89\xa0q";
    static const char *const needles[] = {"a", "aa", "aab", "ab a", ": aab: ", " ", "qq", "b\t"};
    uint64_t random = 1;
    for (int round = 0; round < 20000; round++) {
        char line[48];
        for (size_t i = 0; i < sizeof line; i++) {
            random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            line[i] = bytes[(random >> 33) % (sizeof bytes - 1)];
        }
        size_t start = (size_t)round % 8, n = (size_t)round % (sizeof line - 8);
        struct text text = text_slice(line + start, n);
        for (size_t i = 0; i < sizeof needles / sizeof needles[0]; i++)
            assert_ptr_equal(text_find(text, needles[i]), find_slowly(text, needles[i]));
        for (struct text a = text, b = text; b.n > 0;) {
            struct text word = text_word(&a), other = word_slowly(&b);
            assert_ptr_equal(word.at, other.at);
            assert_int_equal(word.n, other.n);
            assert_ptr_equal(a.at, b.at);
            assert_int_equal(a.n, b.n);
        }
    }
}

static void check_number(const char *source, uint64_t max, bool good, uint64_t expected)
{
    uint64_t value = 77;
    assert_int_equal(text_number(text_of(source), max, &value), good);
    assert_true(value == (good ? expected : 77));
}

static void test_numbers(void **state)
{
    (void)state;
    check_number("0", 0, true, 0);
    check_number("00017", 17, true, 17);
    check_number("18", 17, false, 0);
    check_number("", 17, false, 0);
    check_number("1a", 17, false, 0);
    check_number("-1", 17, false, 0);
    check_number("9999999999999999999", UINT64_MAX, true, UINT64_C(9999999999999999999));
    check_number("18446744073709551615", UINT64_MAX, true, UINT64_MAX);
    check_number("18446744073709551616", UINT64_MAX, false, 0);
    check_number("20000000000000000000", UINT64_MAX, false, 0);
    check_number("99999999999999999999", UINT64_MAX, false, 0);
    check_number("000000000000000000001", UINT64_MAX, false, 0); /* more than 20 digits */
}

static void check_name(const char *source, const char *expected)
{
    struct name name;
    const char *wrong = name_from_text(&name, text_of(source));
    if (expected == NULL) {
        assert_non_null(wrong);
        return;
    }
    assert_null(wrong);
    if (!text_equal(name.text, expected))
        fail_msg("%s: %.*s, expected %s", source, (int)name.text.n, name.text.at, expected);
}

static void test_names(void **state)
{
    (void)state;
    check_name("mail1.Sender.test.", "mail1.Sender.test");
    check_name(".", ".");
    check_name("", NULL);
    check_name("a..b", NULL);
    check_name(".a", NULL);
    check_name("we\\032ird\\.label.test", "we\\032ird\\.label.test");
    check_name("we ird.test", "we\\032ird.test");
    check_name("\\097\\@b.test.", "a@b.test");
    check_name("\\000\\255.test", "\\000\\255.test");
    check_name("a\\", NULL);
    check_name("a\\25", NULL);
    check_name("a\\256", NULL);
    char label[80] = {0};
    memset(label, 'x', 63);
    check_name(label, label);
    label[63] = 'x';
    check_name(label, NULL);
    char longest[300] = {0}; /* 127 labels of one octet: 255 octets with the root */
    for (int i = 0; i < 127; i++)
        memcpy(longest + 2 * i, "a.", 2);
    char without_dot[300];
    memcpy(without_dot, longest, sizeof longest);
    without_dot[253] = '\0';
    check_name(longest, without_dot);
    memcpy(longest + 254, "b", 1);
    check_name(longest, NULL);
}

static void test_raw_names(void **state)
{
    (void)state;
    struct name name;
    assert_null(name_from_raw(&name, text_of("we ird\\.label.test")));
    assert_true(text_equal(name.text, "we\\032ird\\\\.label.test"));
    assert_true(name.lossy);
    assert_null(name_from_raw(&name, text_of("_dmarc.sender.test.")));
    assert_false(name.lossy);
}

static void check_wire(const char *bytes, size_t n, size_t at, const char *expected, size_t end)
{
    struct name name;
    const char *wrong = name_from_wire(&name, (const uint8_t *)bytes, n, &at);
    if (expected == NULL) {
        assert_non_null(wrong);
        return;
    }
    assert_null(wrong);
    assert_true(text_equal(name.text, expected));
    assert_int_equal(at, end);
}

static void test_wire_names(void **state)
{
    (void)state;
    check_wire("\3foo\3bar\0", 9, 0, "foo.bar", 9);
    check_wire("\0", 1, 0, ".", 1);
    check_wire("\3foo\0\1a\xc0\0", 9, 5, "a.foo", 9);
    check_wire("\xc0\0", 2, 0, NULL, 0);          /* points to itself */
    check_wire("\1a\xc0\2\xc0\0", 6, 4, NULL, 0); /* a loop */
    check_wire("\3fo", 3, 0, NULL, 0);
    check_wire("\3foo", 4, 0, NULL, 0);
    check_wire("\x40zz", 3, 0, NULL, 0);
    check_wire("\xc0", 1, 0, NULL, 0);
    check_wire("\4a.\\\xff\0", 6, 0, "a\\.\\\\\\255", 6);
    char bytes[300];
    memset(bytes, 0, sizeof bytes);
    for (int i = 0; i < 128; i++)
        memcpy(bytes + 2 * i, "\1a", 2);
    struct name name;
    size_t at = 0; /* 257 octets */
    assert_null(name_from_wire(&name, (uint8_t *)bytes, sizeof bytes, &at));
    assert_true(name.lossy);
    assert_int_equal(name.text.n, 253);
    assert_int_equal(at, 257);
    at = 2;
    assert_null(name_from_wire(&name, (uint8_t *)bytes, sizeof bytes, &at)); /* 255 octets */
    assert_false(name.lossy);
    assert_int_equal(name.text.n, 253);
}

static void test_types(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int number;
    } rows[] = {{"A", 1},      {"aaaa", 28},  {"TYPE65", 65},       {"Type65", 65},
                {"HTTPS", 65}, {"*", 255},    {"ANY", 255},         {"12", 12},
                {"TYPE", -1},  {"65536", -1}, {"TYPE65535", 65535}, {"", -1},
                {"NOPE", -1},  {"-1", -1}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint16_t type = 0;
        assert_int_equal(record_type_read(text_of(rows[i].text), &type), rows[i].number >= 0);
        if (rows[i].number >= 0)
            assert_int_equal(type, rows[i].number);
    }
    for (int number = 0; number < 65536; number++) { /* each number comes back */
        char text[RECORD_TYPE_TEXT_SIZE];
        uint16_t type;
        assert_true(record_type_read(text_of(record_type_write((uint16_t)number, text)), &type));
        assert_int_equal(type, number);
    }
}

static void check_address(const char *source, const char *expected)
{
    char buffer[ADDRESS_TEXT_SIZE];
    assert_true(text_equal(address_canonical(text_of(source), buffer), expected));
}

static void test_addresses(void **state)
{
    (void)state;
    check_address("192.0.2.1", "192.0.2.1");
    check_address("2001:DB8:0:0::1", "2001:db8::1");
    check_address("::ffff:192.0.2.1", "192.0.2.1");
    check_address("host.example", "host.example");
    struct address_block block;
    assert_true(address_block_read(&block, "192.0.2.0/23"));
    assert_true(address_block_has(&block, text_of("192.0.3.255")));
    assert_false(address_block_has(&block, text_of("192.0.4.0")));
    assert_false(address_block_has(&block, text_of("host")));
    assert_true(address_block_read(&block, "2001:db8::/33"));
    assert_true(address_block_has(&block, text_of("2001:db8:7fff::1")));
    assert_false(address_block_has(&block, text_of("2001:db8:8000::1")));
    assert_false(address_block_read(&block, "192.0.2.0/33"));
    assert_false(address_block_read(&block, "192.0.2.0/"));
    assert_false(address_block_read(&block, "192.0.2"));
    struct text address;
    int port;
    address_split_port(text_of("[::1]:53"), &address, &port);
    assert_true(text_equal(address, "::1"));
    assert_int_equal(port, 53);
    address_split_port(text_of("127.0.0.1:5353"), &address, &port);
    assert_true(text_equal(address, "127.0.0.1"));
    assert_int_equal(port, 5353);
    address_split_port(text_of("2001:db8::1"), &address, &port);
    assert_true(text_equal(address, "2001:db8::1"));
    assert_int_equal(port, -1);
}

static time_us resolve(const char *source, bool (*take)(struct text *, struct timestamp *),
                       struct log_clock *clock)
{
    struct text rest = text_of(source);
    struct timestamp stamp;
    time_us at = -1;
    if (!take(&rest, &stamp) || rest.n > 0 || clock_resolve(clock, &stamp, &at) != NULL)
        return -1;
    return at;
}

static const struct zone utc;

static void check_time(const char *source, bool (*take)(struct text *, struct timestamp *),
                       const char *expected)
{
    struct log_clock clock = {.zone = &utc, .given_year = 2026};
    char text[TIMESTAMP_TEXT_SIZE];
    time_us at = resolve(source, take, &clock);
    if (expected == NULL)
        assert_int_equal(at, -1);
    else
        assert_string_equal(timestamp_write(at, 6, text), expected);
}

static void test_timestamps(void **state)
{
    (void)state;
    check_time("2016-07-20T10:55:33.000Z", timestamp_iso, "2016-07-20T10:55:33.000000Z");
    check_time("2016-02-29 23:59:59,9999999", timestamp_iso, "2016-02-29T23:59:59.999999Z");
    check_time("2016-07-20T10:55:33+0330", timestamp_iso, "2016-07-20T07:25:33.000000Z");
    check_time("2016-07-20T10:55:33-02:00", timestamp_iso, "2016-07-20T12:55:33.000000Z");
    check_time("2016-12-31T23:59:60Z", timestamp_iso, "2017-01-01T00:00:00.000000Z");
    check_time("2015-02-29T00:00:00Z", timestamp_iso, NULL);
    check_time("2016-07-20T24:00:00Z", timestamp_iso, NULL);
    check_time("1969-07-20T20:00:00Z", timestamp_iso, NULL);
    check_time("21-Nov-2026 19:06:53.377", timestamp_bind, "2026-11-21T19:06:53.377000Z");
    check_time("Nov  1 19:24:24", timestamp_syslog, "2026-11-01T19:24:24.000000Z");
    check_time("Nov 21 19:24:24", timestamp_syslog, "2026-11-21T19:24:24.000000Z");
    check_time("Sun May 24 13:30:01 2015", timestamp_syslog, "2015-05-24T13:30:01.000000Z");
    check_time("Feb 29 13:30:01", timestamp_syslog, NULL);
    check_time("Foo 29 13:30:01", timestamp_syslog, NULL);
    check_time("1713484800.441203", timestamp_epoch, "2024-04-19T00:00:00.441203Z");
    check_time("1713484800441", timestamp_epoch_any, "2024-04-19T00:00:00.441000Z");
    check_time("1713484800441203", timestamp_epoch_any, "2024-04-19T00:00:00.441203Z");
    check_time("1713484800441203999", timestamp_epoch_any, "2024-04-19T00:00:00.441203Z");
    check_time("99999999999", timestamp_epoch, NULL);
}

static void test_calendar(void **state)
{
    (void)state;
    int64_t day = timestamp_days(1970, 1, 1);
    assert_int_equal(day, 0);
    for (int year = 1970; year < 2200; year++)
        for (int month = 1; month <= 12; month++)
            for (int d = 1; timestamp_day_exists(year, month, d); d++, day++) {
                int y, m, dd;
                assert_int_equal(timestamp_days(year, month, d), day);
                timestamp_civil(day * US_PER_DAY + US_PER_DAY - 1, &y, &m, &dd);
                assert_true(y == year && m == month && dd == d);
            }
}

static void test_years(void **state)
{
    (void)state;
    struct log_clock clock = {.zone = &utc, .given_year = 2015};
    char text[TIMESTAMP_TEXT_SIZE];
    assert_string_equal(
        timestamp_write(resolve("Dec 31 23:59:59", timestamp_syslog, &clock), 0, text),
        "2015-12-31T23:59:59Z");
    assert_string_equal(
        timestamp_write(resolve("Jan  1 00:00:01", timestamp_syslog, &clock), 0, text),
        "2016-01-01T00:00:01Z");
    assert_string_equal(
        timestamp_write(resolve("Dec 31 23:59:58", timestamp_syslog, &clock), 0, text),
        "2015-12-31T23:59:58Z"); /* a late line */
    assert_string_equal(
        timestamp_write(resolve("Feb 29 00:00:00", timestamp_syslog, &clock), 0, text),
        "2016-02-29T00:00:00Z");
    /* from the file's date: written on 2026-01-03, begun in December */
    clock =
        (struct log_clock){.zone = &utc, .file_date_us = timestamp_days(2026, 1, 3) * US_PER_DAY};
    assert_string_equal(
        timestamp_write(resolve("Dec 30 12:00:00", timestamp_syslog, &clock), 0, text),
        "2025-12-30T12:00:00Z");
    assert_string_equal(
        timestamp_write(resolve("Jan  2 12:00:00", timestamp_syslog, &clock), 0, text),
        "2026-01-02T12:00:00Z");
    clock = (struct log_clock){0};
    assert_int_equal(resolve("Dec 30 12:00:00", timestamp_syslog, &clock), -1);
    /* times without date wrap at midnight */
    clock = (struct log_clock){
        .zone = &utc, .has_given_day = true, .given_day = timestamp_days(2026, 11, 21)};
    resolve("23:59:59.5", timestamp_time_of_day, &clock);
    assert_string_equal(
        timestamp_write(resolve("00:00:01.25", timestamp_time_of_day, &clock), 2, text),
        "2026-11-22T00:00:01.25Z");
}

static void check_zone(const char *name, const char *in_utc, int offset_s)
{
    struct zone zone;
    struct message message;
    struct text rest = text_of(in_utc);
    struct timestamp stamp;
    struct log_clock clock = {0};
    time_us at;
    assert_int_equal(zone_load(&zone, name, &message), STATUS_OK);
    assert_true(timestamp_iso(&rest, &stamp));
    assert_null(clock_resolve(&clock, &stamp, &at));
    assert_int_equal(zone_offset_s(&zone, at), offset_s);
    zone_free(&zone);
}

static void test_zones(void **state)
{
    (void)state;
    struct zone zone;
    struct message message;
    check_zone("UTC", "2016-07-20T00:00:00Z", 0);
    check_zone("+05:30", "2016-07-20T00:00:00Z", 19800);
    check_zone("Europe/Moscow", "2016-07-20T00:00:00Z", 10800);
    check_zone("Europe/Moscow", "2013-07-20T00:00:00Z", 14400);
    check_zone("America/New_York", "2016-07-20T00:00:00Z", -14400);
    check_zone("America/New_York", "2016-12-20T00:00:00Z", -18000);
    check_zone("America/New_York", "2060-07-20T00:00:00Z", -14400); /* by the rule */
    check_zone("America/New_York", "2060-03-14T06:59:59Z", -18000);
    check_zone("America/New_York", "2060-03-14T07:00:00Z", -14400);
    check_zone("Australia/Sydney", "2060-01-20T00:00:00Z", 39600);
    check_zone("Europe/Dublin", "2016-07-20T00:00:00Z", 3600);
    static const char *const bad[] = {"Nowhere/City", "../../etc/passwd", "/etc/passwd", "", "+99",
                                      "+05:61"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(zone_load(&zone, bad[i], &message), STATUS_INPUT);
}

static void test_folds(void **state)
{
    (void)state;
    struct zone zone;
    struct message message;
    char text[TIMESTAMP_TEXT_SIZE];
    assert_int_equal(zone_load(&zone, "Europe/Berlin", &message), STATUS_OK);
    struct log_clock clock = {.zone = &zone};
    static const char *const rows[][2] = {
        {"2026-10-25 01:59:00", "2026-10-24T23:59:00Z"},
        {"2026-10-25 02:30:00", "2026-10-25T00:30:00Z"},
        {"2026-10-25 02:59:59", "2026-10-25T00:59:59Z"},
        {"2026-10-25 02:30:00", "2026-10-25T01:30:00Z"},
        {"2026-10-25 03:00:00", "2026-10-25T02:00:00Z"},
        {"2027-03-28 02:30:00", "2027-03-28T01:30:00Z"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_string_equal(timestamp_write(resolve(rows[i][0], timestamp_iso, &clock), 0, text),
                            rows[i][1]);
    assert_int_equal(clock.in_fold, 3);
    assert_int_equal(clock.in_gap, 1);
    zone_free(&zone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scanning),   cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_names),      cmocka_unit_test(test_raw_names),
        cmocka_unit_test(test_wire_names), cmocka_unit_test(test_types),
        cmocka_unit_test(test_addresses),  cmocka_unit_test(test_timestamps),
        cmocka_unit_test(test_calendar),   cmocka_unit_test(test_years),
        cmocka_unit_test(test_zones),      cmocka_unit_test(test_folds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
