#include "analysis/ingest/mail_line.h"
#include "analysis/ingest/syslog.h"

/* Sendmail: `QID: from=...` and `QID: to=..., stat=...`, sendmail/deliver.c and envelope.c;
 * programs sendmail and sm-mta. */

static enum mail_status status_of(struct text stat, struct text dsn)
{
    if (text_starts(stat, "Sent"))
        return MAIL_SENT;
    if (text_starts(stat, "Deferred") || text_starts(stat, "queued") || text_starts(dsn, "4."))
        return MAIL_DEFERRED;
    return MAIL_BOUNCED;
}

/* `to=<a@b>,<c@d>, delay=...` holds one event for each recipient. */
static int deliveries(struct reader *reader, struct text rest, const struct timestamp *stamp,
                      struct ingest_mail *mail)
{
    struct text list = text_from(rest, text_find(rest, "to=") + 3);
    const char *end = text_find(list, ", ");
    if (end != NULL)
        list = text_slice(list.at, (size_t)(end - list.at));
    mail->status = status_of(mail_value(rest, "stat="), mail_value(rest, "dsn="));
    int status = STATUS_OK;
    do {
        struct text one = text_trim(text_take(&list, ','));
        if (one.n >= 2 && *one.at == '<' && one.at[one.n - 1] == '>')
            one = text_slice(one.at + 1, one.n - 2);
        mail->to = one;
        status = reader_mail(reader, stamp, mail);
    } while (status == STATUS_OK && list.n > 0);
    return status;
}

/* `ruleset=check_rcpt, arg1=<a@b>, relay=.., reject=550 ..`, `Milter: to=<a@b>, reject=451 ..`; of
 * check_relay and others arg1 is no address. */
static int rejection(struct reader *reader, struct text rest, const struct timestamp *stamp,
                     struct ingest_mail *mail)
{
    mail->status = MAIL_REJECTED;
    if (text_starts(rest, "ruleset=check_mail"))
        mail->from = mail_value(rest, "arg1=");
    else if (text_starts(rest, "ruleset=check_rcpt"))
        mail->to = mail_value(rest, "arg1=");
    else if (text_starts(rest, "Milter")) {
        mail->from = mail_value(rest, "from=");
        mail->to = mail_value(rest, "to=");
    }
    return reader_mail(reader, stamp, mail);
}

static int queue_line(struct reader *reader, struct text rest, const struct timestamp *stamp,
                      struct ingest_mail *mail)
{
    mail->relay = mail_host(mail_value(rest, "relay="));
    if (text_starts(rest, "from=")) {
        mail->status = MAIL_RECEIVED;
        mail->from = mail_value(rest, "from=");
        return reader_mail(reader, stamp, mail);
    }
    if (text_find(rest, " reject=") != NULL)
        return rejection(reader, rest, stamp, mail);
    if (text_starts(rest, "to=") && text_find(rest, "stat=") != NULL)
        return deliveries(reader, rest, stamp, mail);
    return reader_other(reader);
}

static int sendmail_line(struct reader *reader, struct text line)
{
    struct timestamp stamp;
    struct ingest_mail mail = {0};
    if (line.n == 0)
        return reader_other(reader);
    if (!syslog_take_stamp(&line, &stamp))
        return reader_bad(reader, "the line does not start with a time");
    if (!syslog_take_program(&line, "sendmail") && !syslog_take_program(&line, "sm-mta") &&
        !syslog_take_program(&line, "sm-msp-queue") && !syslog_take_program(&line, "sm-mta-in"))
        return syslog_foreign_line(reader, line, "expected \"TIME HOST sendmail[PID]: ...\"");
    struct text rest = line;
    mail.queue_id = text_word(&rest);
    text_skip_blanks(&rest);
    if (mail.queue_id.n < 2 || mail.queue_id.at[mail.queue_id.n - 1] != ':')
        return reader_other(reader);
    mail.queue_id.n--;
    if (text_equal(mail.queue_id, "NOQUEUE"))
        mail.queue_id.n = 0;
    return queue_line(reader, rest, &stamp, &mail);
}

const struct log_format format_sendmail = {
    .name = "sendmail",
    .title = "Sendmail mail log",
    .summary =
        "Messages received, sent, deferred, bounced and rejected: mail events, no DNS queries.",
    .columns = COLUMN_TIME,
    .needs_year = true,
    .needs_timezone = true,
    .gives_mail = true,
    .line = sendmail_line,
};
