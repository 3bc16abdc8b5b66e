#include <stdlib.h>

#include "analysis/ingest/json.h"

/* tshark -T ek: one object a line, an index line before each. tshark -T json: an array of objects,
 * indented by two blanks, which are put together again line by line; other tools indent otherwise,
 * or write an object a line. */

enum { MAX_OBJECT = 4 * 1024 * 1024 };

struct tshark {
    char *bytes; /* of the object that is open (-T json) */
    size_t n, size;
    size_t indent; /* of the brace that opened it */
    bool open, too_long;
};

static const char *const ek_keys[] = {"ip_ip_src", "ipv6_ipv6_src", "ip_ip_dst", "ipv6_ipv6_dst"};
static const char *const json_keys[] = {"ip.src", "ipv6.src", "ip.dst", "ipv6.dst"};

/* A value may be an array where a field stood several times: the first one counts. */
static const json_t *first_of(const json_t *value)
{
    return json_is_array(value) ? json_array_get(value, 0) : value;
}

static struct text string_of(const json_t *value)
{
    value = first_of(value);
    return json_is_string(value) ? text_slice(json_string_value(value), json_string_length(value))
                                 : text_slice("", 0);
}

static struct text address_of(const json_t *layers, const char *const keys[2])
{
    struct text v4 = string_of(json_object_get(first_of(json_object_get(layers, "ip")), keys[0]));
    return v4.n > 0
               ? v4
               : string_of(json_object_get(first_of(json_object_get(layers, "ipv6")), keys[1]));
}

static bool is_set(const json_t *flag)
{
    flag = first_of(flag);
    return json_is_true(flag) || text_equal(string_of(flag), "1") ||
           text_equal(string_of(flag), "True");
}

/* With -e the chosen fields stand in `layers` itself, each an array. */
static int chosen_fields(struct reader *reader, const json_t *layers, bool is_ek)
{
    static const char *const keys[][8] = {
        {"frame.time_epoch", "ip.src", "ipv6.src", "ip.dst", "ipv6.dst", "dns.qry.name",
         "dns.qry.type", "dns.flags.response"},
        {"frame_time_epoch", "ip_src", "ipv6_src", "ip_dst", "ipv6_dst", "dns_qry_name",
         "dns_qry_type", "dns_flags_response"}};
    struct text value[8];
    struct name name;
    for (size_t i = 0; i < 8; i++)
        value[i] = string_of(json_object_get(layers, keys[is_ek][i]));
    if (text_equal(value[7], "1") || text_equal(value[7], "True"))
        return reader_answer(reader);
    if (value[5].n == 0)
        return reader_other(reader);
    struct reader_query query = {.client = value[1].n > 0 ? value[1] : value[2],
                                 .server = value[3].n > 0 ? value[3] : value[4]};
    if (!timestamp_epoch(&value[0], &query.stamp) && !timestamp_iso(&value[0], &query.stamp))
        return reader_bad(reader, "the packet has no frame.time_epoch");
    if (value[6].n > 0 && !record_type_read(value[6], &query.type))
        return reader_bad(reader, "the record type is not known");
    const char *wrong =
        name_from_raw(&name, text_equal(value[5], "<Root>") ? text_of(".") : value[5]);
    query.name = &name;
    return wrong == NULL ? reader_query(reader, &query) : reader_bad(reader, wrong);
}

/* A packet without DNS, an answer, or one question. */
static int packet(struct reader *reader, const json_t *layers, bool is_ek)
{
    const json_t *dns = first_of(json_object_get(layers, "dns"));
    const json_t *frame = first_of(json_object_get(layers, "frame"));
    const char *const *keys = is_ek ? ek_keys : json_keys;
    if (dns == NULL)
        return chosen_fields(reader, layers, is_ek);
    const json_t *flags = is_ek ? dns : json_object_get(dns, "dns.flags_tree");
    if (is_set(json_object_get(flags, is_ek ? "dns_dns_flags_response" : "dns.flags.response")))
        return reader_answer(reader);
    const json_t *question = dns;
    if (!is_ek) {
        void *first = json_object_iter(json_object_get(dns, "Queries"));
        question = first != NULL ? json_object_iter_value(first) : NULL;
    }
    struct text name_text =
        string_of(json_object_get(question, is_ek ? "dns_dns_qry_name" : "dns.qry.name"));
    struct text type =
        string_of(json_object_get(question, is_ek ? "dns_dns_qry_type" : "dns.qry.type"));
    struct text time =
        string_of(json_object_get(frame, is_ek ? "frame_frame_time_epoch" : "frame.time_epoch"));
    struct reader_query query = {.client = address_of(layers, keys),
                                 .server = address_of(layers, keys + 2)};
    struct name name;
    if (question == NULL || type.n == 0)
        return reader_other(reader); /* a message without a question */
    if (!timestamp_epoch(&time, &query.stamp) && !timestamp_iso(&time, &query.stamp))
        return reader_bad(reader, "the packet has no frame.time_epoch");
    if (!record_type_read(type, &query.type))
        return reader_bad(reader, "the record type is not known");
    const char *wrong =
        name_from_raw(&name, text_equal(name_text, "<Root>") ? text_of(".") : name_text);
    query.name = &name;
    return wrong == NULL ? reader_query(reader, &query) : reader_bad(reader, wrong);
}

static int ek_line(struct reader *reader, struct text line)
{
    line = text_trim(line);
    if (line.n == 0 || text_starts(line, "{\"index\":"))
        return reader_other(reader);
    json_t *object = json_line(line);
    const json_t *layers = json_object_get(object, "layers");
    int status = !json_is_object(layers) ? reader_bad(reader, "not an object with \"layers\"")
                                         : packet(reader, layers, true);
    json_decref(object);
    return status;
}

const struct log_format format_tshark_ek = {
    .name = "tshark-ek",
    .title = "tshark -T ek",
    .summary = "Packets as JSON lines for Elasticsearch; dots inside labels are lost.",
    .columns = COLUMN_TIME | COLUMN_CLIENT | COLUMN_NAME | COLUMN_TYPE | COLUMN_SERVER,
    .line = ek_line,
};

/* --- tshark -T json --- */

static int add_line(struct reader *reader, struct tshark *self, struct text line)
{
    if (self->n + line.n + 1 > MAX_OBJECT) {
        self->too_long = true;
        return STATUS_OK;
    }
    if (self->n + line.n + 1 > self->size) {
        size_t size = (self->n + line.n + 1) * 2;
        char *bytes = realloc(self->bytes, size);
        if (bytes == NULL)
            return fail(reader->message, STATUS_RUN, "out of memory");
        self->bytes = bytes;
        self->size = size;
    }
    memcpy(self->bytes + self->n, line.at, line.n);
    self->n += line.n;
    self->bytes[self->n++] = '\n';
    return STATUS_OK;
}

static int close_object(struct reader *reader, struct tshark *self)
{
    self->open = false;
    if (self->too_long)
        return reader_bad(reader, "the packet takes more than 4 MiB of text");
    json_t *object = json_line(text_slice(self->bytes, self->n));
    const json_t *layers = json_object_get(json_object_get(object, "_source"), "layers");
    int status = !json_is_object(layers)
                     ? reader_bad(reader, "not an object with \"_source\" and \"layers\"")
                     : packet(reader, layers, false);
    json_decref(object);
    return status;
}

/* Outside an object: one begins, or stands whole in the line. */
static int outer_line(struct reader *reader, struct tshark *self, struct text bare, size_t indent)
{
    if (bare.n == 0 || text_equal(bare, "[") || text_equal(bare, "]") || text_equal(bare, ","))
        return reader_other(reader);
    if (*bare.at != '{')
        return reader_bad(reader, "expected an array of packets, as tshark -T json writes it");
    bool is_whole = bare.n > 1 && bare.at[bare.n - 1] == '}';
    self->too_long = false;
    self->n = 0;
    self->indent = indent;
    int status = add_line(reader, self, bare);
    if (status != STATUS_OK || is_whole)
        return status == STATUS_OK ? close_object(reader, self) : status;
    self->open = true;
    return reader_other(reader);
}

static int json_array_line(struct reader *reader, struct text line)
{
    struct tshark *self = reader->state;
    struct text bare = text_trim(line);
    size_t indent = bare.n > 0 ? (size_t)(bare.at - line.at) : 0;
    bool has_comma = bare.n > 1 && bare.at[bare.n - 1] == ',';
    if (has_comma)
        bare.n--;
    if (!self->open)
        return outer_line(reader, self, bare, indent);
    bool is_last = indent == self->indent && text_equal(bare, "}");
    int status = add_line(reader, self, is_last ? bare : line);
    if (status != STATUS_OK)
        return status;
    return is_last ? close_object(reader, self) : reader_other(reader);
}

static int json_end(struct reader *reader)
{
    const struct tshark *self = reader->state;
    if (self->open)
        ingest_report_note(reader->report, "%s: the last packet is cut off", reader->file);
    return STATUS_OK;
}

static void json_free(void *state)
{
    struct tshark *self = state;
    free(self->bytes);
}

const struct log_format format_tshark_json = {
    .name = "tshark-json",
    .title = "tshark -T json",
    .summary = "Packets as one JSON array; dots inside labels are lost.",
    .columns = COLUMN_TIME | COLUMN_CLIENT | COLUMN_NAME | COLUMN_TYPE | COLUMN_SERVER,
    .line = json_array_line,
    .end = json_end,
    .state_size = sizeof(struct tshark),
    .free_state = json_free,
};
