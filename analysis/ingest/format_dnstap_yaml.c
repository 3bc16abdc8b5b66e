#include "analysis/ingest/reader.h"

/* dnstap-read -y and dnstap -y: one YAML document a message. Only the few keys that matter are
 * read, by line; the DNS message itself is printed as dig does. */

struct document {
    bool any; /* a line of it was seen */
    bool has_type, is_query;
    struct timestamp stamp;
    bool has_time;
    char client[ADDRESS_TEXT_SIZE], server[ADDRESS_TEXT_SIZE];
    bool in_question;
    bool has_question;
    struct name name;
    const char *wrong; /* first thing not understood */
    uint16_t type;
};

static struct text unquote(struct text value)
{
    value = text_trim(value);
    if (value.n >= 2 && *value.at == '"' && value.at[value.n - 1] == '"')
        return text_slice(value.at + 1, value.n - 2);
    return value;
}

static void keep_address(char to[static ADDRESS_TEXT_SIZE], struct text value)
{
    value = unquote(value);
    size_t n = value.n < ADDRESS_TEXT_SIZE - 1 ? value.n : ADDRESS_TEXT_SIZE - 1;
    memcpy(to, value.at, n);
    to[n] = '\0';
}

/* `;mail1.sender.test.  IN  A` */
static void read_question(struct document *self, struct text line)
{
    struct text written = text_word(&line), class = text_word(&line), type = text_word(&line);
    self->in_question = false;
    if (class.n == 0 || !record_type_read(text_trim(type), &self->type)) {
        self->wrong = "expected NAME CLASS TYPE in the question section";
        return;
    }
    self->wrong = name_from_text(&self->name, written);
    if (self->wrong == NULL) /* the line will be gone when the document ends */
        memmove(self->name.buffer, self->name.text.at, self->name.text.n);
    self->has_question = true;
}

static void read_time(struct document *self, struct text value)
{
    text_skip_blanks(&value);
    if (text_skip(&value, "!!timestamp"))
        text_skip_blanks(&value);
    value = unquote(value);
    self->has_time = timestamp_iso(&value, &self->stamp);
    self->stamp.has_offset = true; /* UTC */
}

static int close_document(struct reader *reader)
{
    struct document *self = reader->state;
    struct document done = *self;
    *self = (struct document){0};
    if (!done.any)
        return reader_other(reader);
    if (!done.has_type)
        return reader_bad(reader, "a document without message type");
    if (!done.is_query)
        return reader_answer(reader);
    if (done.wrong == NULL && !done.has_time)
        done.wrong = "a query without query_time";
    if (done.wrong == NULL && !done.has_question)
        done.wrong = "a query without question section";
    if (done.wrong != NULL)
        return reader_bad(reader, done.wrong);
    done.name.text.at = done.name.buffer;
    struct reader_query query = {.stamp = done.stamp,
                                 .client =
                                     text_of(done.client[0] != '\0' ? done.client : "unknown"),
                                 .server = text_of(done.server),
                                 .name = &done.name,
                                 .type = done.type};
    return reader_query(reader, &query);
}

static void read_key(struct document *self, struct text line)
{
    text_skip_blanks(&line);
    if (self->in_question && text_skip(&line, ";")) {
        read_question(self, line);
        return;
    }
    if (text_starts(line, ";; QUESTION SECTION")) {
        self->in_question = true;
        return;
    }
    struct text value = line;
    struct text key = text_take(&value, ':');
    if (text_equal(key, "type") && !text_equal(unquote(value), "MESSAGE")) {
        value = unquote(value);
        self->has_type = true;
        self->is_query = value.n > 6 && memcmp(value.at + value.n - 6, "_QUERY", 6) == 0;
    } else if (text_equal(key, "query_time")) {
        read_time(self, value);
    } else if (text_equal(key, "query_address")) {
        keep_address(self->client, value);
    } else if (text_equal(key, "response_address")) {
        keep_address(self->server, value);
    }
}

static int yaml_line(struct reader *reader, struct text line)
{
    struct document *self = reader->state;
    if (text_equal(text_trim(line), "---"))
        return close_document(reader);
    if (!self->any && !text_equal(text_trim(line), "type: MESSAGE"))
        return line.n == 0 ? reader_other(reader)
                           : reader_bad(reader, "expected \"type: MESSAGE\"");
    self->any = true;
    read_key(self, line);
    return reader_other(reader);
}

/* The last document may lack its closing line: it then ends with the file. */
static int yaml_end(struct reader *reader)
{
    const struct document *self = reader->state;
    return self->any ? close_document(reader) : STATUS_OK;
}

const struct log_format format_dnstap_yaml = {
    .name = "dnstap-yaml",
    .title = "dnstap, printed as YAML",
    .summary = "What dnstap-read -y prints; messages are not in the order of time.",
    .columns = COLUMN_TIME | COLUMN_CLIENT | COLUMN_NAME | COLUMN_TYPE | COLUMN_SERVER,
    .line = yaml_line,
    .end = yaml_end,
    .state_size = sizeof(struct document),
};
