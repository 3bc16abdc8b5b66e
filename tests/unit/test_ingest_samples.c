/* Every recording gives the number of client queries by type that its README states. */
#include "tests/support/ingest_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define FULL_SET "A 6, AAAA 1, MX 1, TXT 1, PTR 1, HTTPS 1"
#define BIND_X "A 18, TXT 3, DNSKEY 2, NS 2, AAAA 2, MX 2, HTTPS 2, PTR 1"
#define BIND_A "A 1192, PTR 163, DNSKEY 2, NS 1"
#define PCAP_X "A 70, TXT 13, AAAA 12, MX 12, HTTPS 12, PTR 10, DNSKEY 2, NS 2"

struct sample {
    const char *file;
    const char *format; /* as it must be told */
    uint64_t lines, kept, answers, not_understood;
    const char *types;
};

static const struct sample samples[] = {
    {"bind-query-default.log.gz", "bind", 1358, 1358, 0, 0, BIND_A},
    {"bind-query-iso8601-utc-nocategory.log", "bind", 32, 32, 0, 0, BIND_X},
    {"bind-resolver-iso8601-local.log.gz", "bind", 961, 961, 0, 0, "A 481, PTR 480"},
    {"unbound-epoch.log.gz", "unbound", 1940, 961, 961, 0, "A 481, PTR 480"},
    {"unbound-ascii-time.log", "unbound", 68, 28, 28, 0,
     "A 12, TXT 4, AAAA 3, MX 3, PTR 3, HTTPS 3"},
    {"dnsmasq.log", "dnsmasq", 35, 11, 11, 0, FULL_SET},
    {"dnsmasq-extra.log", "dnsmasq", 35, 11, 11, 0, FULL_SET},
    {"pdns-auth.log", "pdns-auth", 24, 8, 0, 0, "A 5, AAAA 1, MX 1, HTTPS 1"},
    {"pdns-recursor.log", "pdns-recursor", 36, 11, 9, 0, FULL_SET},
    {"dnstap-quiet.txt", "dnstap-text", 64, 32, 32, 0, BIND_X},
    {"tcpdump-default.txt", "tcpdump", 314, 133, 123, 0, PCAP_X},
    {"tcpdump-tttt.txt", "tcpdump", 314, 133, 123, 0, PCAP_X},
    {"tcpdump-tt-v.txt", "tcpdump", 628, 133, 123, 0, PCAP_X},
    {"dnstap.yaml", "dnstap-yaml", 1798, 32, 32, 0, BIND_X},
    {"tshark.json", "tshark-json", 938, 3, 3, 0, "DNSKEY 2, NS 1"},
    {"tshark-ek.json", "tshark-ek", 12, 3, 3, 0, "DNSKEY 2, NS 1"},
    {"knot-mod-dnstap.fstrm", "dnstap", 22, 11, 11, 0, FULL_SET},
    {"bind-named.dnstap", "dnstap", 64, 32, 32, 0, BIND_X},
    {"mail-run-A.dnstap.gz", "dnstap", 2716, 1358, 1358, 0, BIND_A},
    {"formats.pcap", "pcap", 314, 133, 123, 0, PCAP_X},
    {"formats.pcapng", "pcap", 314, 133, 123, 0, PCAP_X},
    {"mail-run-A.pcap.gz", "pcap", 4638, 2319, 2319, 0, "A 1673, PTR 643, DNSKEY 2, NS 1"},
    {"tshark-default.txt.gz", "tshark-text", 314, 133, 123, 0, PCAP_X},
    {"tshark-t-ad.txt.gz", "tshark-text", 314, 133, 123, 0, PCAP_X},
    {"tshark-fields.csv", "csv", 257, 133, 123, 0, PCAP_X},
};

static void test_samples(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        const struct sample *sample = &samples[i];
        char path[200];
        struct query_log log;
        struct ingest_report report;
        struct message message;
        snprintf(path, sizeof path, "tests/samples/logs/%s", sample->file);
        print_message("%s\n", sample->file);
        if (log_format_find(sample->format)->missing != NULL)
            continue; /* built without the library */
        struct ingest_options options = {.year = 2026, .date = "2026-11-21T19:24:17.977705Z", .timezone = "UTC"};
        read_file(path, options, STATUS_OK, &log, &report, &message);
        assert_string_equal(report.format->name, sample->format);
        assert_int_equal(report.lines, sample->lines);
        assert_int_equal(report.kept, sample->kept);
        assert_int_equal(report.answers, sample->answers);
        assert_int_equal(report.not_understood, sample->not_understood);
        check_sums(&report);
        check_types(&log, sample->types);
        query_log_free(&log);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_samples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
