#include "analysis/ingest/table.h"

#include <stdio.h>

/* Column names in use: our own, of tshark, of Zeek, and those that people write by hand. */
static const struct {
    const char *name;
    enum table_role role;
} known_columns[] = {
    {"time", ROLE_TIME},
    {"timestamp", ROLE_TIME},
    {"ts", ROLE_TIME},
    {"date", ROLE_DATE},
    {"datetime", ROLE_TIME},
    {"frame.time_epoch", ROLE_TIME},
    {"frame.time", ROLE_TIME},
    {"frame.time_utc", ROLE_TIME},
    {"client", ROLE_CLIENT},
    {"client_ip", ROLE_CLIENT},
    {"src", ROLE_CLIENT},
    {"source", ROLE_CLIENT},
    {"address", ROLE_CLIENT},
    {"ip", ROLE_CLIENT},
    {"ip.src", ROLE_CLIENT},
    {"ipv6.src", ROLE_CLIENT},
    {"id.orig_h", ROLE_CLIENT},
    {"name", ROLE_NAME},
    {"qname", ROLE_NAME},
    {"query", ROLE_NAME},
    {"rrname", ROLE_NAME},
    {"domain", ROLE_NAME},
    {"query_name", ROLE_NAME},
    {"question", ROLE_NAME},
    {"dns.qry.name", ROLE_NAME},
    {"type", ROLE_TYPE},
    {"qtype", ROLE_TYPE},
    {"rrtype", ROLE_TYPE},
    {"qtype_name", ROLE_TYPE},
    {"dns.qry.type", ROLE_TYPE},
    {"server", ROLE_SERVER},
    {"dst", ROLE_SERVER},
    {"ip.dst", ROLE_SERVER},
    {"ipv6.dst", ROLE_SERVER},
    {"id.resp_h", ROLE_SERVER},
    {"@timestamp", ROLE_TIME},
    {"_time", ROLE_TIME},
    {"event_time", ROLE_TIME},
    {"time_utc", ROLE_TIME},
    {"time stamp", ROLE_TIME},
    {"date/time", ROLE_TIME},
    {"date time", ROLE_TIME},
    {"eventtime", ROLE_TIME},
    {"query_timestamp", ROLE_TIME},
    {"client ip", ROLE_CLIENT},
    {"client address", ROLE_CLIENT},
    {"clientip", ROLE_CLIENT},
    {"source_ip", ROLE_CLIENT},
    {"source address", ROLE_CLIENT},
    {"src ip", ROLE_CLIENT},
    {"srcip", ROLE_CLIENT},
    {"srcaddr", ROLE_CLIENT},
    {"internal ip", ROLE_CLIENT},
    {"client_address", ROLE_CLIENT},
    {"src_ip", ROLE_CLIENT},
    {"source ip", ROLE_CLIENT},
    {"query name", ROLE_NAME},
    {"queryname", ROLE_NAME},
    {"question name", ROLE_NAME},
    {"domain name", ROLE_NAME},
    {"domain_name", ROLE_NAME},
    {"fqdn", ROLE_NAME},
    {"query_type", ROLE_TYPE},
    {"query type", ROLE_TYPE},
    {"querytype", ROLE_TYPE},
    {"question type", ROLE_TYPE},
    {"record_type", ROLE_TYPE},
    {"record type", ROLE_TYPE},
    {"dest_ip", ROLE_SERVER},
    {"destination", ROLE_SERVER},
    {"destination ip", ROLE_SERVER},
    {"dest ip", ROLE_SERVER},
    {"dstip", ROLE_SERVER},
    {"server ip", ROLE_SERVER},
    {"flags", ROLE_FLAGS},
    {"response", ROLE_RESPONSE},
    {"dns.flags.response", ROLE_RESPONSE},
};

enum { N_KNOWN = sizeof known_columns / sizeof known_columns[0] };

static enum table_role role_of(struct text column)
{
    for (size_t i = 0; i < N_KNOWN; i++)
        if (text_equal_nocase(column, known_columns[i].name))
            return known_columns[i].role;
    return ROLE_NONE;
}

static bool has_role(const struct table *self, enum table_role role)
{
    for (size_t i = 0; i < self->n_roles; i++)
        if (self->role[i] == role)
            return true;
    return false;
}

static bool roles_suffice(const struct table *self)
{
    return has_role(self, ROLE_TIME) && (has_role(self, ROLE_CLIENT) || has_role(self, ROLE_NAME));
}

/* A day alone may hold the whole time. */
static void settle_date(struct table *self)
{
    if (has_role(self, ROLE_TIME))
        return;
    for (size_t i = 0; i < self->n_roles; i++)
        if (self->role[i] == ROLE_DATE)
            self->role[i] = ROLE_TIME;
}

unsigned table_columns(const struct table *self)
{
    unsigned columns = 0;
    columns |= has_role(self, ROLE_TIME) ? COLUMN_TIME : 0u;
    columns |= has_role(self, ROLE_CLIENT) ? COLUMN_CLIENT : 0u;
    columns |= has_role(self, ROLE_NAME) ? COLUMN_NAME : 0u;
    columns |= has_role(self, ROLE_TYPE) ? COLUMN_TYPE : 0u;
    columns |= has_role(self, ROLE_SERVER) ? COLUMN_SERVER : 0u;
    return columns;
}

/* One item of the list, `client` or `client=3`; `next` is its place where it has no number. */
static bool add_item(struct table *self, struct text item, size_t next)
{
    struct text number = item;
    struct text column = text_trim(text_take(&number, '='));
    uint64_t place = next + 1;
    if (number.n > 0 && (!text_number(text_trim(number), TABLE_MAX_FIELDS, &place) || place == 0))
        return false;
    if (place > TABLE_MAX_FIELDS)
        return false;
    enum table_role role = role_of(column);
    if (role == ROLE_NONE && column.n > 0 && !text_equal(column, "-"))
        return false;
    self->role[place - 1] = role;
    if (place > self->n_roles)
        self->n_roles = (size_t)place;
    return true;
}

int table_roles_from_list(struct table *self, const char *list, struct message *message)
{
    struct text rest = text_of(list);
    memset(self->role, 0, sizeof self->role);
    self->n_roles = 0;
    for (size_t i = 0; rest.n > 0; i++) {
        struct text item = text_take(&rest, ',');
        if (!add_item(self, item, i))
            return fail(
                message, STATUS_INPUT,
                "columns \"%s\": \"%.*s\" is not a column; expected time, client, name, type, "
                "server, flags, response, or - to pass over one, or time=1,client=3",
                list, (int)(item.n < 60 ? item.n : 60), item.at);
    }
    settle_date(self);
    if (!roles_suffice(self))
        return fail(message, STATUS_INPUT,
                    "columns \"%s\": expected a time, and a client or a name", list);
    self->has_roles = self->given_roles = true;
    return STATUS_OK;
}

bool table_roles_from_header(struct table *self)
{
    bool tshark = false;
    for (size_t i = 0; i < self->n_fields; i++) {
        self->role[i] = role_of(text_trim(self->field[i]));
        tshark = tshark || text_equal(text_trim(self->field[i]), "dns.qry.name");
    }
    self->n_roles = self->n_fields;
    settle_date(self);
    self->has_roles = roles_suffice(self);
    self->raw_names = tshark;
    return self->has_roles;
}

/* Around quotes; a tab may be the separator. */
static void skip_spaces(struct text *rest)
{
    while (rest->n > 0 && *rest->at == ' ')
        *rest = text_slice(rest->at + 1, rest->n - 1);
}

/* Takes a field that starts with a double quote off the front. */
static const char *take_quoted(struct table *self, struct text *rest, struct text *field)
{
    const char *at = rest->at + 1, *end = rest->at + rest->n;
    const char *close = at;
    bool doubled = false;
    while (close < end && (*close != '"' || (close + 1 < end && close[1] == '"'))) {
        doubled = doubled || *close == '"';
        close += *close == '"' ? 2 : 1;
    }
    if (close >= end)
        return "a quoted field is not closed on its line";
    *field = text_slice(at, (size_t)(close - at));
    *rest = text_from(*rest, close + 1);
    skip_spaces(rest);
    if (rest->n > 0 && *rest->at != self->separator)
        return "text stands behind a quoted field";
    if (!doubled)
        return NULL;
    if (field->n > TABLE_FIELD_SIZE - self->unquoted_used)
        return "the quoted fields are too long";
    char *out = self->unquoted + self->unquoted_used;
    size_t n = 0;
    for (size_t i = 0; i < field->n; i++) {
        out[n++] = field->at[i];
        i += field->at[i] == '"';
    }
    self->unquoted_used += n;
    *field = text_slice(out, n);
    return NULL;
}

const char *table_split(struct table *self, struct text line)
{
    self->n_fields = 0;
    self->unquoted_used = 0;
    for (bool more = true; more;) {
        if (self->n_fields == TABLE_MAX_FIELDS)
            return "the row has more than 64 fields";
        struct text *field = &self->field[self->n_fields++], quoted = line;
        skip_spaces(&quoted);
        if (self->has_quotes && quoted.n > 0 && *quoted.at == '"') {
            line = quoted;
            const char *wrong = take_quoted(self, &line, field);
            if (wrong != NULL)
                return wrong;
            more = line.n > 0;
            if (more)
                line = text_slice(line.at + 1, line.n - 1);
        } else {
            size_t before = line.n;
            *field = text_take(&line, self->separator);
            more = field->n < before;
        }
    }
    return NULL;
}

/* `Nov 21, 2026 19:24:17.977705000 CET`, tshark's frame.time. Letters of a zone other than UTC say
 * too little: the time is then local. */
static bool read_frame_time(struct text field, struct timestamp *stamp)
{
    char plain[64];
    size_t n = 0;
    for (size_t i = 0; i < field.n && n < sizeof plain; i++)
        if (field.at[i] != ',' || i > 6)
            plain[n++] = field.at[i];
    struct text rest = text_slice(plain, n);
    return field.n < sizeof plain && memchr(field.at, ',', field.n) != NULL &&
           timestamp_syslog(&rest, stamp) && stamp->year != 0 &&
           (rest.n == 0 || text_starts(rest, " "));
}

static const char *read_time(struct text field, struct timestamp *stamp)
{
    field = text_trim(field);
    bool utc = field.n > 4 && text_equal(text_slice(field.at + field.n - 4, 4), " UTC");
    field.n -= utc ? 4 : 0;
    if (read_frame_time(field, stamp)) {
        stamp->has_offset = utc;
        return NULL;
    }
    if (!timestamp_iso(&field, stamp) && !timestamp_dotted(&field, stamp) &&
        !timestamp_epoch_any(&field, stamp) && !timestamp_bind(&field, stamp))
        return "the time is not understood; expected 2016-07-20T10:55:33Z or seconds since 1970";
    stamp->has_offset = stamp->has_offset || utc;
    return field.n == 0 ? NULL : "text stands behind the time";
}

/* A time, or the time of day that belongs to a day. */
static const char *read_time_and_date(const struct text value[N_ROLES], struct timestamp *stamp)
{
    char both[80];
    const char *wrong = read_time(value[ROLE_TIME], stamp);
    struct text day = text_trim(value[ROLE_DATE]), time = text_trim(value[ROLE_TIME]);
    if (wrong == NULL || day.n == 0 || day.n + time.n + 2 > sizeof both)
        return wrong;
    int n = snprintf(both, sizeof both, "%.*s %.*s", (int)day.n, day.at, (int)time.n, time.at);
    return read_time(text_slice(both, (size_t)n), stamp);
}

/* `A`, `1`, or as Cisco Umbrella writes it, `1 (A)`. */
static bool read_type(struct text field, uint16_t *type)
{
    struct text rest = field;
    struct text word = text_word(&rest);
    return record_type_read(field, type) ||
           (text_starts(text_trim(rest), "(") && record_type_read(word, type));
}

/* Our own tables write odd bytes of clients and servers as \DDD. */
static struct text unescape(struct text field, char buffer[static CLIENT_MAX])
{
    if (memchr(field.at, '\\', field.n) == NULL || field.n > 4 * CLIENT_MAX)
        return field;
    size_t n = 0;
    for (size_t i = 0; i < field.n && n < CLIENT_MAX; n++) {
        struct text code = text_slice(field.at + i + 1, field.n - i - 1);
        int value;
        if (field.at[i] == '\\' && text_digits(&code, 3, &value) && value < 256) {
            buffer[n] = (char)value;
            i += 4;
        } else {
            buffer[n] = field.at[i++];
        }
    }
    return text_slice(buffer, n);
}

static bool is_true(struct text field)
{
    return text_equal(field, "1") || text_equal_nocase(field, "true") ||
           text_equal_nocase(field, "yes");
}

static uint32_t read_flags(struct text field)
{
    uint32_t flags = 0;
    while (field.n > 0) {
        struct text flag = text_take(&field, '+');
        flags |= text_equal(flag, "lossy-name") ? QUERY_LOSSY_NAME : 0u;
        flags |= text_equal(flag, "inserted") ? QUERY_INSERTED : 0u;
    }
    return flags;
}

static const char *read_name(const struct table *self, struct text field, struct name *name)
{
    if (text_equal(field, "<Root>")) /* as tshark writes it */
        field = text_of(".");
    return self->raw_names ? name_from_raw(name, field) : name_from_text(name, field);
}

static const char *read_row(const struct table *self, const struct text value[N_ROLES],
                            struct name *name, struct reader_query *query)
{
    const char *wrong = read_time_and_date(value, &query->stamp);
    if (wrong == NULL)
        wrong = has_role(self, ROLE_NAME) ? read_name(self, value[ROLE_NAME], name)
                                          : name_from_text(name, text_of("."));
    if (wrong != NULL)
        return wrong;
    struct text type = text_trim(value[ROLE_TYPE]);
    if (type.n > 0 && !read_type(type, &query->type))
        return "the record type is not known";
    query->name = name;
    query->flags = read_flags(value[ROLE_FLAGS]);
    return NULL;
}

/* Rows of tables from tshark that hold no DNS have nothing in these columns. */
static bool is_empty_row(const struct table *self, const struct text value[N_ROLES])
{
    return self->raw_names && self->n_fields > 1 &&
           value[ROLE_NAME].n + value[ROLE_TYPE].n + value[ROLE_RESPONSE].n == 0;
}

int table_row(struct table *self, struct reader *reader)
{
    struct text value[N_ROLES];
    for (size_t i = 0; i < N_ROLES; i++)
        value[i] = text_slice("", 0);
    for (size_t i = 0; i < self->n_fields && i < self->n_roles; i++)
        if (value[self->role[i]].n == 0)
            value[self->role[i]] = self->field[i];
    bool is_first = !self->has_rows;
    self->has_rows = true;
    if (is_empty_row(self, value))
        return reader_other(reader);
    char client[CLIENT_MAX], server[CLIENT_MAX];
    struct name name;
    struct reader_query query = {0};
    const char *wrong = read_row(self, value, &name, &query);
    bool is_header = self->given_roles && is_first;
    if (wrong != NULL)
        return is_header ? reader_other(reader) : reader_bad(reader, wrong);
    if (is_true(text_trim(value[ROLE_RESPONSE])))
        return reader_answer(reader);
    query.client = has_role(self, ROLE_CLIENT) ? unescape(text_trim(value[ROLE_CLIENT]), client)
                                               : text_of("unknown");
    query.server = unescape(text_trim(value[ROLE_SERVER]), server);
    return reader_query(reader, &query);
}
