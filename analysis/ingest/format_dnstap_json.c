#include "analysis/ingest/json.h"

/* dnstap -j (golang-dnstap): an object a message; the DNS message itself is text as dig prints it.
 */

/* The question in `;; QUESTION SECTION:\n;NAME\tCLASS\t TYPE\n`. NULL on success. */
static const char *read_question(struct text message, struct name *name, uint16_t *type)
{
    static const char mark[] = ";; QUESTION SECTION:\n;";
    const char *at = message.n > 0 ? text_find(message, mark) : NULL;
    if (at == NULL)
        return "a query without question section";
    struct text rest = text_from(message, at + sizeof mark - 1);
    struct text line = text_take(&rest, '\n');
    struct text written = text_word(&line), class = text_word(&line), kind = text_word(&line);
    if (class.n == 0 || !record_type_read(kind, type))
        return "expected NAME CLASS TYPE in the question section";
    return name_from_text(name, written);
}

static int message(struct reader *reader, const json_t *object)
{
    struct text kind = json_text(object, "type");
    if (kind.n > 9 && memcmp(kind.at + kind.n - 9, "_RESPONSE", 9) == 0)
        return reader_answer(reader);
    if (kind.n <= 6 || memcmp(kind.at + kind.n - 6, "_QUERY", 6) != 0)
        return reader_bad(reader, "the message is neither a query nor a response");
    struct reader_query query = {.client = json_text(object, "query_address"),
                                 .server = json_text(object, "response_address")};
    struct name name;
    if (query.client.n == 0)
        query.client = text_of("unknown");
    if (!json_time(json_object_get(object, "query_time"), &query.stamp))
        return reader_bad(reader, "a query without query_time");
    const char *wrong = read_question(json_text(object, "query_message"), &name, &query.type);
    query.name = &name;
    return wrong == NULL ? reader_query(reader, &query) : reader_bad(reader, wrong);
}

static int dnstap_json_line(struct reader *reader, struct text line)
{
    if (line.n == 0)
        return reader_other(reader);
    json_t *object = json_line(line);
    const json_t *inner = json_object_get(object, "message");
    int status = text_equal(json_text(object, "type"), "MESSAGE") && json_is_object(inner)
                     ? message(reader, inner)
                     : reader_bad(reader, "expected {\"type\":\"MESSAGE\",\"message\":{...}}");
    json_decref(object);
    return status;
}

const struct log_format format_dnstap_json = {
    .name = "dnstap-json",
    .title = "dnstap, printed as JSON lines",
    .summary = "What dnstap -j prints; messages are not in the order of time.",
    .columns = COLUMN_TIME | COLUMN_CLIENT | COLUMN_NAME | COLUMN_TYPE | COLUMN_SERVER,
    .line = dnstap_json_line,
};
