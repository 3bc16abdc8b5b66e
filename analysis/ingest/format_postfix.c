#include "analysis/ingest/mail_line.h"
#include "analysis/ingest/syslog.h"

/* Postfix: smtpd, cleanup, qmgr, smtp, lmtp, local, virtual, pipe, error, bounce, postscreen. */

/* The queue manager writes `from=<>, nrcpt=1 (queue active)` at each further try of a deferred
 * message too: it was received at the first. Ids are remembered by their hash, in place of what was
 * there; so after many thousands of other messages a late try counts once more. */
enum { ACTIVE_SLOTS = 16384 };

struct postfix {
    uint64_t active[ACTIVE_SLOTS];
};

static const struct {
    const char *text;
    enum mail_status status;
} delivery[] = {
    {"sent", MAIL_SENT},       {"deferred", MAIL_DEFERRED}, {"SOFTBOUNCE", MAIL_DEFERRED},
    {"bounced", MAIL_BOUNCED}, {"expired", MAIL_BOUNCED},   {"undeliverable", MAIL_BOUNCED},
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

/* Where `needle` stands last in the slice, or NULL. */
static const char *find_last(struct text text, const char *needle)
{
    const char *last = NULL;
    for (struct text look = text;;) {
        const char *next = text_find(look, needle);
        if (next == NULL)
            return last;
        last = next;
        look = text_from(text, next + 1);
    }
}

/* `reject: RCPT from host[192.0.2.1]: 554 5.7.1 ...; from=<a> to=<b> proto=ESMTP helo=<h>`. What
 * stands between is the sender's or a remote host's text; of `reject: header Subject: ... from
 * host[..]; from=<a>` even what stands before. */
static int rejection(struct reader *reader, struct text rest, const struct timestamp *stamp,
                     struct ingest_mail *mail)
{
    const char *envelope = find_last(rest, "; from=<");
    struct text before = rest;
    if (envelope != NULL)
        before.n = (size_t)(envelope - rest.at);
    struct text at = rest;
    text_word(&at);
    struct text stage = text_word(&at);
    bool is_content = text_equal(stage, "header") || text_equal(stage, "body");
    const char *from = is_content ? find_last(before, " from ") : text_find(before, " from ");
    struct text behind = envelope != NULL ? text_from(rest, envelope) : rest;
    mail->status = MAIL_REJECTED;
    mail->from = mail_value(behind, "from=");
    mail->to = mail_value(behind, "to=");
    if (from != NULL) {
        struct text host = text_from(before, from + 6);
        mail->relay = mail_host(text_word(&host));
    }
    return reader_mail(reader, stamp, mail);
}

/* The place that remembers a queue id, and the hash (FNV-1a, 64 bits) that it holds if so. */
static uint64_t *slot_of(struct postfix *self, struct text id, uint64_t *hash)
{
    *hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < id.n; i++)
        *hash = (*hash ^ (unsigned char)id.at[i]) * UINT64_C(1099511628211);
    return &self->active[(*hash >> 32) % ACTIVE_SLOTS];
}

/* `from=<a>, size=1, nrcpt=1 (queue active)` */
static int active_line(struct reader *reader, const struct timestamp *stamp,
                       struct ingest_mail *mail)
{
    uint64_t hash;
    uint64_t *slot = slot_of(reader->state, mail->queue_id, &hash);
    if (*slot == hash)
        return reader_other(reader);
    *slot = hash;
    mail->status = MAIL_RECEIVED;
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
    if (text_starts(rest, "from=<") && text_find(rest, "nrcpt=") != NULL)
        return active_line(reader, stamp, mail);
    if (text_equal(text_trim(rest), "removed")) { /* the id may come again for another message */
        uint64_t hash;
        uint64_t *slot = slot_of(reader->state, mail->queue_id, &hash);
        *slot = *slot == hash ? 0 : *slot;
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
    .state_size = sizeof(struct postfix),
};
