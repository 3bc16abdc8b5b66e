/* Logs in and out: import, export, formats as a user runs them. */
#include "tests/e2e/runner.h"

#include <signal.h>
#include <sys/types.h>

#define LOGS "tests/samples/logs/"
#define DB SCENE "/logs.db"

static void succeeds(const char *arguments, const char *expected)
{
    struct outcome o = run(arguments);
    if (o.code != 0 || strstr(o.out, expected) == NULL)
        fail_msg("mxplain %s: exit code %d, \"%s\", \"%s\"; expected \"%s\"", arguments, o.code,
                 o.out, o.error, expected);
    outcome_free(&o);
}

static void same(const char *a, const char *b)
{
    char *first = read_all(a), *second = read_all(b);
    assert_string_equal(first, second);
    assert_true(first[0] != '\0');
    free(first);
    free(second);
}

/* Through the database and every format that keeps everything, and back to the same bytes. */
static void test_round_trip(void **state)
{
    (void)state;
    static const char *const formats[] = {"csv", "jsonl", "zeek"};
    remove(DB);
    succeeds("import " LOGS "formats.pcapng --db " DB " --as packets", "kept as \"packets\"");
    succeeds("export packets --db " DB " --output " SCENE "/packets.csv", "");
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        char command[400];
        snprintf(command, sizeof command,
                 "export packets --db " DB " --to %s --output " SCENE "/log.%s", formats[i],
                 formats[i]);
        succeeds(command, "");
        snprintf(command, sizeof command,
                 "import " SCENE "/log.%s --db " DB " --as again --replace", formats[i]);
        succeeds(command, "queries kept       133");
        succeeds("export again --db " DB " -o " SCENE "/again.csv", "");
        same(SCENE "/packets.csv", SCENE "/again.csv");
    }
}

static void test_reading(void **state)
{
    (void)state;
    succeeds("import - < " LOGS "unbound-epoch.log.gz", "queries kept       961");
    succeeds("import " LOGS "dnsmasq.log " LOGS
             "bind-query-iso8601-utc-nocategory.log --year 2026 --timezone UTC",
             "queries kept       43");
    succeeds("import " LOGS "formats.pcap --server 127.0.0.11", "not asked for      101");
    succeeds("import " LOGS "formats.pcap --name '*.SENDER.test' --from 2026-11-21T19:24:24Z",
             "columns");
    succeeds("export " LOGS "pdns-auth.log --to pipe --timezone UTC",
             "|mail1.sender.test|127.0.0.21\n");
    write_all(SCENE "/bare.csv", "2023-02-06T03:00:42Z,198.51.100.41,mail.bakery.example,A\n", 57);
    succeeds("compare bakery --trials 100 -q --columns time,client,name,type --log " SCENE
             "/bare.csv",
             "an observed log of 1 query, ");
    succeeds("formats", "\nsuricata ");
    succeeds("formats csv", "Gives: time client name type server");
}

static void test_failures(void **state)
{
    (void)state;
    remove(DB);
    assert_fails("import", 2, "missing");
    assert_fails("import /nowhere", 2, "/nowhere: cannot be opened");
    assert_fails("import tests", 2, "directory");
    assert_fails("import /dev/null", 2, "empty");
    assert_fails("import " LOGS "knot.log", 2, "Knot DNS and NSD write no query log");
    assert_fails("import Makefile", 2, "the format is not known");
    assert_fails("import " LOGS "dnsmasq.log --format bind", 2, "the likely format is dnsmasq");
    assert_fails("import " LOGS "dnsmasq.log --format dnsmask", 2, "not known");
    assert_fails("import " LOGS "dnsmasq.log --timezone Moon", 2,
                 "time zone \"Moon\" is not known");
    assert_fails("import " LOGS "dnsmasq.log --year 26", 2, "--year");
    assert_fails("import " LOGS "dnsmasq.log --from yesterday", 2, "--from");
    assert_fails("import " LOGS "dnsmasq.log --year 2026", 2, "dnsmasq.log:5: its times are local");
    assert_fails("import " LOGS "dnsmasq.log --year 2026 --db " DB, 2, "--timezone");
    assert_fails("compare " QUICK_CASE " -q --trials 100 --log " LOGS "dnsmasq.log --year 2026", 2,
                 "--timezone");
    assert_fails("import - --format dnsmasq < " LOGS "dnsmasq.log", 2, "--year");
    assert_fails("export nothing --db " DB, 2, DB);
    assert_fails("export " LOGS "dnsmasq.log --to xml", 2, "--to");
    assert_fails("formats morse", 2, "morse");
    assert_int_not_equal(access(DB, F_OK), 0); /* nothing was made on the way */
    succeeds("import " LOGS "dnsmasq.log --timezone UTC --db " DB, "kept");
    assert_fails("import " LOGS "dnsmasq-extra.log --timezone UTC --as dnsmasq.log --db " DB, 2,
                 "already");
}

/* A log of mail events or counts through the database, a format and back: the same bytes. */
static void there_and_back(const char *file, const char *format, const char *said)
{
    char command[400];
    snprintf(command, sizeof command,
             "import %s --db " DB " --as a --replace --timezone UTC --year 2026", file);
    succeeds(command, said);
    snprintf(command, sizeof command, "export a --db " DB " --to %s --output " SCENE "/a.out",
             format);
    succeeds(command, "");
    snprintf(command, sizeof command,
             "export %s --timezone UTC --year 2026 --to %s --output " SCENE "/direct.out", file,
             format);
    succeeds(command, "");
    same(SCENE "/a.out", SCENE "/direct.out");
    succeeds("import " SCENE "/a.out --db " DB " --as b --replace", said);
    snprintf(command, sizeof command, "export b --db " DB " --to %s --output " SCENE "/b.out",
             format);
    succeeds(command, "");
    same(SCENE "/a.out", SCENE "/b.out");
}

static const char mail_lines[] =
    "Nov 21 19:24:29 mx postfix/smtpd[1]: NOQUEUE: reject: RCPT from unknown[192.0.2.9]: 554 5.7.1 "
    "<e@receiver.test>: Relay access denied; from=<a@sender.test> to=<e@receiver.test> proto=ESMTP "
    "helo=<h>\n"
    "Nov 21 19:24:24 mx postfix/qmgr[1]: 4F2A31: from=<=a\\b@s\xc3\xa4nder.test>, size=1, nrcpt=1 "
    "(queue active)\n"
    "Nov 21 19:24:25 mx postfix/smtp[1]: 4F2A31: to=<\"b, c;\"@receiver.test>, "
    "relay=mx.receiver.test[192.0.2.2]:25, delay=0.5, dsn=2.0.0, status=sent (250 Ok)\n"
    "Nov 21 19:24:24 mx postfix/smtp[1]: 4F2A32: to=< c\033@receiver.test >, relay=none, "
    "delay=0.5, "
    "dsn=4.4.1, status=deferred (connect to mx: Connection timed out)\n";
static const char cof_lines[] =
    "{\"count\":19,\"rdata\":[\"b, \\\"c\\\"\",\"\\u00e4\"],\"rrname\":\"a,b.test\",\"rrtype\":"
    "\"CNAME\",\"time_first\":1315586409,\"time_last\":1449566799}\n"
    "{\"rdata\":\"192.0.2.1\",\"rrname\":\"=x.test\",\"rrtype\":\"A\",\"time_first_ms\":"
    "1315586409123,\"time_last\":1449566799}\n";
static const char passive_lines[] =
    "1315586409.408856||10.1.1.1||8.8.8.8||IN||a.test.||TXT||\"b\" \xff||46587||1909\n";
static const char summary_lines[] = "2817|AS15632|217.12.97.15|217.12.97.0/24|RU\n";

static void test_mail_and_counts(void **state)
{
    (void)state;
    remove(DB);
    write_all(SCENE "/mail.log", mail_lines, sizeof mail_lines - 1);
    write_all(SCENE "/cof.json", cof_lines, sizeof cof_lines - 1);
    write_all(SCENE "/passive.log", passive_lines, sizeof passive_lines - 1);
    write_all(SCENE "/summary.txt", summary_lines, sizeof summary_lines - 1);
    there_and_back(SCENE "/mail.log", "mail-csv", "mail events        4");
    there_and_back(SCENE "/mail.log", "mail-jsonl", "mail events        4");
    there_and_back(SCENE "/cof.json", "cof", "aggregates         2");
    there_and_back(SCENE "/cof.json", "aggregate-csv", "aggregates         2");
    there_and_back(SCENE "/passive.log", "aggregate-csv", "aggregates         1");
    there_and_back(SCENE "/summary.txt", "aggregate-csv",
                   "(no first and last time), client (no name)");
    assert_fails("export " SCENE "/summary.txt --to cof --output " SCENE "/x", 2, "aggregate-csv");
    assert_fails("export " SCENE "/mail.log --timezone UTC --year 2026", 2, "mail-jsonl");
    assert_fails("export a --to bind --db " DB, 2, "holds no look-ups");
    succeeds("import " LOGS "dnsmasq.log " SCENE "/mail.log " SCENE "/cof.json --db " DB
             " --as all --timezone UTC --year 2026",
             "kept as \"all\"");
    succeeds("export all --db " DB " --to mail-csv", "rejected,a@sender.test,e@receiver.test");
    succeeds("logs --db " DB, "11 look-ups          4 mail events          2 counts");
    succeeds("logs --json --db " DB, "\"aggregates\": 2");
    succeeds("logs all --db " DB, "mail columns       time, status, from, to, queue id, relay");
    assert_fails("logs none --db " DB, 2, "no log named");
    assert_fails("logs", 2, "--db");
}

/* ---- killed or interrupted in the middle ---- */

/* Starts `mxplain import -` with a pipe as its input; its messages go to SCENE/error. */
static pid_t start_import(int *pipe_end)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child > 0) {
        close(ends[0]);
        *pipe_end = ends[1];
        return child;
    }
    const char *program = getenv("MXPLAIN");
    signal(SIGINT, SIG_DFL); /* ignored by what a shell runs in the background */
    signal(SIGPIPE, SIG_DFL);
    if (dup2(ends[0], STDIN_FILENO) < 0 || close(ends[0]) != 0 || close(ends[1]) != 0 ||
        freopen(SCENE "/out", "w", stdout) == NULL || freopen(SCENE "/error", "w", stderr) == NULL)
        _exit(99);
    execl(program != NULL ? program : "build/mxplain", "mxplain", "import", "-", "--db", DB, "--as",
          "it", "--replace", (char *)NULL);
    _exit(99);
}

/* So many lines that most of them must have been read, and pages of the database been written,
 * before the last of them fits into the pipe. */
static void feed(int pipe_end)
{
    char line[128];
    for (int i = 0; i < 60000; i++) {
        int n = snprintf(line, sizeof line,
                         "[%d] unbound[1:0] query: 192.0.2.%d host%d.mail.example. A IN\n",
                         1795289057 + i / 100, i % 250, i % 5000);
        assert_int_equal(write(pipe_end, line, (size_t)n), n);
    }
}

/* The database then holds what it held before, and can be written to. */
static void interrupted_by(int number, int code)
{
    int pipe_end, status;
    succeeds("import " LOGS "dnsmasq.log --db " DB " --as it --replace --timezone UTC", "kept");
    pid_t child = start_import(&pipe_end);
    feed(pipe_end);
    assert_int_equal(kill(child, number), 0);
    close(pipe_end); /* the end of the log: a program that had missed the signal would keep it */
    assert_int_equal(waitpid(child, &status, 0), child);
    int got = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    char *error = read_all(SCENE "/error");
    if (got != code ||
        (code == 1 && strstr(error, "interrupted; nothing of the log was kept") == NULL))
        fail_msg("signal %d: exit code %d, \"%s\"", number, got, error);
    free(error);
    succeeds("export it --db " DB " --output " SCENE "/left.csv", "");
    succeeds("export " LOGS "dnsmasq.log --timezone UTC --output " SCENE "/whole.csv", "");
    same(SCENE "/left.csv", SCENE "/whole.csv");
}

static void test_interrupted(void **state)
{
    (void)state;
    remove(DB);
    interrupted_by(SIGINT, 1);
    interrupted_by(SIGTERM, 1);
    interrupted_by(SIGKILL, 128 + 9);
}

/* The same bytes as a file, without a signal: the log that was not kept is a good one. */
static void test_uninterrupted(void **state)
{
    (void)state;
    int pipe_end, status;
    pid_t child = start_import(&pipe_end);
    feed(pipe_end);
    close(pipe_end);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    succeeds("logs --db " DB, "60000 look-ups");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),  cmocka_unit_test(test_reading),
        cmocka_unit_test(test_failures),    cmocka_unit_test(test_mail_and_counts),
        cmocka_unit_test(test_interrupted), cmocka_unit_test(test_uninterrupted),
    };
    return cmocka_run_group_tests(tests, scene_set, NULL);
}
