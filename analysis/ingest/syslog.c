#include "analysis/ingest/syslog.h"

enum { WORDS_BEFORE_PROGRAM = 4 };

bool syslog_take_stamp(struct text *rest, struct timestamp *stamp)
{
    struct text at = *rest;
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

bool syslog_take_program(struct text *rest, const char *program)
{
    struct text at = *rest;
    for (int i = 0; i < WORDS_BEFORE_PROGRAM; i++) {
        struct text word = text_word(&at);
        if (word.n == 0)
            return false;
        if (is_program(word, program)) {
            text_skip_blanks(&at);
            *rest = at;
            return true;
        }
    }
    return false;
}
