#include "analysis/ingest/wrapper_json.h"

/* The journal of systemd (https://systemd.io/JOURNAL_EXPORT_FORMATS): -o json, an object an entry,
 * and -o export, a line a field with an empty line behind each entry. Only a few of the fields
 * matter. */

enum field { FIELD_MESSAGE, FIELD_TIME, FIELD_HOST, FIELD_PROGRAM, FIELD_PROCESS, N_FIELDS };

/* The first that an entry has. */
static const char *const names[N_FIELDS][3] = {
    [FIELD_MESSAGE] = {"MESSAGE"},
    [FIELD_TIME] = {"__REALTIME_TIMESTAMP", "_SOURCE_REALTIME_TIMESTAMP"},
    [FIELD_HOST] = {"_HOSTNAME"},
    [FIELD_PROGRAM] = {"SYSLOG_IDENTIFIER", "_COMM"},
    [FIELD_PROCESS] = {"SYSLOG_PID", "_PID"},
};
enum { NAMES = 3 };

/* Microseconds since 1970. */
static void write_time(struct text digits, char time[static 40])
{
    uint64_t us;
    if (text_number(digits, UINT64_C(7258118400000000), &us)) /* 2200-01-01 */
        timestamp_write((time_us)us, 6, time);
}

/* --- JSON --- */

struct journal {
    void *object;
    char *bytes; /* of a message that is no text: the journal writes those as numbers */
};

static struct text message_of_numbers(struct journal *self, const json_t *array)
{
    size_t n = json_array_size(array), i;
    json_t *value;
    free(self->bytes);
    self->bytes = malloc(n + 1);
    if (self->bytes == NULL)
        return text_slice("", 0);
    json_array_foreach(array, i, value)
    {
        self->bytes[i] = (char)json_integer_value(value);
    }
    return text_slice(self->bytes, n);
}

static struct text field_of(const json_t *entry, enum field field)
{
    for (int i = 0; i < NAMES && names[field][i] != NULL; i++) {
        struct text text = json_text(entry, names[field][i]);
        if (text.n > 0)
            return text;
    }
    return text_slice("", 0);
}

static enum wrapped journal_json_open(void **state, struct text line, struct wrapped_line *inside)
{
    if (*state == NULL && (*state = calloc(1, sizeof(struct journal))) == NULL)
        return WRAPPED_NO_MEMORY;
    struct journal *self = *state;
    const json_t *entry = wrapper_object(&self->object, line);
    const json_t *message = json_object_get(entry, "MESSAGE");
    if (json_object_get(entry, "__REALTIME_TIMESTAMP") == NULL)
        return WRAPPED_NOT;
    inside->message =
        json_is_array(message) ? message_of_numbers(self, message) : field_of(entry, FIELD_MESSAGE);
    write_time(field_of(entry, FIELD_TIME), inside->time);
    inside->host = field_of(entry, FIELD_HOST);
    inside->program = field_of(entry, FIELD_PROGRAM);
    inside->process = field_of(entry, FIELD_PROCESS);
    return WRAPPED_LINE;
}

static void journal_json_close(void *state)
{
    struct journal *self = state;
    wrapper_object_free(self->object);
    free(self->bytes);
    free(self);
}

const struct log_wrapper wrapper_journal_json = {
    .name = "journal-json",
    .title = "the journal of systemd, journalctl -o json",
    .expected = "not an entry of the journal: expected {\"__REALTIME_TIMESTAMP\":\"...\",...}",
    .has_time_of_writing = true,
    .open = journal_json_open,
    .close = journal_json_close,
};

/* --- export --- */

enum { VALUE_MAX = 8192, NAME_MAX_BYTES = 64, LENGTH_BYTES = 8 };

/* A field with bytes that are no text is its name alone in a line, then the length in eight bytes,
 * the bytes, and a newline. */
enum stage {
    IN_TEXT,
    IN_LENGTH,
    IN_BYTES,
    IN_LONG_BYTES /* of no message of a program: up to the next field they are passed over */
};

struct bytes_field {
    enum stage stage;
    char name[NAME_MAX_BYTES];
    size_t name_length;
    uint64_t length;
    size_t n_length, n; /* bytes of the length and of the value so far */
    char value[VALUE_MAX];
};

struct entry {
    char value[N_FIELDS][VALUE_MAX];
    size_t length[N_FIELDS];
    int rank[N_FIELDS]; /* of the name that the value came from, from 1; 0: none yet */
    bool has_fields;
    struct bytes_field bytes;
};

static void keep(struct entry *self, struct text name, struct text value)
{
    for (int field = 0; field < N_FIELDS; field++)
        for (int i = 0; i < NAMES && names[field][i] != NULL; i++) {
            bool is_better = self->rank[field] == 0 || i + 1 < self->rank[field];
            if (!text_equal(name, names[field][i]) || !is_better)
                continue;
            self->rank[field] = i + 1;
            self->length[field] = value.n < VALUE_MAX ? value.n : VALUE_MAX;
            memcpy(self->value[field], value.at, self->length[field]);
        }
}

static bool is_field_name(struct text name)
{
    for (size_t i = 0; i < name.n; i++)
        if (!(name.at[i] >= 'A' && name.at[i] <= 'Z') &&
            !(name.at[i] >= '0' && name.at[i] <= '9') && name.at[i] != '_')
            return false;
    return name.n > 0;
}

static struct text value_of(const struct entry *self, enum field field)
{
    return text_slice(self->value[field], self->rank[field] > 0 ? self->length[field] : 0);
}

static enum wrapped end_of_entry(struct entry *self, struct wrapped_line *inside)
{
    if (!self->has_fields)
        return WRAPPED_PART;
    inside->message = value_of(self, FIELD_MESSAGE);
    write_time(value_of(self, FIELD_TIME), inside->time);
    inside->host = value_of(self, FIELD_HOST);
    inside->program = value_of(self, FIELD_PROGRAM);
    inside->process = value_of(self, FIELD_PROCESS);
    memset(self->rank, 0, sizeof self->rank);
    self->has_fields = false;
    self->bytes.stage = IN_TEXT;
    return WRAPPED_LINE;
}

/* The empty line behind the last entry may be missing. */
static enum wrapped journal_export_end(void *state, struct wrapped_line *inside)
{
    struct entry *self = state;
    bool is_cut = self->bytes.stage == IN_LENGTH || self->bytes.stage == IN_BYTES;
    return is_cut ? WRAPPED_NOT : end_of_entry(self, inside);
}

static void start_bytes(struct bytes_field *self, struct text name)
{
    self->stage = IN_LENGTH;
    self->name_length = name.n < NAME_MAX_BYTES ? name.n : NAME_MAX_BYTES;
    memcpy(self->name, name.at, self->name_length);
    self->length = self->n_length = self->n = 0;
}

/* False where the value goes on behind its length, or a message is too long. */
static bool take_byte(struct entry *entry, char byte)
{
    struct bytes_field *self = &entry->bytes;
    if (self->stage == IN_LENGTH) {
        self->length |= (uint64_t)(unsigned char)byte << 8 * self->n_length++;
        if (self->n_length < LENGTH_BYTES)
            return true;
        self->stage = self->length <= VALUE_MAX ? IN_BYTES : IN_LONG_BYTES;
        return self->stage == IN_BYTES ||
               !text_equal(text_slice(self->name, self->name_length), "MESSAGE");
    }
    if (self->stage == IN_BYTES && self->n < self->length) {
        self->value[self->n++] = byte;
        return true;
    }
    if (self->stage == IN_BYTES && byte == '\n') {
        keep(entry, text_slice(self->name, self->name_length), text_slice(self->value, self->n));
        self->stage = IN_TEXT;
        return true;
    }
    return self->stage == IN_LONG_BYTES;
}

/* A line of such a field: the newline behind it may be part of the length or the value. */
static enum wrapped take_bytes(struct entry *self, struct text line)
{
    for (size_t i = 0; i <= line.n; i++)
        if (!take_byte(self, i < line.n ? line.at[i] : '\n')) {
            if (self->bytes.stage == IN_BYTES)
                self->bytes.stage = IN_TEXT;
            return WRAPPED_NOT;
        }
    return WRAPPED_PART;
}

static enum wrapped journal_export_open(void **state, struct text line, struct wrapped_line *inside)
{
    if (*state == NULL && (*state = calloc(1, sizeof(struct entry))) == NULL)
        return WRAPPED_NO_MEMORY;
    struct entry *self = *state;
    if (self->bytes.stage == IN_LENGTH || self->bytes.stage == IN_BYTES)
        return take_bytes(self, line);
    if (text_trim(line).n == 0)
        return end_of_entry(self, inside);
    struct text value = line;
    struct text name = text_take(&value, '=');
    bool has_value = name.n < line.n;
    if (!is_field_name(name))
        return self->bytes.stage == IN_LONG_BYTES ? WRAPPED_PART : WRAPPED_NOT;
    self->bytes.stage = IN_TEXT;
    self->has_fields = true;
    if (has_value)
        keep(self, name, value);
    else
        start_bytes(&self->bytes, name);
    return WRAPPED_PART;
}

const struct log_wrapper wrapper_journal_export = {
    .name = "journal-export",
    .title = "the journal of systemd, journalctl -o export",
    .expected = "not a field of the journal: expected NAME=VALUE",
    .has_time_of_writing = true,
    .open = journal_export_open,
    .end = journal_export_end,
    .close = free,
};
