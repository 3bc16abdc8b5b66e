/* Lines as other versions, options, locales and collectors write them: what each is read as. The
 * lines follow forms seen in the wild; names and addresses are those reserved for examples. */
#include "analysis/ingest/record_type.h"
#include "analysis/ingest/timestamp.h"
#include "tests/support/ingest_support.h"
#include "tests/support/ingest_variants.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct query_log log_read;
static struct ingest_report report;
static struct message message;

static const struct variant bind_lines[] = {
    /* 9.4 to 9.9: no name in parentheses, no object, no server */
    {"bind", "21-Nov-2026 19:24:24.280 client 192.0.2.1#53211: query: www.example.com IN A +",
     "2026-11-21T19:24:24.280Z 192.0.2.1 www.example.com A"},
    {"bind",
     "21-Nov-2026 19:24:24.280 queries: info: client 192.0.2.1#53211: view internal: query: "
     "www.example.com IN A +ED (192.0.2.53)",
     "2026-11-21T19:24:24.280Z 192.0.2.1 www.example.com A"},
    /* 9.9: the name in parentheses; 9.10: a key */
    {"bind",
     "21-Nov-2026 19:24:24.280 client 2001:db8::1#53211/key ddns (www.example.com): view v: "
     "query: www.example.com IN AAAA -SE(0)TDC (2001:db8::53)",
     "2026-11-21T19:24:24.280Z 2001:db8::1 www.example.com AAAA"},
    {"bind",
     "21-Nov-2026 19:24:24.280 queries: client @0x7f44580ae0a0 192.0.2.1#53211 "
     "(version.bind): query: version.bind CH TXT +E(0)K (192.0.2.53)",
     "2026-11-21T19:24:24.280Z 192.0.2.1 version.bind TXT"},
    {"bind",
     "2026-11-21T19:24:24.280Z client @0x7f44580ae0a0 192.0.2.1#53211 (example.com): query: "
     "example.com IN TYPE65 +E(0)K (192.0.2.53) [ECS 198.51.100.0/24/0]",
     "2026-11-21T19:24:24.280Z 192.0.2.1 example.com HTTPS"},
    /* no year, and a fraction */
    {"bind", "Nov 21 19:24:24.280 client 192.0.2.1#1806: query: www.example.com IN A",
     "2026-11-21T19:24:24.280Z 192.0.2.1 www.example.com A"},
    /* through syslog: the stamp of named itself is the finer one */
    {"bind",
     "<30>Nov 21 19:24:25 ns1 named[77]: 21-Nov-2026 19:24:24.280 client 192.0.2.1#50565: "
     "query: a.example IN MX + (192.0.2.53)",
     "2026-11-21T19:24:24.280Z 192.0.2.1 a.example MX"},
    {"bind",
     "Nov 21 19:24:24 ns1 named[77]: queries: info: client @0x7f44580ae0a0 192.0.2.1#50565 "
     "(a.example): query: a.example IN MX + (192.0.2.53)",
     "2026-11-21T19:24:24.000Z 192.0.2.1 a.example MX"},
    {"bind",
     "2026-11-21T19:24:25.123456+01:00 ns1 named[77]: client @0x7f44580ae0a0 192.0.2.1#50565 "
     "(a.example): query: a.example IN MX + (192.0.2.53)",
     "2026-11-21T18:24:25.123Z 192.0.2.1 a.example MX"},
    {"bind",
     "<30>1 2026-11-21T19:24:24.5Z ns1 named 77 - - client @0x7f44580ae0a0 192.0.2.1#50565 "
     "(a.example): query: a.example IN MX + (192.0.2.53)",
     "2026-11-21T19:24:24.500Z 192.0.2.1 a.example MX"},
    /* containers: docker logs -t, docker compose, Kubernetes */
    {"bind",
     "2026-11-21T19:24:24.281234567Z 21-Nov-2026 20:24:24.280 queries: info: client "
     "@0x7f44580ae0a0 192.0.2.1#50565 (a.example): query: a.example IN MX + (192.0.2.53)",
     "2026-11-21T19:24:24.281Z 192.0.2.1 a.example MX"},
    {"bind",
     "bind-1  | 21-Nov-2026 19:24:24.280 queries: info: client @0x7f44580ae0a0 "
     "192.0.2.1#50565 (a.example): query: a.example IN MX + (192.0.2.53)",
     "2026-11-21T19:24:24.280Z 192.0.2.1 a.example MX"},
    {"bind",
     "2026-11-21T19:24:24.281234567Z stderr F 21-Nov-2026 19:24:24.280 queries: info: client "
     "@0x7f44580ae0a0 192.0.2.1#50565 (a.example): query: a.example IN MX + (192.0.2.53)",
     "2026-11-21T19:24:24.281Z 192.0.2.1 a.example MX"},
    /* Infoblox logs responses behind the same words */
    {"bind",
     "21-Nov-2026 19:24:24.280 client 192.0.2.1#57398: UDP: query: a.example IN A response: "
     "NOERROR +AED a.example. 28800 IN A 198.51.100.7;",
     "answer"},
    {"bind",
     "21-Nov-2026 19:24:24.280 client 192.0.2.1#57398 UDP: query: a.example IN A response: "
     "REFUSED -",
     "answer"},
    /* other categories */
    {"bind",
     "21-Nov-2026 19:24:24.280 query-errors: info: client @0x7f44580ae0a0 192.0.2.1#5 "
     "(a.example): query failed (SERVFAIL) for a.example/IN/A at query.c:7094",
     "other"},
    {"bind",
     "21-Nov-2026 19:24:24.280 security: info: client @0x7f44580ae0a0 192.0.2.1#5 (a.example): "
     "query (cache) 'a.example/A/IN' denied (allow-query-cache did not match)",
     "other"},
    {"bind", "client 192.0.2.1#1806 (a.example): query: a.example IN A + (192.0.2.53)", "bad"},
};

static void test_bind(void **state)
{
    (void)state;
    CHECK(bind_lines);
}

static void test_unbound(void **state)
{
    (void)state;
    static const struct variant variants[] = {
        {"unbound", "[1795289064] unbound[1203:2] info: 192.0.2.1 a.example. A IN",
         "2026-11-21T19:24:24.000Z 192.0.2.1 a.example A"},
        {"unbound", "Nov 21 19:24:24 fw unbound[1203]: [1203:2] info: ::1 a.example. AAAA IN",
         "2026-11-21T19:24:24.000Z ::1 a.example AAAA"},
        {"unbound",
         "Nov 21 19:24:25 vm unbound[1504]: [1795289064] unbound[1504:0] info: 192.0.2.1 "
         "a.example. "
         "NS IN",
         "2026-11-21T19:24:24.000Z 192.0.2.1 a.example NS"},
        {"unbound", "dns-1  | [1795289064] unbound[1:0] info: 192.0.2.1 a.example. A IN",
         "2026-11-21T19:24:24.000Z 192.0.2.1 a.example A"},
        {"unbound",
         "Sat 2026-11-21 19:24:24 UTC vm unbound[1504]: [1504:0] info: 192.0.2.1 a.example. A IN",
         "2026-11-21T19:24:24.000Z 192.0.2.1 a.example A"},
        {"unbound",
         "2026-11-21T19:24:24+0100 vm unbound[1504]: [1504:0] query: 192.0.2.1 a.example. A IN",
         "2026-11-21T18:24:24.000Z 192.0.2.1 a.example A"},
        {"unbound",
         "<30>1 2026-11-21T19:24:24.5+00:00 fw unbound - LOG [meta@1 key=\"x\"]  [596:0] info: "
         "192.0.2.1 a.example. A IN",
         "2026-11-21T19:24:24.500Z 192.0.2.1 a.example A"},
        {"unbound", "[1795289064] unbound[1:0] info: 192.0.2.1 a.example. A IN NOERROR 0.0 1 64",
         "answer"},
        {"unbound", "[1795289064] unbound[1:0] info: generate keytag query _ta-4f66-9728. NULL IN",
         "other"},
        {"unbound", "[1795289064] unbound[1:0] notice: init module 0: validator", "other"},
    };
    CHECK(variants);
}

static void test_dnsmasq(void **state)
{
    (void)state;
    static const struct variant variants[] = {
        {"dnsmasq", "Nov 21 19:24:24 dnsmasq[1]: query[A] a.example from 192.0.2.1",
         "2026-11-21T19:24:24.000Z 192.0.2.1 a.example A"},
        {"dnsmasq",
         "Nov 21 2026 19:24:24 r1 dnsmasq[1]: query[PTR] 1.2.0.192.in-addr.arpa from ::1",
         "2026-11-21T19:24:24.000Z ::1 1.2.0.192.in-addr.arpa PTR"},
        {"dnsmasq",
         "Sat Nov 21 19:24:24 2026 daemon.info dnsmasq[1]: 106 192.0.2.1/5002 query[A] "
         "a.example from 192.0.2.1",
         "2026-11-21T19:24:24.000Z 192.0.2.1 a.example A"},
        {"dnsmasq",
         "Nov 21 19:24:24 dnsmasq[1]: 106 UDP 192.0.2.1/5002 query[A] a.example from "
         "192.0.2.1",
         "2026-11-21T19:24:24.000Z 192.0.2.1 a.example A"},
        {"dnsmasq", "Nov 21 19:24:24: query[type=65] a.example from 192.0.2.1",
         "2026-11-21T19:24:24.000Z 192.0.2.1 a.example HTTPS"},
        {"dnsmasq",
         "<14>Nov 21 19:24:24 box dnsmasq[1]: query[A] a.example from 192.0.2.1 proto=Udp",
         "2026-11-21T19:24:24.000Z 192.0.2.1 a.example A"},
        {"dnsmasq", "2026-11-21T19:24:24.123456789Z dnsmasq[1]: query[A] a.example from 192.0.2.1",
         "2026-11-21T19:24:24.123Z 192.0.2.1 a.example A"},
        {"dnsmasq",
         "2026-11-21T19:24:24.123456789Z stdout F Nov 21 20:24:24 dnsmasq[1]: query[A] "
         "a.example from 192.0.2.1",
         "2026-11-21T19:24:24.123Z 192.0.2.1 a.example A"},
        {"dnsmasq", "Nov 21 19:24:24 10 dnsmasq[1]: query[A] a.example from 192.0.2.1",
         "2026-11-21T19:24:24.000Z 192.0.2.1 a.example A"}, /* a host that is a number */
        {"dnsmasq", "Nov 21 19:24:24 dnsmasq[1]: gravity blocked a.example is 0.0.0.0", "other"},
        {"dnsmasq", "Nov 21 19:24:24 dnsmasq[1]: cached a.example is <CNAME>", "answer"},
        {"dnsmasq", "Nov 21 19:24:24 dnsmasq[1]: dnssec-query[DS] example to 192.0.2.53", "other"},
        {"dnsmasq", "Nov 21 19:24:24 dnsmasq-dhcp[1]: DHCPACK(lan) 192.0.2.1 02:00:00:00:00:01",
         "other"},
    };
    CHECK(variants);
}

static void test_powerdns(void **state)
{
    (void)state;
    static const struct variant variants[] = {
        {"pdns-auth",
         "Nov 21 19:24:24 ns pdns_server[366]: Remote 192.0.2.1:54321 wants 'www.example.com|A', "
         "do = 0, bufsize = 512",
         "2026-11-21T19:24:24.000Z 192.0.2.1 www.example.com A"},
        {"pdns-auth",
         "2026-11-21T19:24:24.5+00:00 ns pdns[366]: Remote 2001:db8::1 wants 'example.com|TYPE65', "
         "do = 1, bufsize = 1232 (4096): packetcache HIT",
         "2026-11-21T19:24:24.500Z 2001:db8::1 example.com HTTPS"},
        {"pdns-recursor",
         "Nov 21 19:24:24 ns pdns_recursor[12056]: 2 [395002/1] question for 'www.example.com|A' "
         "from 192.0.2.1:56765",
         "2026-11-21T19:24:24.000Z 192.0.2.1 www.example.com A"},
        {"pdns-recursor",
         "Nov 21 19:24:25 ns pdns-recursor[5]: msg=\"Question\" subsystem=\"syncres\" level=\"0\" "
         "prio=\"Info\" tid=\"1\" ts=\"1795289064.301\" ecs=\"\" mtid=\"0\" proto=\"udp\" "
         "qname=\"example.com\" qtype=\"A\" remote=\"192.0.2.1:58786\"",
         "2026-11-21T19:24:24.301Z 192.0.2.1 example.com A"},
        {"pdns-recursor",
         "Nov 21 19:24:25 msg=\"Answer\" subsystem=\"syncres\" level=\"0\" prio=\"Info\" tid=\"1\" "
         "ts=\"1795289064.301\" answer-is-variable=\"0\" qname=\"example.com\" qtype=\"A\" "
         "rcode=\"0\" remote=\"192.0.2.1:58786\"",
         "answer"},
    };
    CHECK(variants);
}

#define PACKET                                                                                     \
    " 0E70 PACKET  00000000033397A0 UDP Rcv 192.0.2.1       5b47   Q [0001   D   NOERROR] A      "
#define NAME "(3)www(7)example(3)com(0)"

static void test_windows(void **state)
{
    (void)state;
    static const char at_seven[] = "2026-11-21T19:24:24.000Z 192.0.2.1 www.example.com A";
    static const struct variant variants[] = {
        {"windows", "11/21/2026 7:24:24 PM" PACKET NAME, at_seven},
        {"windows", "21/11/2026 7:24:24 p.m." PACKET NAME, at_seven},
        {"windows", "21/11/2026 19:24:24" PACKET NAME, at_seven},
        {"windows", "21/11/26 19:24:24" PACKET NAME, at_seven},
        {"windows", "21-11-2026 19:24:24" PACKET NAME, at_seven},
        {"windows", "21.11.2026 19:24:24" PACKET NAME, at_seven},
        {"windows", "21. 11. 2026 19:24:24" PACKET NAME, at_seven},
        {"windows", "2026. 11. 21. 19:24:24" PACKET NAME, at_seven},
        {"windows", "21.11.2026 19.24.24" PACKET NAME, at_seven},
        {"windows", "2026-11-21 19:24:24" PACKET NAME, at_seven},
        {"windows", "2026/11/21 19:24:24" PACKET NAME, at_seven},
        {"windows", "2026/11/21 \xe4\xb8\x8b\xe5\x8d\x88 07:24:24" PACKET NAME, at_seven},
        {"windows", "2026-11-21 \xec\x98\xa4\xed\x9b\x84 7:24:24" PACKET NAME, at_seven},
        {"windows", "21/11/2026 7:24:24 \xce\xbc\xce\xbc" PACKET NAME, at_seven},
        {"windows", "21.11.2026 \xd0\xb3. 19:24:24" PACKET NAME, at_seven},
        {"windows", "1.2.2026 9:04:05" PACKET NAME,
         "2026-02-01T09:04:05.000Z 192.0.2.1 www.example.com A"},
        /* a collector took the counts away; another replaced the name and left the counts */
        {"windows", "11/21/2026 7:24:24 PM" PACKET ".www.example.com.", at_seven},
        {"windows", "11/21/2026 7:24:24 PM" PACKET "(3)wwwww(7)example(3)com(0)",
         "2026-11-21T19:24:24.000Z 192.0.2.1 wwwww.example.com A lossy"},
        {"windows",
         "11/21/2026 7:24:24 PM 0E70 PACKET  000001D2AB34C5E0 TCP Rcv 2001:db8::1     0002   Q "
         "[0001   D   NOERROR] AAAA   " NAME,
         "2026-11-21T19:24:24.000Z 2001:db8::1 www.example.com AAAA"},
        {"windows",
         "11/21/2026 7:24:24 PM 0294 PACKET  000002DAEC36D650 UDP Rcv 192.0.2.9     7822   U [0028 "
         "      NOERROR] SOA    (7)example(3)com(0)",
         "other"}, /* a dynamic update is no look-up */
        {"windows",
         "11/21/2026 7:24:24 PM 0294 PACKET  000002DAEC36D650 UDP Rcv 192.0.2.9     7822   N [2400 "
         "A     NOERROR] SOA    (7)example(3)com(0)",
         "other"},
        {"windows",
         "11/21/2026 7:24:24 PM 0294 PACKET  000002DAEC36D650 UDP Snd 192.0.2.9     7822 R Q [8085 "
         "A DR  NOERROR] A      (7)example(3)com(0)",
         "answer"},
        {"windows",
         "11/21/2026 7:24:24 PM 0294 PACKET  000002DAEC36D650 UDP Snd 198.51.100.9  b126   Q [0001 "
         "  D   NOERROR] A      (7)example(3)com(0)",
         "other"},
        {"windows",
         "11/21/2026 7:24:24 PM 0294 PACKET  000002DAEC36D650 UDP Rcv 198.51.100.9  b126 R Q [8081 "
         "  DR  NOERROR] A      (7)example(3)com(0)",
         "answer"},
        {"windows", "11/21/2026 7:24:24 PM 01A0 EVENT   The DNS server has started.", "other"},
        {"windows", "31/31/2026 19:24:24" PACKET NAME, "bad"},
    };
    CHECK(variants);
}

/* With details each packet is followed by a block about it; the head of the file has no dates. */
static void test_windows_details(void **state)
{
    (void)state;
    static const char lines[] =
        "DNS Server log file creation at 11/21/2026 7:20:00 PM\r\n"
        "Log file wrap at 11/21/2026 7:20:00 PM\r\n\r\n"
        "Message logging key (for packets - other items use a subset of these fields):\r\n"
        "\tField #  Information         Values\r\n\t-------  -----------         ------\r\n\r\n"
        "11/21/2026 7:24:24 PM" PACKET NAME "\r\n"
        "UDP question info at 00000000033397A0\r\n  Socket = 336\r\n"
        "  Remote addr 192.0.2.1, port 49495\r\n  Message:\r\n    XID       0x5b47\r\n"
        "    QUESTION SECTION:\r\n    Offset = 0x000c, RR count = 0\r\n"
        "    Name      \"" NAME "\"\r\n      QTYPE   A (1)\r\n      QCLASS  1\r\n"
        "    ANSWER SECTION:\r\n      empty\r\n\r\n"
        "11/21/2026 7:24:25 PM" PACKET NAME "\r\n";
    struct ingest_options options = {.timezone = "UTC"};
    read_bytes(lines, sizeof lines - 1, options, STATUS_OK, &log_read, &report, &message);
    assert_string_equal(report.format->name, "windows");
    assert_int_equal(report.kept, 2);
    assert_int_equal(report.not_understood, 0);
    query_log_free(&log_read);
}

#define EVE(dns)                                                                                   \
    "{\"timestamp\":\"2026-11-21T19:24:24.734324+0100\",\"flow_id\":914989792375924,\"in_iface\":" \
    "\"eth0\",\"event_type\":\"dns\",\"src_ip\":\"192.0.2.1\",\"src_port\":53985,\"dest_ip\":"     \
    "\"192.0.2.53\",\"dest_port\":53,\"proto\":\"UDP\",\"dns\":" dns "}"

static void test_suricata(void **state)
{
    (void)state;
    static const char query[] = "2026-11-21T18:24:24.734Z 192.0.2.1 a.example A";
    static const struct variant variants[] = {
        {"suricata",
         EVE("{\"type\":\"query\",\"id\":302,\"rrname\":\"a.example\",\"rrtype\":\"A\",\"tx_id\":"
             "0}"),
         query},
        {"suricata",
         EVE("{\"version\":2,\"type\":\"query\",\"id\":302,\"rrname\":\"a.example\",\"rrtype\":"
             "\"A\","
             "\"tx_id\":0,\"opcode\":0}"),
         query},
        {"suricata",
         EVE("{\"version\":3,\"type\":\"request\",\"tx_id\":0,\"id\":302,\"flags\":\"100\",\"rd\":"
             "true,\"opcode\":0,\"rcode\":\"NOERROR\",\"queries\":[{\"rrname\":\"a.example\","
             "\"rrtype\":\"A\"}]}"),
         query},
        {"suricata",
         "<13>Nov 21 19:24:24 ids suricata[77]: " EVE(
             "{\"type\":\"query\",\"id\":302,\"rrname\":\"a.example\",\"rrtype\":\"A\"}"),
         query},
        {"suricata",
         "Nov 21 19:24:24 ids suricata[77]: @cee: " EVE(
             "{\"type\":\"query\",\"id\":302,\"rrname\":\"a.example\",\"rrtype\":\"A\"}"),
         query},
        {"suricata",
         EVE("{\"version\":2,\"type\":\"answer\",\"id\":302,\"flags\":\"8583\",\"qr\":true,"
             "\"rrname\":"
             "\"a.example\",\"rrtype\":\"A\",\"rcode\":\"NXDOMAIN\",\"authorities\":[{\"rrname\":"
             "\"example\",\"rrtype\":\"SOA\",\"ttl\":60}]}"),
         "answer"},
        {"suricata",
         EVE("{\"version\":3,\"type\":\"response\",\"id\":302,\"rcode\":\"NOERROR\",\"queries\":[{"
             "\"rrname\":\"a.example\",\"rrtype\":\"A\"}],\"grouped\":{\"A\":[\"192.0.2.7\"]}}"),
         "answer"},
        {"suricata",
         EVE("{\"type\":\"query\",\"id\":302,\"rrname\":\"a.example\",\"rrtype\":\"SOA\","
             "\"opcode\":5}"),
         "other"},
        /* an alert quotes the question that its dns event has already */
        {"suricata",
         "{\"timestamp\":\"2026-11-21T19:24:24.734324+0100\",\"event_type\":\"alert\",\"src_ip\":"
         "\"192.0.2.1\",\"dest_ip\":\"192.0.2.53\",\"alert\":{\"signature_id\":1},\"dns\":{"
         "\"query\":"
         "[{\"type\":\"query\",\"id\":302,\"rrname\":\"a.example\",\"rrtype\":\"A\"}]}}",
         "other"},
    };
    CHECK(variants);
}

static void test_zeek(void **state)
{
    (void)state;
    static const struct variant variants[] = {
        {"zeek-json",
         "{\"_path\":\"dns\",\"_system_name\":\"s1\",\"ts\":\"2026-11-21T19:24:24.123456Z\","
         "\"uid\":"
         "\"C1\",\"id.orig_h\":\"192.0.2.1\",\"id.orig_p\":5,\"id.resp_h\":\"192.0.2.53\","
         "\"query\":"
         "\"a.example\",\"qtype\":1,\"qtype_name\":\"A\",\"opcode\":0,\"opcode_name\":\"query\"}",
         "2026-11-21T19:24:24.123Z 192.0.2.1 a.example A"},
        {"zeek-json",
         "{\"ts\":1795289064.123456,\"id\":{\"orig_h\":\"192.0.2.1\",\"resp_h\":\"192.0.2.53\"},"
         "\"query\":\"a.example\",\"qtype_name\":\"AAAA\"}",
         "2026-11-21T19:24:24.123Z 192.0.2.1 a.example AAAA"},
        {"zeek-json",
         "{\"ts\":1795289064.123456,\"id_orig_h\":\"192.0.2.1\",\"query\":\"a.example\",\"qtype\":"
         "1}",
         "2026-11-21T19:24:24.123Z 192.0.2.1 a.example A"},
        {"zeek",
         "#separator \\x09\n#unset_field\t-\n#fields\tts\tuid\tid.orig_h\tid.resp_h\tquery\tqtype\t"
         "opcode\topcode_name\trcode\n1795289064.5\tC1\t192.0.2.1\t192.0.2.53\ta.example\t1\t0\t"
         "query\t0\n1795289065.5\tC1\t192.0.2.1\t192.0.2.53\texample\t6\t5\tdynamic-update\t0\n",
         "2026-11-21T19:24:24.500Z 192.0.2.1 a.example A"},
    };
    CHECK(variants);
}

static const char tcpdump_query[] = "2026-11-21T19:24:24.104Z 192.0.2.1 a.example A";
static const struct variant tcpdump_lines[] = {
    /* -e over a VLAN, over the cooked and the loopback link types, over none */
    {"tcpdump",
     "1795289064.104380 00:00:00:00:00:00 > 00:00:00:00:00:01, ethertype 802.1Q (0x8100), "
     "length 80: vlan 10, p 0, ethertype IPv4 (0x0800), 192.0.2.1.4 > 192.0.2.53.53: 7+ A? "
     "a.example. (27)",
     tcpdump_query},
    {"tcpdump",
     "1795289064.104380  In 00:00:00:00:00:00 ethertype IPv4 (0x0800), length 78: 192.0.2.1.4 "
     "> 192.0.2.53.53: 7+ A? a.example. (27)",
     tcpdump_query},
    {"tcpdump",
     "1795289064.104380 lo    In  ifindex 1 00:00:00:00:00:00 ethertype IPv4 (0x0800), length "
     "82: 192.0.2.1.4 > 192.0.2.53.53: 7+ A? a.example. (27)",
     tcpdump_query},
    {"tcpdump",
     "1795289064.104380 AF IPv4 (2), length 66: 192.0.2.1.4 > 192.0.2.53.53: 7+ A? a.example. "
     "(27)",
     tcpdump_query},
    {"tcpdump", "1795289064.104380 ip: 192.0.2.1.4 > 192.0.2.53.53: 7+ A? a.example. (27)",
     tcpdump_query},
    /* -v: IPv6 on one line; IPv4 on two, on one before version 4 */
    {"tcpdump",
     "1795289064.104380 IP6 (hlim 64, next-header UDP (17) payload length: 35) 2001:db8::1.4 > "
     "2001:db8::53.53: [udp sum ok] 7+ AAAA? a.example. (27)",
     "2026-11-21T19:24:24.104Z 2001:db8::1 a.example AAAA"},
    {"tcpdump",
     "1795289064.104380 IP (tos 0x0, ttl 64, id 1, offset 0, flags [none], proto UDP (17), "
     "length 62, bad cksum 0 (->f677)!)\n    192.0.2.1.4 > 192.0.2.53.53: [no cksum] 7+ A? "
     "a.example. (27)",
     tcpdump_query},
    {"tcpdump",
     "1795289064.104380 IP (tos 0x0, ttl 64, id 0, offset 0, flags [DF], proto: UDP (17), "
     "length: 62) 192.0.2.1.4 > 192.0.2.53.53: 7+ A? a.example. (27)",
     tcpdump_query},
    /* -vv with additional records, of the root too */
    {"tcpdump",
     "1795289064.104380 IP 192.0.2.1.4 > 192.0.2.53.53: [udp sum ok] 7% [1au] DNSKEY? . ar: . "
     "OPT UDPsize=1232 DO (40)",
     "2026-11-21T19:24:24.104Z 192.0.2.1 . DNSKEY"},
    {"tcpdump",
     "    7  2026-11-21 19:24:24.104380 IP 192.0.2.1.4 > 192.0.2.53.domain: 7+ A? "
     "a.example. (27)",
     tcpdump_query}, /* --number */
    {"tcpdump",
     "1795289064.104380 IP 192.0.2.1.4 > 192.0.2.53.53: 7+ [2q] A? a.example. NS? b.example. "
     "(40)",
     tcpdump_query},
    {"tcpdump",
     "2026-11-21 19:24:24.104380 IP 192.0.2.1.4 > 192.0.2.53.53: 7+ A? a.example. (27)\n"
     "E..7....@.N..........^.5.#..............a.example.....\n",
     tcpdump_query}, /* -A */
    {"tcpdump", "1795289064.104380 IP 192.0.2.1.4 > 192.0.2.53.53: UDP, length 27", "bad"},
    {"tcpdump", " 00:00:00.000247 IP 192.0.2.1.4 > 192.0.2.53.53: 7+ A? a.example. (27)", "bad"},
    {"tcpdump", "IP 192.0.2.1.4 > 192.0.2.53.53: 7+ A? a.example. (27)", "bad"},
};

static void test_tcpdump(void **state)
{
    (void)state;
    CHECK(tcpdump_lines);
}

static void test_tshark(void **state)
{
    (void)state;
    static const struct variant variants[] = {
        {"csv",
         "frame.time,ip.src,ip.dst,dns.qry.name,dns.qry.type\n\"Nov 21, 2026 19:24:24.104380000 "
         "UTC\",\"192.0.2.1\",\"192.0.2.53\",\"a.example\",\"1\"",
         "2026-11-21T19:24:24.104Z 192.0.2.1 a.example A"},
        {"csv",
         "frame.time\tip.src\tdns.qry.name\tdns.qry.type\nNov  1, 2026 19:24:24.104380000 CET\t"
         "192.0.2.1\ta.example\t1",
         "2026-11-01T19:24:24.104Z 192.0.2.1 a.example A"},
        {"tshark-ek",
         "{\"index\":{\"_index\":\"packets-2026-11-21\"}}\n{\"timestamp\":\"1795289064104\","
         "\"layers\":{\"frame_time_epoch\":[\"1795289064.104380000\"],\"ip_src\":[\"192.0.2.1\"],"
         "\"dns_qry_name\":[\"<Root>\"],\"dns_qry_type\":[\"48\"],\"dns_flags_response\":[\"0\"]}}",
         "2026-11-21T19:24:24.104Z 192.0.2.1 . DNSKEY"},
        {"tshark-json",
         "[\n  {\n    \"_source\": {\n      \"layers\": {\n        \"frame.time_epoch\": [\n"
         "          \"1795289064.104380000\"\n        ],\n        \"ipv6.src\": [ \"2001:db8::1\" "
         "],\n"
         "        \"dns.qry.name\": [ \"a.example\" ],\n        \"dns.qry.type\": [ \"28\" ]\n"
         "      }\n    }\n  }\n]\n",
         "2026-11-21T19:24:24.104Z 2001:db8::1 a.example AAAA"},
        {"tshark-ek",
         "{\"timestamp\":\"1\",\"layers\":{\"frame_time_epoch\":[\"1795289064.1\"],\"ip_src\":["
         "\"192.0.2.1\"],\"dns_qry_name\":[\"a.example\"],\"dns_flags_response\":[\"1\"]}}",
         "answer"},
    };
    CHECK(variants);
}

static int keep_aggregate(void *context, const struct ingest_aggregate *aggregate)
{
    struct ingest_aggregate *last = context;
    *last = *aggregate;
    return STATUS_OK;
}

static void test_passive(void **state)
{
    (void)state;
    static const struct {
        const char *format, *lines;
        uint64_t count;
        uint16_t type;
        int64_t first_s;
    } variants[] = {
        /* before 1.0: whole seconds, no count, types without a name as numbers */
        {"passivedns", "1795289064||192.0.2.1||192.0.2.53||IN||a.example.||A||198.51.100.7||300\n",
         1, 1, 1795289064},
        {"passivedns",
         "#timestamp||dns-client ||dns-server||RR class||Query||Query Type||Answer||TTL||Count\n"
         "1795289064.408856||192.0.2.1||192.0.2.53||IN||a.example.||65||b||300||8\n",
         8, 65, 1795289064},
        {"cof",
         "{\"cond\":\"begin\"}\n{\"obj\":{\"count\":7,\"time_first\":1795289064,\"time_last\":"
         "1795289070,\"rrname\":\"a.example.\",\"rrtype\":\"A\",\"bailiwick\":\"example.\","
         "\"rdata\":["
         "\"198.51.100.7\"]}}\n{\"cond\":\"succeeded\"}\n",
         7, 1, 1795289064},
        {"cof",
         "{\"count\":7,\"time_first\":\"2026-11-21T19:24:24Z\",\"time_last\":\"2026-11-21T19:24:"
         "30Z\","
         "\"rrname\":\"a.example\",\"rrtype\":\"A\",\"rdata\":\"198.51.100.7\"}\n",
         7, 1, 1795289064},
    };
    for (size_t i = 0; i < sizeof variants / sizeof variants[0]; i++) {
        static const char *const files[] = {"test"};
        struct ingest_aggregate last = {0};
        struct ingest_sink sink = {.context = &last, .aggregate = keep_aggregate};
        struct ingest_options options = {.files = files, .n_files = 1, .timezone = "UTC"};
        const char *lines = variants[i].lines;
        assert_int_equal(ingest_bytes(&options, lines, strlen(lines), &sink, &report, &message),
                         STATUS_OK);
        assert_string_equal(report.format->name, variants[i].format);
        assert_int_equal(report.not_understood, 0);
        assert_int_equal(last.count, variants[i].count);
        assert_int_equal(last.type, variants[i].type);
        assert_int_equal(last.first_us / US_PER_S, variants[i].first_s);
    }
}

static void test_dnstap(void **state)
{
    (void)state;
    static const struct variant variants[] = {
        /* golang-dnstap: -q has no date, -j an object a message */
        {"dnstap-text", "19:24:24.196485 CQ 192.0.2.1 UDP 40b \"a.example.\" IN A",
         "2026-11-21T19:24:24.196Z 192.0.2.1 a.example A"},
        {"dnstap-text", "19:24:24.196485 CQ 192.0.2.1 UDP 40b X ", "bad"},
        {"dnstap-text", "[unhandled Message.Type]", "other"},
        {"dnstap-json",
         "{\"type\":\"MESSAGE\",\"identity\":\"ns\",\"message\":{\"type\":\"CLIENT_QUERY\","
         "\"query_time\":\"2026-11-21T19:24:24.196485123Z\",\"socket_family\":\"INET6\","
         "\"socket_protocol\":\"UDP\",\"query_address\":\"2001:db8::1\",\"query_port\":5,"
         "\"query_message\":\";; opcode: QUERY, status: NOERROR, id: 1\\n;; flags: rd; QUERY: 1\\n"
         "\\n;; QUESTION SECTION:\\n;we\\\\032ird\\\\.x.example.\\tIN\\t HTTPS\\n\"}}",
         "2026-11-21T19:24:24.196Z 2001:db8::1 we\\032ird\\.x.example HTTPS"},
        {"dnstap-json",
         "{\"type\":\"MESSAGE\",\"message\":{\"type\":\"CLIENT_RESPONSE\",\"query_time\":"
         "\"2026-11-21T19:24:24Z\",\"response_message\":\"\"}}",
         "answer"},
        {"dnstap-json", "{\"type\":\"MESSAGE\",\"message\":{\"type\":\"CLIENT_QUERY\"}}", "bad"},
    };
    CHECK(variants);
}

static void test_coredns(void **state)
{
    (void)state;
    static const struct variant variants[] = {
        {"coredns",
         "2026-11-21T19:24:24.280Z [INFO] 10.244.1.3:33509 - 51831 \"A IN a.svc.cluster.local. udp "
         "80 "
         "false 512\" NXDOMAIN qr,aa,rd 173 0.0002208s",
         "2026-11-21T19:24:24.280Z 10.244.1.3 a.svc.cluster.local A"},
        {"coredns",
         "192.0.2.14:56084 - [21/Nov/2026:20:24:24 +0100] 7 \"PTR IN 1.2.0.192.in-addr.arpa. udp "
         "62 "
         "false 512\" NXDOMAIN qr,aa,rd,ra 155 0.000134637s",
         "2026-11-21T19:24:24.000Z 192.0.2.14 1.2.0.192.in-addr.arpa PTR"},
        {"coredns",
         "192.0.2.75 - [21/Nov/2026:19:24:24 +0000] \"AAAA IN a.test. udp 54 false 512\" NOERROR "
         "70 "
         "981.518\xc2\xb5s",
         "2026-11-21T19:24:24.000Z 192.0.2.75 a.test AAAA"},
        /* kubectl logs --timestamps, Kubernetes' own files, docker compose, the journal */
        {"coredns",
         "2026-11-21T19:24:24.280123456Z [INFO] [2001:db8::5]:33509 - 5 \"HTTPS IN a.test. tcp 80 "
         "true 1232\" NOERROR qr,rd,ra 173 0.0002208s",
         "2026-11-21T19:24:24.280Z 2001:db8::5 a.test HTTPS"},
        {"coredns",
         "2026-11-21T19:24:24.280123456Z stdout F [INFO] 10.0.0.9:33509 - 5 \"MX IN a.test. udp 80 "
         "true 1232\" - - 0 2.0s",
         "2026-11-21T19:24:24.280Z 10.0.0.9 a.test MX"},
        {"coredns",
         "Nov 21 19:24:24 k8s coredns[71]: [INFO] 10.0.0.9:33509 - 5 \"TXT IN a.test. udp 80 true "
         "1232\" NOERROR qr 0 2.0s",
         "2026-11-21T19:24:24.000Z 10.0.0.9 a.test TXT"},
        {"coredns",
         "{\"log\":\"[INFO] 10.0.0.9:33509 - 5 \\\"A IN we\\\\032ird.test. udp 80 true 1232\\\" "
         "NOERROR qr 0 2.0s\\n\",\"stream\":\"stdout\",\"time\":\"2026-11-21T19:24:24.28Z\"}",
         "2026-11-21T19:24:24.280Z 10.0.0.9 we\\032ird.test A"},
        {"coredns", "2026-11-21T19:24:24Z [INFO] plugin/reload: Running configuration SHA512 = 1",
         "other"},
        {"coredns", "2026-11-21T19:24:24Z [ERROR] plugin/errors: 2 a.test. A: read udp: timeout",
         "other"},
        {"coredns", ".:53", "other"},
        {"coredns", "CoreDNS-1.11.1", "other"},
        {"coredns", "[INFO] 10.0.0.9:33509 - 5 \"A IN a.test. udp 80 true 1232\" NOERROR qr 0 2.0s",
         "bad"},
        {"coredns",
         "2026-11-21T19:24:24Z [INFO] 10.0.0.9:33509 - 5 \"NOTYPE IN a.test. udp 80 true 1232\" "
         "NOERROR qr 0 2.0s",
         "bad"},
    };
    CHECK(variants);
}

static void test_adguard(void **state)
{
    (void)state;
    static const struct variant variants[] = {
        {"adguard",
         "{\"T\":\"2026-11-21T20:24:24.280143+01:00\",\"QH\":\"A.test\",\"QT\":\"AAAA\",\"QC\":"
         "\"IN\",\"CP\":\"\",\"Answer\":\"AAA=\",\"IP\":\"192.0.2.7\",\"Result\":{},\"Elapsed\":"
         "837429}",
         "2026-11-21T19:24:24.280Z 192.0.2.7 A.test AAAA"},
        {"adguard",
         "{\"IP\":\"2001:db8:0::7\",\"T\":\"2026-11-21T19:24:24Z\",\"QH\":\"\",\"QT\":\"NS\","
         "\"QC\":\"IN\",\"CP\":\"doh\",\"Result\":{\"IsFiltered\":true}}",
         "2026-11-21T19:24:24.000Z 2001:db8::7 . NS"},
        {"adguard", "{\"T\":\"2026-11-21T19:24:24Z\",\"QH\":\"a.test\",\"QT\":\"A\"}", "bad"},
        {"adguard", "{\"T\":\"yesterday\",\"QH\":\"a.test\",\"QT\":\"A\",\"IP\":\"::1\"}", "bad"},
        {"adguard", "{\"T\":\"2026-11-21T19:24:24Z\"}", "bad"},
    };
    CHECK(variants);
}

static void test_tshark_text(void **state)
{
    (void)state;
    static const struct variant variants[] = {
        {"tshark-text",
         "   11 2026-11-21 19:24:24.280000 192.0.2.1 \xe2\x86\x92 192.0.2.53 DNS 70 Standard query "
         "0xb43b A a.test OPT",
         "2026-11-21T19:24:24.280Z 192.0.2.1 a.test A"},
        {"tshark-text",
         "3 1795289064.28 2001:db8::1 -> 2001:db8::53 DNS 70 Standard query 0xb43b Unknown (65280) "
         "<Root>",
         "2026-11-21T19:24:24.280Z 2001:db8::1 . TYPE65280"},
        {"tshark-text",
         "    3 19:24:24.280 192.0.2.1 -> 192.0.2.53 DNS 70 Standard query 0xb43b IXFR a.test SOA "
         "ns.a.test",
         "2026-11-21T19:24:24.280Z 192.0.2.1 a.test IXFR"},
        {"tshark-text",
         "    3 19:24:24.280 192.0.2.1 -> 192.0.2.53 DNS 70 Standard query 0xb43b A we ird.test "
         "OPT",
         "2026-11-21T19:24:24.280Z 192.0.2.1 we\\032ird.test A lossy"},
        {"tshark-text",
         "    3 19:24:24.280 192.0.2.53 -> 192.0.2.1 DNS 70 Standard query response 0xb43b A "
         "a.test "
         "A 192.0.2.9",
         "answer"},
        {"tshark-text",
         "    3 19:24:24.280 192.0.2.1 -> 192.0.2.53 DNS 70 Dynamic update 0x1 SOA a", "other"},
        {"tshark-text",
         "    3 19:24:24.280 192.0.2.1 -> 224.0.0.251 MDNS 87 Standard query 0x0000 PTR _ipp.local",
         "other"},
        {"tshark-text", "    3 19:24:24.280 192.0.2.1 -> 192.0.2.53 TCP 74 51240 -> 53 [SYN] Seq=0",
         "other"},
        {"tshark-text",
         "    3 19:24:24.280 192.0.2.1 -> 192.0.2.53 DNS 70 Standard query 0x1 A a[Malformed "
         "Packet]",
         "bad"},
    };
    CHECK(variants);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bind),        cmocka_unit_test(test_unbound),
        cmocka_unit_test(test_dnsmasq),     cmocka_unit_test(test_powerdns),
        cmocka_unit_test(test_windows),     cmocka_unit_test(test_windows_details),
        cmocka_unit_test(test_suricata),    cmocka_unit_test(test_zeek),
        cmocka_unit_test(test_tcpdump),     cmocka_unit_test(test_tshark),
        cmocka_unit_test(test_coredns),     cmocka_unit_test(test_adguard),
        cmocka_unit_test(test_tshark_text), cmocka_unit_test(test_passive),
        cmocka_unit_test(test_dnstap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
