#include "analysis/ingest/reader.h"
#include "analysis/ingest/syslog.h"

/* BIND 9, lib/ns/query.c (log_query) and lib/isc/log.c: see the grammar in docs/ingest.md. */

static const char *read_client(struct text *rest, struct reader_query *query)
{
    text_skip_blanks(rest);
    if (text_starts(*rest, "@0x")) /* address of the client object, since 9.10 or so */
        text_word(rest);
    struct text word = text_word(rest);
    if (word.n > 0 && word.at[word.n - 1] == ':')
        word.n--;
    struct text port = word;
    query->client = text_take(&port, '#');
    struct text number = text_take(&port, '/'); /* "/key NAME" follows a signed query's port */
    uint64_t value;
    if (query->client.n == 0 || !text_number(number, UINT16_MAX, &value))
        return "no client address#port stands behind \"client\"";
    return NULL;
}

static bool is_server_mark(struct text word)
{
    return word.n > 2 && word.at[0] == '(' && word.at[word.n - 1] == ')';
}

/* `query: ` has been taken: name, class, type, flags, (server), [ECS ..]. Infoblox logs the
 * responses with the question in front: `query: NAME IN A response: NOERROR`. */
static const char *read_question(struct text rest, struct name *name, struct reader_query *query,
                                 bool *is_answer)
{
    struct text written = text_word(&rest);
    struct text class = text_word(&rest);
    struct text type = text_word(&rest);
    if (type.n == 0)
        return "the line ends before the record type";
    struct text word = text_word(&rest);
    *is_answer = text_equal(word, "response:");
    const char *wrong = *is_answer ? NULL : name_from_text(name, written);
    if (wrong != NULL || *is_answer)
        return wrong;
    if (!text_equal(class, "IN") && !text_equal(class, "CH") && !text_equal(class, "HS") &&
        !text_equal(class, "ANY") && !text_equal(class, "NONE") && !text_starts(class, "CLASS"))
        return "the class is not known; expected IN";
    if (!record_type_read(type, &query->type))
        return "the record type is not known";
    for (; word.n > 0; word = text_word(&rest))
        if (is_server_mark(word))
            query->server = text_slice(word.at + 1, word.n - 2);
    query->name = name;
    return NULL;
}

/* The line's stamp; through syslog, that which named wrote itself is finer and has the year. */
static bool read_stamp(struct text *rest, struct timestamp *stamp)
{
    if (timestamp_bind(rest, stamp)) /* by far the most frequent */
        return true;
    struct text iso = *rest;
    if (timestamp_iso(&iso, stamp) &&
        (text_starts(iso, " queries: ") || text_starts(iso, " client "))) {
        *rest = iso;
        return true;
    }
    if (!syslog_take_stamp(rest, stamp))
        return false;
    struct text own = *rest;
    if (syslog_take_program(&own, "named"))
        syslog_take_inner_stamp(&own, stamp);
    return true;
}

/* Lines of the server's other business have a time and then a category or severity, or come through
 * syslog. */
static bool is_other_line(struct text rest)
{
    static const char *const marks[] = {
        " info: ", " notice: ", " warning: ", " error: ",   " debug ",
        " named[", "client ",   "zone ",      " critical: "};
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (text_find(rest, marks[i]) != NULL)
            return true;
    return false;
}

static int not_a_query(struct reader *reader, struct text rest, bool has_stamp, bool has_bind_date)
{
    static const char reason[] =
        "not a line of a BIND log; expected \"client ADDRESS#PORT ... query: \"";
    if (text_find(rest, ": response: ") != NULL && text_find(rest, "client ") != NULL)
        return reader_answer(reader);
    bool named = text_find(rest, "named[") != NULL;
    bool bind_style = text_starts(rest, " ") && is_other_line(rest);
    /* The date with dashes and the month's name is BIND's alone; "unbound[..] info:" and the like
     * have a program's name between time and severity. */
    if (has_bind_date || (has_stamp && (named || (bind_style && text_find(rest, "[") == NULL))))
        return reader_other(reader);
    return has_stamp ? syslog_foreign_line(reader, rest, reason) : reader_bad(reader, reason);
}

static int bind_line(struct reader *reader, struct text line)
{
    static const char mark[] = ": query: ";
    if (line.n == 0)
        return reader_other(reader);
    struct reader_query query = {.server = text_slice("", 0)};
    text_skip_blanks(&line); /* of lines that were pasted from somewhere */
    struct text rest = line;
    bool has_stamp = read_stamp(&rest, &query.stamp);
    const char *client = text_find(rest, "client ");
    const char *question = client != NULL ? text_find(text_from(rest, client), mark) : NULL;
    if (question == NULL)
        return not_a_query(reader, rest, has_stamp, timestamp_bind(&line, &query.stamp));
    struct name name;
    bool is_answer = false;
    const char *wrong = has_stamp ? NULL : "the line has no time (print-time yes is needed)";
    struct text asker = text_slice(client + 7, (size_t)(question - client) - 6);
    if (wrong == NULL)
        wrong = read_client(&asker, &query);
    if (wrong == NULL)
        wrong =
            read_question(text_from(rest, question + sizeof mark - 1), &name, &query, &is_answer);
    if (is_answer)
        return reader_answer(reader);
    return wrong == NULL ? reader_query(reader, &query) : reader_bad(reader, wrong);
}

const struct log_format format_bind = {
    .name = "bind",
    .title = "BIND 9 query log",
    .summary =
        "Category \"queries\" of BIND 9 in all its time styles, also through syslog; times are "
        "local unless iso8601-utc.",
    .columns = COLUMN_TIME | COLUMN_CLIENT | COLUMN_NAME | COLUMN_TYPE | COLUMN_SERVER,
    .needs_timezone = true,
    .line = bind_line,
};
