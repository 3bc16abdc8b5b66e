/* Files of other projects, read in place where they lie beside the project; skipped with a note
 * elsewhere. */
#include "tests/support/ingest_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cmocka.h>

static const char folder[] = "../shared/samples/public";

struct sample {
    const char *file;
    const char *format;
    uint64_t lines, kept, answers, not_understood;
    const char *types; /* NULL: not checked */
};

/* As tshark counts them, without the messages inside ICMP errors and two without a question. */
#define NSD_LIVE                                                                                   \
    "A 5966, AAAA 2428, NS 553, PTR 393, SRV 312, DS 267, SOA 201, ANY 138, MX 73, TXT 58, "       \
    "DNSKEY 18, CNAME 8, NAPTR 7, SPF 4, A6 2, TYPE65535 1, X25 1"
#define GOLD "A 669, PTR 166, AAAA 86, MX 77, SRV 1"

static const struct sample samples[] = {
    {"cdns/gold.pcap.xz", "pcap", 1998, 999, 999, 0, GOLD},
    {"cdns/dns.pcap.xz", "pcap", 1998, 999, 999, 0, GOLD},
    {"cdns/gold.cbor.xz", "cdns", 999, 999, 0, 0, GOLD},
    {"cdns/gold.cbor05.xz", "cdns", 999, 999, 0, 0, GOLD},
    {"cdns/nsd-live.raw.pcap.xz", "pcap", 21804, 10430, 10432, 0, NSD_LIVE},
    {"cdns/nsd-live.ignored.pcap.xz", "pcap", 39, 1, 0, 0, "AAAA 1"},
    {"cdns/malformed.pcap.xz", "pcap", 24, 11, 11, 2, "A 9, SOA 1, AAAA 1"},
    {"cdns/template.pcap", "pcap", 10, 4, 5, 0, "AAAA 4"},
    {"dnstap/dnsdump_udp.pcap", "pcap", 33, 17, 16, 0, "AAAA 8, A 5, PTR 4"},
    {"dnstap/dnsdump_tcp.pcap", "pcap", 50, 5, 5, 0, "A 2, TXT 2, AAAA 1"},
    {"dnstap/dnsdump_udp+tcp.pcap", "pcap", 12, 2, 2, 0, "A 2"},
    {"dnstap/dnsdump_ip4_fragmented+udp.pcap", "pcap", 3, 1, 1, 0, "DNSKEY 1"},
    {"dnstap/dnsdump_ip4_fragmented_query.pcap", "pcap", 4, 2, 0, 0, "A 2"},
    {"dnstap/dnsdump_ip6_fragmented+udp.pcap", "pcap", 3, 1, 1, 0, "AAAA 1"},
    {"dsc/1458044657.pcap", "pcap", 8, 4, 4, 0, "A 2, PTR 2"},
    {"dsc/dns6.pcap", "pcap", 2, 1, 1, 0, "A 1"},
    {"packetq/dns.pcap", "pcap", 133, 41, 41, 0, "A 24, PTR 17"},
    {"packetq/sample.pcap.gz", "pcap", 8, 4, 4, 0, "A 2, PTR 2"},
    {"packetq/sample-rfc1035escape.pcap.gz", "pcap", 9, 9, 0, 0, "A 9"},
    {"suricata/dns-eve.pcap", "pcap", 8, 4, 4, 0, "A 4"},
    {"suricata/dns-tcp-ts-gap.pcap", "pcap", 15, 2, 3, 0, "A 2"},
    {"suricata/dns-udp-nxdomain-soa.pcap", "pcap", 2, 1, 1, 0, "A 1"},
    {"zeek/dns-two-responses.pcap", "pcap", 3, 1, 2, 0, "A 1"},
    {"zeek/dns-binds.pcap", "pcap", 2, 1, 1, 0, "TYPE65534 1"},
    {"zeek/dns-corrupt.pcap", "pcap", 2, 1, 1, 0, "A 1"},
    {"zeek/long-connection.pcap", "pcap", 22, 11, 11, 0, "AAAA 6, A 1, MX 1, PTR 1, ANY 1, LOC 1"},
    {"zeek/original_case.pcap", "pcap", 1, 1, 0, 0, "A 1"},
    {"zeek/rita-2024-04-19-dns.00-01.log.gz", "zeek", 95, 86, 0, 0, "PTR 69, AAAA 9, A 8"},
    /* NBSTAT has the number of SRV */
    {"zeek/rita-2024-04-19-dns.01-02.log.gz", "zeek", 154, 145, 0, 0,
     "A 75, PTR 65, AAAA 3, SRV 1, ANY 1"},
    {"zeek/rita-json-dns.log", "zeek-json", 34, 34, 0, 0, "TXT 24, A 10"},
    {"dnstap/compactor-test.dnstap", "dnstap", 10, 5, 5, 0, NULL},
    {"dnstap/dsc-test.dnstap", "dnstap", 2, 1, 1, 0, NULL},
    {"dnstap/dnstap.fstrm", "dnstap", 2, 1, 1, 0, NULL},
};

/* Files without a query: each an error that says what is wrong. */
static const char *const without[][2] = {
    {"zeek/smtp-multi-addr.pcap", "no query"},
    {"zeek/baseline-binds.log", "masked"},
    {"zeek/baseline-flip.log", "masked"},
    {"zeek/baseline-naptr.log.cut", "format is not known"},
    {"pdns-cof/data.json", "2 aggregates"},
};

static bool is_there(void)
{
    struct stat info;
    if (stat(folder, &info) == 0)
        return true;
    print_message("%s is not there: skipped\n", folder);
    return false;
}

static bool can_decompress(const char *file)
{
#ifdef HAVE_LZMA
    (void)file;
    return true;
#else
    return strstr(file, ".xz") == NULL;
#endif
}

static void test_public(void **state)
{
    (void)state;
    int wrong = 0;
    for (size_t i = 0; is_there() && i < sizeof samples / sizeof samples[0]; i++) {
        const struct sample *sample = &samples[i];
        char path[300];
        struct query_log log;
        struct ingest_report report;
        struct message message;
        snprintf(path, sizeof path, "%s/%s", folder, sample->file);
        if (log_format_find(sample->format)->missing != NULL || !can_decompress(sample->file))
            continue; /* built without the library */
        read_file(path, (struct ingest_options){.timezone = "UTC"}, STATUS_OK, &log, &report,
                  &message);
        check_sums(&report);
        if (strcmp(report.format->name, sample->format) != 0 || report.lines != sample->lines ||
            report.kept != sample->kept || report.answers != sample->answers ||
            report.not_understood != sample->not_understood) {
            print_error("%s\n", sample->file);
            ingest_report_print(&report, stderr);
            wrong++;
        }
        if (sample->types != NULL)
            check_types(&log, sample->types);
        query_log_free(&log);
    }
    assert_int_equal(wrong, 0);
}

static void test_without_queries(void **state)
{
    (void)state;
    for (size_t i = 0; is_there() && i < sizeof without / sizeof without[0]; i++) {
        char path[300];
        struct query_log log;
        struct ingest_report report;
        struct message message;
        snprintf(path, sizeof path, "%s/%s", folder, without[i][0]);
        if (strstr(path, ".pcap") != NULL && log_format_find("pcap")->missing != NULL)
            continue;
        read_file(path, (struct ingest_options){0}, STATUS_INPUT, &log, &report, &message);
        if (strstr(message.text, without[i][1]) == NULL)
            fail_msg("%s: %s", path, message.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_public),
        cmocka_unit_test(test_without_queries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
