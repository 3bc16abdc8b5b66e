#include "analysis/ingest/mail_line.h"
#include "analysis/ingest/syslog.h"

/* Exim, main log: chapter "Log files" of its specification. */

static bool is_queue_id(struct text word)
{
    int dashes = 0;
    if (word.n < 16 || word.n > 23)
        return false;
    for (size_t i = 0; i < word.n; i++) {
        char c = word.at[i];
        dashes += c == '-';
        if (c != '-' && !(c >= '0' && c <= '9') && !(c >= 'A' && c <= 'Z') &&
            !(c >= 'a' && c <= 'z'))
            return false;
    }
    return dashes == 2 && word.at[6] == '-';
}

/* The host behind ` H=`: `name [192.0.2.1]:25`, `(helo) [..]`, `name (helo) [..]`, `[..]`; the
 * address where there is one. */
static struct text host_of(struct text rest)
{
    const char *at = text_find(rest, " H=");
    if (at == NULL)
        return text_slice("", 0);
    struct text behind = text_from(rest, at + 3);
    struct text host = text_slice(behind.at, 0);
    for (int i = 0; i < 3; i++) {
        struct text word = text_word(&behind), address = word;
        host = i == 0 ? word : host;
        if (text_skip(&address, "[") && address_is_numeric(text_take(&address, ']')))
            return text_slice(word.at + 1, (size_t)(address.at - word.at) - 2);
        if (i == 1 && (word.n == 0 || *word.at != '('))
            break;
    }
    return host;
}

/* An address: `a@b`, `<a@b>`, or `local <a@b>` where it was rewritten. */
static struct text address_of(struct text *rest)
{
    struct text word = text_word(rest), at = *rest;
    struct text next = text_word(&at);
    if (next.n > 2 && *next.at == '<' && next.at[next.n - 1] == '>') {
        *rest = at;
        word = next;
    }
    while (word.n > 0 && word.at[word.n - 1] == ':')
        word.n--;
    if (word.n >= 2 && *word.at == '<' && word.at[word.n - 1] == '>')
        word = text_slice(word.at + 1, word.n - 2);
    return word;
}

/* `H=host [192.0.2.1] F=<a@b> rejected RCPT <x@y>: reason`; also "temporarily rejected". */
static int rejection(struct reader *reader, struct text line, const struct timestamp *stamp,
                     struct ingest_mail *mail)
{
    const char *mark = text_find(line, "rejected ");
    const char *from = text_find(line, " F=<");
    struct text rest = text_from(line, mark + 9);
    struct text command = text_word(&rest);
    mail->status = MAIL_REJECTED;
    mail->relay = host_of(line);
    if (from != NULL) {
        struct text value = text_from(line, from + 4);
        mail->from = text_take(&value, '>');
    }
    if (text_equal(command, "RCPT"))
        mail->to = address_of(&rest);
    return reader_mail(reader, stamp, mail);
}

/* True and the event reported in *status, where one of the marks of a message's fate follows. */
static bool message_line(struct reader *reader, struct text rest, const struct timestamp *stamp,
                         struct ingest_mail *mail, int *status)
{
    static const struct {
        const char *mark;
        enum mail_status status;
    } marks[] = {{"<=", MAIL_RECEIVED}, {"=>", MAIL_SENT},     {"->", MAIL_SENT},
                 {">>", MAIL_SENT},     {"==", MAIL_DEFERRED}, {"**", MAIL_BOUNCED}};
    struct text mark = text_word(&rest);
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        if (!text_equal(mark, marks[i].mark))
            continue;
        mail->status = marks[i].status;
        struct text *address = mail->status == MAIL_RECEIVED ? &mail->from : &mail->to;
        *address = address_of(&rest);
        mail->relay = host_of(rest);
        *status = reader_mail(reader, stamp, mail);
        return true;
    }
    return false;
}

/* A trial must not take any line with a date for Exim's. */
static int other_line(struct reader *reader, struct text line)
{
    static const char *const others[] = {
        "exim",  "Start queue run",     "End queue run", "no host name found",
        "SMTP ", "no IP address found", "TLS ",          " H=",
        "lowest"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (!reader->is_trial || text_find(line, others[i]) != NULL)
            return reader_other(reader);
    return reader_bad(reader, "expected a message id and <=, =>, ==, **, or \"rejected\"");
}

/* The stamp of Exim; without one of its own where it logs through syslog. */
static bool take_stamp(struct text *line, struct timestamp *stamp)
{
    struct text at = *line;
    if (timestamp_iso(line, stamp))
        return true;
    if (!syslog_take_stamp(&at, stamp) || !syslog_take_program(&at, "exim"))
        return false;
    struct timestamp own;
    struct text inner = at;
    if (timestamp_iso(&inner, &own)) {
        *stamp = own;
        at = inner;
    } else {
        at = text_slice(at.at - 1, at.n + 1); /* with the blank before it, as behind a stamp */
    }
    *line = at;
    return true;
}

static int exim_line(struct reader *reader, struct text line)
{
    struct timestamp stamp;
    struct ingest_mail mail = {0};
    if (line.n == 0)
        return reader_other(reader);
    text_skip_blanks(&line);
    if (!take_stamp(&line, &stamp))
        return reader_bad(reader, "the line does not start with a date and time");
    struct text rest = line;
    struct text word = text_word(&rest), zone = word;
    int hours;
    if ((text_skip(&zone, "+") || text_skip(&zone, "-")) && zone.n == 4 &&
        text_digits(&zone, 4, &hours)) {
        stamp.has_offset = true; /* log_timezone: the zone stands apart from the time */
        stamp.offset_s = (*word.at == '-' ? -1 : 1) * (hours / 100 * 3600 + hours % 100 * 60);
        word = text_word(&rest);
    }
    if (word.n > 2 && *word.at == '[') /* process id */
        word = text_word(&rest);
    if (is_queue_id(word))
        mail.queue_id = word;
    int status;
    /* First: what a remote host said of a message may hold the word "rejected". */
    if (mail.queue_id.n > 0 && message_line(reader, rest, &stamp, &mail, &status))
        return status;
    if (text_find(line, "rejected ") != NULL && text_find(line, " H=") != NULL)
        return rejection(reader, line, &stamp, &mail);
    return mail.queue_id.n > 0 ? reader_other(reader) : other_line(reader, line);
}

const struct log_format format_exim = {
    .name = "exim",
    .title = "Exim main log",
    .summary =
        "Messages received, sent, deferred, bounced and rejected: mail events, no DNS queries.",
    .columns = COLUMN_TIME,
    .needs_timezone = true,
    .gives_mail = true,
    .line = exim_line,
};
