#include "analysis/ingest/reader.h"

/* Zeek, dns.log in the ASCII writer's form. The columns differ between versions: #fields names
 * them. */

/* Each byte of a name takes up to four characters in Zeek's escapes. */
enum { MAX_FIELDS = 128, UNESCAPE_SIZE = 4 * NAME_TEXT_SIZE };

enum zeek_column {
    Z_NONE,
    Z_TS,
    Z_CLIENT,
    Z_SERVER,
    Z_QUERY,
    Z_QTYPE,
    Z_QTYPE_NAME,
    Z_RCODE,
    Z_OPCODE,
    Z_NAME_TEXT, /* of our own writer */
    Z_COLUMNS
};

struct zeek {
    char separator;
    uint8_t column[MAX_FIELDS]; /* enum zeek_column */
    size_t n;
    char unset[16];
    char empty[16];
};

static int zeek_start(struct reader *reader)
{
    struct zeek *self = reader->state;
    self->separator = '\t';
    strcpy(self->unset, "-");
    strcpy(self->empty, "(empty)");
    return STATUS_OK;
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* Undoes `\x09`; a backslash before anything else stands for itself. */
static struct text unescape(struct text field, char buffer[static UNESCAPE_SIZE])
{
    if (field.n == 0 || memchr(field.at, '\\', field.n) == NULL || field.n > UNESCAPE_SIZE)
        return field;
    size_t n = 0;
    for (size_t i = 0; i < field.n; n++) {
        const char *c = field.at + i;
        bool escape = i + 3 < field.n && c[0] == '\\' && c[1] == 'x' && hex_digit(c[2]) >= 0 &&
                      hex_digit(c[3]) >= 0;
        buffer[n] = escape ? (char)(hex_digit(c[2]) * 16 + hex_digit(c[3])) : *c;
        i += escape ? 4 : 1;
    }
    return text_slice(buffer, n);
}

static void read_fields(struct zeek *self, struct text rest)
{
    static const struct {
        const char *name;
        enum zeek_column column;
    } known[] = {
        {"ts", Z_TS},       {"id.orig_h", Z_CLIENT},    {"id.resp_h", Z_SERVER},
        {"query", Z_QUERY}, {"qtype", Z_QTYPE},         {"qtype_name", Z_QTYPE_NAME},
        {"rcode", Z_RCODE}, {"name_text", Z_NAME_TEXT}, {"opcode", Z_OPCODE},
    };
    memset(self->column, 0, sizeof self->column);
    self->n = 0;
    while (rest.n > 0 && self->n < MAX_FIELDS) {
        struct text field = text_take(&rest, self->separator);
        for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
            if (text_equal(field, known[i].name))
                self->column[self->n] = (uint8_t)known[i].column;
        self->n++;
    }
}

/* Rows without a #fields line, as grep and the like leave them: the columns of Zeek 2.6 to 7, told
 * by their number and the protocol; older versions have no rtt. */
static void guess_fields(struct reader *reader, struct zeek *self, struct text line)
{
    static const char with_rtt[] = "ts,uid,id.orig_h,id.orig_p,id.resp_h,id.resp_p,proto,trans_id,"
                                   "rtt,query,qclass,qclass_name,qtype,qtype_name,rcode,rcode_name,"
                                   "AA,TC,RD,RA,Z,answers,TTLs,rejected";
    static const char without_rtt[] =
        "ts,uid,id.orig_h,id.orig_p,id.resp_h,id.resp_p,proto,trans_id,query,qclass,qclass_name,"
        "qtype,qtype_name,rcode,rcode_name,AA,TC,RD,RA,Z,answers,TTLs,rejected";
    enum { WITH_RTT = 24, PROTOCOL = 6 };
    struct text protocol = line;
    size_t n = 1;
    for (size_t i = 0; i < line.n; i++)
        n += line.at[i] == '\t';
    for (int i = 0; i < PROTOCOL; i++)
        text_take(&protocol, '\t');
    if ((n != WITH_RTT && n != WITH_RTT - 1) ||
        !(text_starts(protocol, "udp\t") || text_starts(protocol, "tcp\t")))
        return;
    self->separator = ',';
    read_fields(self, text_of(n == WITH_RTT ? with_rtt : without_rtt));
    self->separator = '\t';
    ingest_report_note(
        reader->report,
        "%s: no #fields line names its columns; they were taken for those of Zeek %s", reader->file,
        n == WITH_RTT ? "2.6 to 7" : "before 2.6");
}

static void copy_setting(char setting[static 16], struct text value)
{
    size_t n = value.n < 15 ? value.n : 15;
    memcpy(setting, value.at, n);
    setting[n] = '\0';
}

static int directive(struct reader *reader, struct text line)
{
    struct zeek *self = reader->state;
    char buffer[UNESCAPE_SIZE];
    if (text_skip(&line, "#separator ")) {
        struct text value = unescape(line, buffer);
        if (value.n == 1)
            self->separator = *value.at;
        return reader_other(reader);
    }
    char between[2] = {self->separator, '\0'};
    if (text_skip(&line, "#fields") && text_skip(&line, between))
        read_fields(self, line);
    else if (text_skip(&line, "#unset_field") && text_skip(&line, between))
        copy_setting(self->unset, line);
    else if (text_skip(&line, "#empty_field") && text_skip(&line, between))
        copy_setting(self->empty, line);
    return reader_other(reader);
}

static int row(struct reader *reader, const struct zeek *self, const struct text value[Z_COLUMNS])
{
    struct reader_query query = {.client = value[Z_CLIENT], .server = value[Z_SERVER]};
    struct text time = value[Z_TS];
    char buffer[UNESCAPE_SIZE];
    struct name name;
    if ((!timestamp_epoch(&time, &query.stamp) && !timestamp_iso(&time, &query.stamp)) ||
        time.n > 0)
        return reader_bad(reader, "ts is no time (masked?)");
    if (!text_equal(value[Z_OPCODE], self->unset) && !text_equal(value[Z_OPCODE], "0"))
        return reader_other(reader); /* notify, update */
    bool has_type =
        !text_equal(value[Z_QTYPE], self->unset) || !text_equal(value[Z_QTYPE_NAME], self->unset);
    if (text_equal(value[Z_QUERY], self->unset) || !has_type)
        /* A reply whose question was not seen, or seen in the row before. */
        return text_equal(value[Z_RCODE], self->unset) ? reader_other(reader)
                                                       : reader_answer(reader);
    if (!record_type_read(value[Z_QTYPE], &query.type) &&
        !record_type_read(value[Z_QTYPE_NAME], &query.type))
        return reader_bad(reader, "the record type is not known");
    if (text_equal(query.server, self->unset))
        query.server = text_slice("", 0);
    const char *wrong;
    if (!text_equal(value[Z_NAME_TEXT], self->unset))
        wrong = name_from_text(&name, unescape(value[Z_NAME_TEXT], buffer));
    else if (text_equal(value[Z_QUERY], self->empty))
        wrong = name_from_text(&name, text_of("."));
    else
        wrong = name_from_raw(&name, unescape(value[Z_QUERY], buffer));
    query.name = &name;
    return wrong == NULL ? reader_query(reader, &query) : reader_bad(reader, wrong);
}

static int zeek_line(struct reader *reader, struct text line)
{
    struct zeek *self = reader->state;
    if (line.n == 0)
        return reader_other(reader);
    if (*line.at == '#')
        return directive(reader, line);
    if (self->n == 0)
        guess_fields(reader, self, line);
    if (self->n == 0)
        return reader_bad(reader, "a row before any #fields line");
    struct text value[Z_COLUMNS];
    for (size_t i = 0; i < Z_COLUMNS; i++)
        value[i] = text_of(self->unset);
    size_t n = 0;
    for (struct text rest = line; n < self->n && (rest.n > 0 || n == 0); n++)
        value[self->column[n]] = text_take(&rest, self->separator);
    if (n < self->n)
        return reader_bad(reader, "fewer fields than #fields names");
    if (value[Z_CLIENT].n == 0 || value[Z_QUERY].n == 0)
        return reader_bad(reader, "no client or query; is this a dns.log?");
    return row(reader, self, value);
}

const struct log_format format_zeek = {
    .name = "zeek",
    .title = "Zeek dns.log, tab-separated",
    .summary = "One row per transaction as Zeek saw it: retransmissions may be merged, names are "
               "usually in lower case.",
    .columns = COLUMN_TIME | COLUMN_CLIENT | COLUMN_NAME | COLUMN_TYPE | COLUMN_SERVER,
    .line = zeek_line,
    .start = zeek_start,
    .state_size = sizeof(struct zeek),
};
