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

/* Other versions, options and ways of syslog; what remote hosts and senders wrote into the line is
 * not taken for the server's own words. */
static void test_postfix_variants(void **state)
{
    (void)state;
    static const char *const expected[] = {
        "2026-11-21T19:24:24Z received from=a@example.com to= id=4XsB1z0Zkqz9rvD relay=",
        "2026-11-21T19:24:25Z deferred from= to=b@example.net id=4XsB1z0Zkqz9rvD relay=",
        "2026-11-21T19:24:26Z sent from= to=b@example.net id=4XsB1z0Zkqz9rvD relay=2001:db8::25",
        "2026-11-21T19:24:28Z received from=a@example.com to= id=4XsB1z0Zkqz9rvD relay=",
        "2026-11-21T19:24:29Z sent from= to=c@example.net id=5E1 relay=mail.example.net",
        "2026-11-21T19:24:30Z rejected from=x@example.org to=c@example.net id=5E2 relay=192.0.2.9",
        "2026-11-21T19:24:31Z rejected from= to=d@example.net id= relay=192.0.2.9",
        "2026-11-21T19:24:32Z deferred from= to=e@example.net id=5E3 relay=192.0.2.25",
        "2026-11-21T19:24:33Z sent from= to=f@example.net id=5E4 relay=local",
    };
    assert_int_equal(
        read_lines(
            "2026-11-21T19:24:24.5+00:00 mx postfix/qmgr[1]: 4XsB1z0Zkqz9rvD: "
            "from=<a@example.com>, size=1, nrcpt=1 (queue active)\n"
            "2026-11-21T19:24:25.1+00:00 mx postfix/smtp[1]: 4XsB1z0Zkqz9rvD: to=<b@example.net>, "
            "relay=none, delay=91, delays=0.01/0.03/91/0, dsn=4.4.1, status=deferred (connect to "
            "mx.example.net[192.0.2.2]:25: Connection timed out)\n"
            /* the next try is no second message */
            "Nov 21 19:24:25 mx postfix/qmgr[1]: 4XsB1z0Zkqz9rvD: from=<a@example.com>, size=1, "
            "nrcpt=1 (queue active)\n"
            "Nov 21 19:24:26 mx postfix-out/smtp[1]: 4XsB1z0Zkqz9rvD: to=<b@example.net>, "
            "relay=mx.example.net[2001:db8::25]:25, conn_use=2, delay=0.5, dsn=2.0.0, status=sent "
            "(250 2.0.0 Ok: queued as 12345)\n"
            "Nov 21 19:24:27 mx postfix/qmgr[1]: 4XsB1z0Zkqz9rvD: removed\n"
            /* after that the id is another message's */
            "Nov 21 19:24:28 mx postfix/qmgr[1]: [ID 197553 mail.info] 4XsB1z0Zkqz9rvD: "
            "from=<a@example.com>, size=1, nrcpt=1 (queue active)\n"
            "Nov 21 19:24:29 mx postfix/lmtp[1]: 5E1: to=<c@example.net>, "
            "relay=mail.example.net[private/dovecot-lmtp], delay=0.1, dsn=2.0.0, status=sent (250 "
            "2.0.0 Saved)\n"
            "Nov 21 19:24:30 mx postfix/cleanup[1]: 5E2: reject: header Subject: letter from "
            "me; from=<y@example.com> to=<z@example.com>: from unknown[192.0.2.9]; "
            "from=<x@example.org> to=<c@example.net> proto=ESMTP helo=<h>: 5.7.1 no\n"
            "Nov 21 19:24:31 mx postfix/smtpd[1]: NOQUEUE: reject: RCPT from unknown[192.0.2.9]: "
            "550 5.7.23 <d@example.net>: Recipient address rejected: SPF fail, see "
            "http://example.com/Why?s=mfrom;id=x;from=y; from=<> to=<d@example.net> proto=ESMTP "
            "helo=<h>\n"
            "Nov 21 19:24:32 mx postfix/smtp[1]: 5E3: to=<e@example.net>, "
            "relay=mx.example.net[192.0.2.25]:25, delay=1, dsn=5.1.1, status=SOFTBOUNCE (host "
            "said: 550)\n"
            "Nov 21 19:24:33 mx postfix/local[1]: 5E4: to=<f@example.net>, orig_to=<root>, "
            "relay=local, delay=0.9, dsn=2.0.0, status=sent (delivered to mailbox)\n"),
        STATUS_OK);
    check("postfix", expected, 9);
}

static void test_exim_variants(void **state)
{
    (void)state;
    static const char *const expected[] = {
        "2026-11-21T19:24:24Z received from= to= id=1RwtJa-000AFJ-3B relay=",
        "2026-11-21T19:24:25Z bounced from= to=b@example.net id=1RwtJa-000AFJ-3B relay=192.0.2.2",
        "2026-11-21T19:24:26Z deferred from= to=c@example.net id=1x6mUB-00000006Pya-498Q "
        "relay=192.0.2.3",
        "2026-11-21T19:24:27Z rejected from= to=d@example.net id= relay=192.0.2.9",
        "2026-11-21T19:24:28Z rejected from=s@example.org to= id=1nwNm8-0006NL-F0 relay=192.0.2.9",
        "2026-11-21T19:24:29Z received from=a@example.com to= id=1abcDE-0001xy-00 relay=192.0.2.1",
        "2026-11-21T19:24:30Z sent from= to=e@example.net id=1abcDE-0001xy-00 relay=2001:db8::25",
        "2026-11-21T19:24:31Z rejected from=x@example.org to=f@example.net id= relay=192.0.2.9",
    };
    assert_int_equal(
        read_lines(
            "2026-11-21 19:24:24 1RwtJa-000AFJ-3B <= <> R=1RookS-000Pg8-VO U=mailnull P=local "
            "S=3958\n"
            /* the word of the remote host is no rejection of ours */
            "2026-11-21 19:24:25 1RwtJa-000AFJ-3B ** b@example.net R=dnslookup T=remote_smtp "
            "H=mx.example.net [192.0.2.2]: SMTP error from remote mail server after RCPT "
            "TO:<b@example.net>: 550 5.7.1 Message rejected as spam\n"
            "2026-11-21 19:24:26.123 [77] 1x6mUB-00000006Pya-498Q == c@example.net R=dnslookup "
            "T=remote_smtp defer (-44) H=mx.example.net [192.0.2.3]:25: SMTP error from remote "
            "mail server after RCPT TO:<c@example.net>: 450 4.7.1 try later\n"
            "2026-11-21 19:24:27 H=([192.0.2.9]) [192.0.2.9]:13432 I=[192.0.2.25]:25 F=<> rejected "
            "RCPT <d@example.net>: found in a list\n"
            "2026-11-21 19:24:28 1nwNm8-0006NL-F0 H=h.example.org (helo.example.org) [192.0.2.9] "
            "F=<s@example.org> rejected after DATA: it looks like spam\n"
            "Nov 21 19:24:29 mx exim[77]: 1abcDE-0001xy-00 <= a@example.com H=[192.0.2.1] P=esmtps "
            "X=TLS1.3 S=4521 id=x@example.com T=\"rejected H=no\"\n"
            "Nov 21 19:24:30 mx exim[77]: 2026-11-21 19:24:30 1abcDE-0001xy-00 => e@example.net "
            "R=dnslookup T=remote_smtp H=mx.example.net [2001:db8::25] C=\"250 2.0.0 OK\"\n"
            "2026-11-21 19:24:31 H=h.example.org (helo) [192.0.2.9] F=<x@example.org> rejected "
            "RCPT "
            "<f@example.net>: relay not permitted\n"
            "2026-11-21 19:24:32 1abcDE-0001xy-00 Completed\n"
            "2026-11-21 19:24:33 SMTP connection from [192.0.2.9] (TCP/IP connection count = 1)\n"
            "2026-11-21 19:24:34 Connection from [192.0.2.9] refused: too many connections\n"),
        STATUS_OK);
    check("exim", expected, 8);
}

static void test_sendmail_variants(void **state)
{
    (void)state;
    static const char *const expected[] = {
        "2026-11-21T19:24:24Z received from=root to= id=s1H8olxa024921 relay=root@localhost",
        "2026-11-21T19:24:25Z deferred from= to=b@example.net id=s1H8ZKsI024804 relay=2001:db8::25",
        "2026-11-21T19:24:26Z sent from= to=c@example.net id=u31FFPtp032300 relay=192.0.2.34",
        "2026-11-21T19:24:26Z sent from= to=d@example.net id=u31FFPtp032300 relay=192.0.2.34",
        "2026-11-21T19:24:27Z rejected from= to= id= relay=192.0.2.9",
        "2026-11-21T19:24:28Z rejected from= to=e@example.net id=x7BL5tbV014209 relay=",
        "2026-11-21T19:24:29Z deferred from= to=f@example.net id=x7BL5tbV014210 relay=",
        "2026-11-21T19:24:30Z rejected from= to=g@example.net id=x7BL5tbV014211 relay=192.0.2.9",
    };
    assert_int_equal(
        read_lines(
            "Nov 21 19:24:24 web sendmail[24921]: [ID 801593 mail.info] s1H8olxa024921: from=root, "
            "size=83, class=0, nrcpts=1, msgid=<2026@example.com>, relay=root@localhost\n"
            "Nov 21 19:24:25 web sm-mta[24870]: s1H8ZKsI024804: to=<b@example.net>, "
            "ctladdr=<root@example.com> (0/0), delay=00:08:18, xdelay=00:00:56, mailer=esmtp, "
            "pri=120310, relay=mx.example.net. [IPv6:2001:db8::25], dsn=4.0.0, stat=Deferred: "
            "421-4.7.0 rate\n"
            "2026-11-21T19:24:26.1+00:00 web sendmail[32302]: u31FFPtp032300: "
            "to=<c@example.net>,<d@example.net>, delay=00:00:00, xdelay=00:00:00, mailer=esmtp, "
            "pri=245938, relay=[192.0.2.34] [192.0.2.34], dsn=2.0.0, stat=Sent (ok: accepted)\n"
            "Nov 21 19:24:27 web sm-mta[1]: NOQUEUE: ruleset=check_relay, arg1=[192.0.2.9], "
            "arg2=192.0.2.9, relay=[192.0.2.9], reject=553 5.3.0 listed\n"
            "Nov 21 19:24:28 web sm-mta[1]: x7BL5tbV014209: Milter: to=<e@example.net>, reject=451 "
            "4.7.1 Greylisting in action\n"
            "Nov 21 19:24:29 web sm-mta[1]: x7BL5tbV014210: to=<f@example.net>, delay=00:00:00, "
            "mailer=esmtp, pri=30087, stat=queued\n"
            "Nov 21 19:24:30 web sm-mta[1]: x7BL5tbV014211: ruleset=check_rcpt, "
            "arg1=<g@example.net>, relay=h.example.org [192.0.2.9] (may be forged), reject=550 "
            "5.7.1 <g@example.net>... Relaying denied\n"),
        STATUS_OK);
    check("sendmail", expected, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_postfix),       cmocka_unit_test(test_postfix_variants),
        cmocka_unit_test(test_exim_variants), cmocka_unit_test(test_sendmail_variants),
        cmocka_unit_test(test_exim),          cmocka_unit_test(test_sendmail),
        cmocka_unit_test(test_no_mail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
