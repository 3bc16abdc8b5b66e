#include "analysis/ingest/syslog.h"

enum { WORDS_BEFORE_PROGRAM = 4 };

/* `<30>` of a line as it goes over the network, and the `1 ` of RFC 5424 behind it. */
static void skip_priority(struct text *rest)
{
    struct text at = *rest;
    uint64_t priority;
    if (!text_skip(&at, "<") || !text_number(text_take(&at, '>'), 191, &priority))
        return;
    text_skip(&at, "1 ");
    *rest = at;
}

/* `Sat 2026-11-21 19:24:24 CET` of journalctl -o short-full. The letters of a zone other than UTC
 * say too little: the time is then local. */
static bool take_journal_stamp(struct text *rest, struct timestamp *stamp)
{
    struct text at = *rest;
    struct text day = text_word(&at);
    if (day.n != 3 || *day.at < 'A' || *day.at > 'Z' || !text_skip(&at, " ") ||
        !timestamp_iso(&at, stamp))
        return false;
    struct text behind = at;
    struct text zone = text_word(&behind);
    if (!stamp->has_offset && zone.n >= 2 && zone.n <= 5 && *zone.at >= 'A' && *zone.at <= 'Z') {
        stamp->has_offset = text_equal(zone, "UTC") || text_equal(zone, "GMT");
        at = behind;
    }
    *rest = at;
    return true;
}

/* One stamp and what must follow it. A number alone is a time only where nothing stood before it:
 * behind another stamp it may be a host. */
static bool take_one_stamp(struct text *rest, struct timestamp *stamp, bool is_first)
{
    struct text at = *rest;
    bool bracket = text_skip(&at, "[");
    if (!timestamp_syslog(&at, stamp) && !timestamp_iso(&at, stamp) &&
        !timestamp_bind(&at, stamp) && !take_journal_stamp(&at, stamp) &&
        !((is_first || bracket) && timestamp_epoch(&at, stamp)))
        return false;
    if (bracket && !text_skip(&at, "]"))
        return false;
    if (at.n > 0 && *at.at != ' ' && *at.at != '\t' && *at.at != ':')
        return false;
    *rest = at;
    return true;
}

/* `unbound-1  | ` before each line of docker compose. */
static void skip_service(struct text *rest)
{
    enum { SERVICE_MAX = 80 };
    struct text look = text_slice(rest->at, rest->n < SERVICE_MAX ? rest->n : SERVICE_MAX);
    const char *bar = text_find(look, " | ");
    if (bar == NULL)
        return;
    struct text before = text_slice(rest->at, (size_t)(bar - rest->at));
    if (text_word(&before).n > 0 && text_trim(before).n == 0)
        *rest = text_from(*rest, bar + 3);
}

/* How much a stamp says about its time. */
static int weight_of(const struct timestamp *stamp)
{
    return stamp->is_epoch || stamp->has_offset ? 2 : stamp->year != 0 ? 1 : 0;
}

void syslog_take_inner_stamp(struct text *rest, struct timestamp *stamp)
{
    struct text at = *rest;
    struct timestamp inner;
    text_skip_blanks(&at);
    if (text_skip(&at, "stdout ") || text_skip(&at, "stderr ")) { /* Kubernetes */
        if (!text_skip(&at, "F ") && !text_skip(&at, "P "))
            return;
        *rest = text_slice(at.at - 1, at.n + 1);
    }
    if (!take_one_stamp(&at, &inner, false))
        return;
    if (weight_of(&inner) >= weight_of(stamp))
        *stamp = inner;
    *rest = at;
}

bool syslog_take_stamp(struct text *rest, struct timestamp *stamp)
{
    struct text at = *rest;
    text_skip_blanks(&at); /* of lines that were pasted from somewhere */
    skip_priority(&at);
    if (!take_one_stamp(&at, stamp, true)) {
        skip_service(&at);
        if (!take_one_stamp(&at, stamp, true))
            return false;
    }
    syslog_take_inner_stamp(&at, stamp);
    *rest = at;
    return true;
}

/* True where the word is the program's name, alone or followed by `[` or `:`; postfix/smtp and, of
 * a second instance, postfix-out/smtp count as postfix. */
static bool is_program(struct text word, const char *program)
{
    if (!text_skip(&word, program))
        return false;
    return word.n == 0 || *word.at == '[' || *word.at == ':' || *word.at == '/' ||
           (*word.at == '-' && memchr(word.at, '/', word.n) != NULL);
}

/* `[ID 801593 mail.info] ` of Solaris. */
static void skip_message_id(struct text *rest)
{
    if (!text_starts(*rest, "[ID "))
        return;
    text_take(rest, ']');
    text_skip_blanks(rest);
}

/* RFC 5424 goes on with process, message id and structured data: `1234 - [meta sequenceId="1"] `,
 * each perhaps `-`. */
static void skip_header_5424(struct text *rest)
{
    struct text at = *rest;
    uint64_t process;
    struct text word = text_word(&at);
    if (!text_equal(word, "-") && !text_number(word, UINT32_MAX, &process))
        return;
    text_word(&at);
    text_skip_blanks(&at);
    if (!text_skip(&at, "- ")) {
        if (!text_starts(at, "["))
            return;
        text_take(&at, ']');
    }
    *rest = at;
}

bool syslog_take_program(struct text *rest, const char *program)
{
    struct text at = *rest;
    for (int i = 0; i < WORDS_BEFORE_PROGRAM; i++) {
        struct text word = text_word(&at);
        if (word.n == 0)
            return false;
        if (is_program(word, program)) {
            if (text_equal(word, program))
                skip_header_5424(&at);
            text_skip_blanks(&at);
            skip_message_id(&at);
            *rest = at;
            return true;
        }
    }
    return false;
}

/* `name[77]:` or `name:` */
static bool is_tag(struct text word)
{
    if (word.n < 2 || word.at[word.n - 1] != ':')
        return false;
    word.n--;
    struct text process = word;
    struct text name = text_take(&process, '[');
    uint64_t number;
    bool letter = name.n > 1 && ((*name.at | 0x20) >= 'a' && (*name.at | 0x20) <= 'z');
    if (process.n == 0)
        return letter && name.n == word.n;
    return letter && process.at[process.n - 1] == ']' &&
           text_number(text_slice(process.at, process.n - 1), UINT32_MAX, &number);
}

int syslog_foreign_line(struct reader *reader, struct text rest, const char *reason)
{
    text_word(&rest); /* host */
    struct text tag = text_word(&rest);
    /* In a trial these tell nothing about the format. */
    return !reader->is_trial && is_tag(tag) ? reader_other(reader) : reader_bad(reader, reason);
}
