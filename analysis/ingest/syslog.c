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

bool syslog_take_stamp(struct text *rest, struct timestamp *stamp)
{
    struct text at = *rest;
    skip_priority(&at);
    bool bracket = text_skip(&at, "[");
    if (!timestamp_syslog(&at, stamp) && !timestamp_iso(&at, stamp) && !timestamp_epoch(&at, stamp))
        return false;
    if (bracket && !text_skip(&at, "]"))
        return false;
    if (at.n > 0 && *at.at != ' ' && *at.at != '\t' && *at.at != ':')
        return false;
    *rest = at;
    return true;
}

/* True where the word is the program's name, alone or followed by `[` or `:`; postfix/smtp counts
 * as postfix. */
static bool is_program(struct text word, const char *program)
{
    if (!text_skip(&word, program))
        return false;
    return word.n == 0 || *word.at == '[' || *word.at == ':' || *word.at == '/';
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
