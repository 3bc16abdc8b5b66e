/* Mail logs of Postfix, Exim and Sendmail as mail events. The lines follow the forms that each
 * program documents. */
#include "analysis/ingest/format.h"
#include "analysis/ingest/mail_log.h"
#include "analysis/ingest/timestamp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static struct mail_log events;
static struct ingest_report report;
static struct message message;

static int read_lines(const char *source)
{
    char path[] = "/tmp/mxplain-test-XXXXXX";
    FILE *file = fdopen(mkstemp(path), "w");
    fputs(source, file);
    fclose(file);
    const char *files[] = {path};
    struct ingest_options options = {.files = files, .n_files = 1, .year = 2026, .timezone = "UTC"};
    int status = mail_log_read(&options, &events, &report, &message);
    unlink(path);
    return status;
}

static void check(const char *format, const char *const expected[], size_t n)
{
    assert_string_equal(report.format->name, format);
    assert_int_equal(report.not_understood, 0);
    assert_int_equal(events.n, n);
    for (size_t i = 0; i < n; i++) {
        const struct mail_record *e = &events.events[i];
        char text[600], when[TIMESTAMP_TEXT_SIZE];
        snprintf(text, sizeof text, "%s %s from=%s to=%s id=%s relay=%s",
                 timestamp_write(e->time_us, 0, when), mail_status_words[e->status],
                 intern_text(&events.addresses, e->from), intern_text(&events.addresses, e->to),
                 intern_text(&events.queue_ids, e->queue_id),
                 intern_text(&events.relays, e->relay));
        assert_string_equal(text, expected[i]);
    }
    mail_log_free(&events);
}

static void test_postfix(void **state)
{
    (void)state;
    static const char *const expected[] = {
        "2026-11-21T19:24:24Z received from=a@sender.test to= id=4F2A31 relay=",
        "2026-11-21T19:24:25Z sent from= to=b@receiver.test id=4F2A31 relay=192.0.2.2",
        "2026-11-21T19:24:26Z deferred from= to=c@receiver.test id=4F2A31 relay=",
        "2026-11-21T19:24:27Z bounced from= to=d@receiver.test id=3xYzQ12bZz relay=192.0.2.2",
        "2026-11-21T19:24:28Z rejected from=a@sender.test to=e@receiver.test id= relay=192.0.2.9",
        "2026-11-21T19:24:29Z rejected from=a@sender.test to=f@receiver.test id= relay=192.0.2.9",
        "2026-11-21T19:24:30Z bounced from=a@sender.test to= id=4F2A31 relay=",
    };
    assert_int_equal(
        read_lines(
            "Nov 21 19:24:23 mx postfix/smtpd[1]: connect from mail1.sender.test[192.0.2.1]\n"
            "Nov 21 19:24:23 mx postfix/smtpd[1]: 4F2A31: client=mail1.sender.test[192.0.2.1]\n"
            "Nov 21 19:24:24 mx postfix/cleanup[1]: 4F2A31: message-id=<x@sender.test>\n"
            "Nov 21 19:24:24 mx postfix/qmgr[1]: 4F2A31: from=<a@sender.test>, size=1, nrcpt=1 "
            "(queue active)\n"
            "Nov 21 19:24:25 mx postfix/smtp[1]: 4F2A31: to=<b@receiver.test>, orig_to=<z@x>, "
            "relay=mx.receiver.test[192.0.2.2]:25, delay=0.5, delays=0/0/0/0, dsn=2.0.0, "
            "status=sent (250 2.0.0 Ok)\n"
            "Nov 21 19:24:26 mx postfix/smtp[1]: 4F2A31: to=<c@receiver.test>, relay=none, "
            "delay=0.5, dsn=4.4.1, status=deferred (connect to mx: Connection timed out)\n"
            "Nov 21 19:24:27 mx postfix/smtp[1]: 3xYzQ12bZz: to=<d@receiver.test>, "
            "relay=mx.receiver.test[192.0.2.2]:25, dsn=5.1.1, status=bounced (host said: 550)\n"
            "Nov 21 19:24:28 mx postfix/smtpd[1]: NOQUEUE: reject: RCPT from unknown[192.0.2.9]: "
            "554 5.7.1 <e@receiver.test>: Relay access denied; from=<a@sender.test> "
            "to=<e@receiver.test> proto=ESMTP helo=<h>\n"
            "Nov 21 19:24:29 mx postfix/postscreen[1]: NOQUEUE: reject: RCPT from "
            "[192.0.2.9]:4711: 550 5.7.1 Service unavailable; from=<a@sender.test>, "
            "to=<f@receiver.test>, proto=ESMTP\n"
            "Nov 21 19:24:30 mx postfix/qmgr[1]: 4F2A31: from=<a@sender.test>, status=expired, "
            "returned to sender\n"
            "Nov 21 19:24:31 mx postfix/qmgr[1]: 4F2A31: removed\n"),
        STATUS_OK);
    assert_int_equal(report.others, 4);
    check("postfix", expected, 7);
}

static void test_exim(void **state)
{
    (void)state;
    static const char *const expected[] = {
        "2026-11-21T19:24:24Z received from=a@sender.test to= id=1abcDE-0001xy-00 relay=192.0.2.1",
        "2026-11-21T19:24:25Z sent from= to=b@receiver.test id=1abcDE-0001xy-00 relay=192.0.2.2",
        "2026-11-21T19:24:26Z deferred from= to=c@receiver.test id=1abcDE-0001xy-00 relay=",
        "2026-11-21T19:24:27Z bounced from= to=d@receiver.test id=1abcDE-000000001xy-0001 relay=",
        "2026-11-21T19:24:28Z rejected from=a@sender.test to=e@receiver.test id= relay=192.0.2.9",
        "2026-11-21T19:24:29Z sent from= to=root@receiver.test id=1abcDE-0001xy-00 relay=",
    };
    assert_int_equal(
        read_lines(
            "2026-11-21 19:24:23 exim 4.96 daemon started: pid=1\n"
            "2026-11-21 20:24:24 +0100 [77] 1abcDE-0001xy-00 <= a@sender.test H=mail1.sender.test "
            "[192.0.2.1] P=esmtp S=9 id=x\n"
            "2026-11-21 19:24:25 1abcDE-0001xy-00 => b@receiver.test R=dnslookup T=remote_smtp "
            "H=mx.receiver.test [192.0.2.2] C=\"250 OK\"\n"
            "2026-11-21 19:24:26 1abcDE-0001xy-00 == c@receiver.test R=dnslookup T=remote_smtp "
            "defer (-53): retry time not reached\n"
            "2026-11-21 19:24:27 1abcDE-000000001xy-0001 ** d@receiver.test: Unrouteable address\n"
            "2026-11-21 19:24:28 H=(h) [192.0.2.9] F=<a@sender.test> temporarily rejected RCPT "
            "<e@receiver.test>: greylisted\n"
            "2026-11-21 19:24:29 1abcDE-0001xy-00 -> root <root@receiver.test> R=local T=maildir\n"
            "2026-11-21 19:24:30 1abcDE-0001xy-00 Completed\n"),
        STATUS_OK);
    check("exim", expected, 6);
}

static void test_sendmail(void **state)
{
    (void)state;
    static const char *const expected[] = {
        "2026-11-21T19:24:24Z received from=a@sender.test to= id=4ALJOOxx001 relay=192.0.2.1",
        "2026-11-21T19:24:25Z sent from= to=b@receiver.test id=4ALJOOxx001 relay=192.0.2.2",
        "2026-11-21T19:24:25Z sent from= to=c@receiver.test id=4ALJOOxx001 relay=192.0.2.2",
        "2026-11-21T19:24:26Z deferred from= to=d@receiver.test id=4ALJOOxx001 relay=192.0.2.2",
        "2026-11-21T19:24:27Z bounced from= to=e@receiver.test id=4ALJOOxx001 relay=",
        "2026-11-21T19:24:28Z rejected from= to=f@receiver.test id=4ALJOOxx002 relay=192.0.2.9",
    };
    assert_int_equal(
        read_lines(
            "Nov 21 19:24:23 mx sendmail[1]: starting daemon (8.17.1): SMTP+queueing@00:10:00\n"
            "Nov 21 19:24:24 mx sm-mta[1]: 4ALJOOxx001: from=<a@sender.test>, size=1, class=0, "
            "nrcpts=2, msgid=<x>, proto=ESMTP, daemon=MTA, relay=mail1.sender.test [192.0.2.1]\n"
            "Nov 21 19:24:25 mx sm-mta[1]: 4ALJOOxx001: to=<b@receiver.test>,<c@receiver.test>, "
            "delay=00:00:01, mailer=esmtp, relay=mx.receiver.test. [192.0.2.2], dsn=2.0.0, "
            "stat=Sent (ok)\n"
            "Nov 21 19:24:26 mx sendmail[1]: 4ALJOOxx001: to=<d@receiver.test>, "
            "relay=mx.receiver.test. [192.0.2.2], dsn=4.0.0, stat=Deferred: Connection timed out\n"
            "Nov 21 19:24:27 mx sendmail[1]: 4ALJOOxx001: to=<e@receiver.test>, delay=1, "
            "dsn=5.1.1, stat=User unknown\n"
            "Nov 21 19:24:28 mx sendmail[1]: 4ALJOOxx002: ruleset=check_rcpt, "
            "arg1=<f@receiver.test>, relay=[192.0.2.9], reject=550 5.7.1 Relaying denied\n"),
        STATUS_OK);
    check("sendmail", expected, 6);
}

static void test_no_mail(void **state)
{
    (void)state;
    assert_int_equal(read_lines("2016-07-20T10:55:33.000Z|a.test|192.0.2.1\n"), STATUS_INPUT);
    assert_non_null(strstr(message.text, "no mail event"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_postfix),
        cmocka_unit_test(test_exim),
        cmocka_unit_test(test_sendmail),
        cmocka_unit_test(test_no_mail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
