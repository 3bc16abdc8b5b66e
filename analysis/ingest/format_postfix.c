#include "analysis/ingest/mail_line.h"
#include "analysis/ingest/syslog.h"

/* Postfix: smtpd, cleanup, qmgr, smtp, lmtp, local, virtual, pipe, error, bounce, postscreen. */

static const struct {
    const char *text;
    enum mail_status status;
} delivery[] = {
    {"sent", MAIL_SENT},       {"deferred", MAIL_DEFERRED},     {"bounced", MAIL_BOUNCED},
    {"expired", MAIL_BOUNCED}, {"undeliverable", MAIL_BOUNCED},
};

/* The queue id in front of the first colon; "NOQUEUE" where a message had none yet. */
static bool take_queue_id(struct text *rest, struct text *id)
{
    struct text at = *rest;
    struct text word = text_word(&at);
    if (word.n < 2 || word.at[word.n - 1] != ':')
        return false;
    word.n--;
    for (size_t i = 0; i < word.n; i++) {
        char c = word.at[i];
        bool letter = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (!letter)
            return false;
    }
    *id = text_equal(word, "NOQUEUE") ? text_slice("", 0) : word;
    text_skip_blanks(&at);
    *rest = at;
    return true;
}

/* `reject: RCPT from host[192.0.2.1]: 554 5.7.1 ...; from=<a> to=<b> proto=ESMTP helo=<h>` */
static int rejection(struct reader *reader, struct text rest, const struct timestamp *stamp,
                     struct ingest_mail *mail)
{
    const char *from = text_find(rest, " from ");
    mail->status = MAIL_REJECTED;
    mail->from = mail_value(rest, "from=");
    mail->to = mail_value(rest, "to=");
    if (from != NULL) {
        struct text host = text_from(rest, from + 6);
        mail->relay = mail_host(text_word(&host));
    }
    return reader_mail(reader, stamp, mail);
}

static int queue_line(struct reader *reader, struct text rest, const struct timestamp *stamp,
                      struct ingest_mail *mail)
{
    if (text_starts(rest, "reject:") || text_starts(rest, "milter-reject:") ||
        text_starts(rest, "reject_warning:") || text_starts(rest, "discard:"))
        return text_starts(rest, "reject_warning:") || text_starts(rest, "discard:")
                   ? reader_other(reader)
                   : rejection(reader, rest, stamp, mail);
    struct text status = mail_value(rest, "status=");
    status = text_word(&status);
    mail->to = mail_value(rest, "to=");
    mail->from = mail_value(rest, "from=");
    mail->relay = mail_host(mail_value(rest, "relay="));
    if (status.n > 0 && status.at[status.n - 1] == ',')
        status.n--;
    for (size_t i = 0; i < sizeof delivery / sizeof delivery[0]; i++) {
        if (text_equal(status, delivery[i].text)) {
            mail->status = delivery[i].status;
            return reader_mail(reader, stamp, mail);
        }
    }
    if (text_starts(rest, "from=<") && text_find(rest, "nrcpt=") != NULL) {
        mail->status = MAIL_RECEIVED;
        return reader_mail(reader, stamp, mail);
    }
    return reader_other(reader);
}

static int postfix_line(struct reader *reader, struct text line)
{
    struct timestamp stamp;
    struct ingest_mail mail = {0};
    if (line.n == 0)
        return reader_other(reader);
    if (!syslog_take_stamp(&line, &stamp))
        return reader_bad(reader, "the line does not start with a time");
    if (!syslog_take_program(&line, "postfix"))
        return syslog_foreign_line(reader, line,
                                   "expected \"TIME HOST postfix/PROGRAM[PID]: ...\"");
    if (!take_queue_id(&line, &mail.queue_id))
        return reader_other(reader);
    return queue_line(reader, line, &stamp, &mail);
}

const struct log_format format_postfix = {
    .name = "postfix",
    .title = "Postfix mail log",
    .summary =
        "Messages received, sent, deferred, bounced and rejected: mail events, no DNS queries.",
    .columns = COLUMN_TIME,
    .needs_year = true,
    .needs_timezone = true,
    .gives_mail = true,
    .line = postfix_line,
};
