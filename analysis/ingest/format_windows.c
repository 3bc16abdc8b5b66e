#include "analysis/ingest/reader.h"

/* Windows DNS server, debug log. The date is written in the server's locale: day and month are told
 * apart by the numbers in the file or by the user, never guessed silently. */

enum date_order { ORDER_UNKNOWN, ORDER_DMY, ORDER_MDY };

struct windows {
    enum date_order order;
    bool guessed;
};

/* The parts of a date before their order is known. */
struct date {
    int part[3];
    bool year_first;
    char between;
};

static bool take_part(struct text *rest, int *value)
{
    size_t n = 0;
    while (n < rest->n && n < 4 && rest->at[n] >= '0' && rest->at[n] <= '9')
        n++;
    return n > 0 && text_digits(rest, n, value);
}

static bool take_date(struct text *rest, struct date *date)
{
    struct text at = *rest;
    if (!take_part(&at, &date->part[0]) || at.n == 0 || strchr("/.-", *at.at) == NULL ||
        *at.at == '\0')
        return false;
    date->between = *at.at;
    char between[2] = {date->between, '\0'};
    if (!text_skip(&at, between) || !take_part(&at, &date->part[1]) || !text_skip(&at, between) ||
        !take_part(&at, &date->part[2]))
        return false;
    date->year_first = date->part[0] > 31;
    *rest = at;
    return date->year_first || date->part[2] > 31;
}

/* `10:00:32 AM` or `19:00:35` as seconds of the day. */
static bool take_time(struct text *rest, int *second_of_day, bool *half_days)
{
    int hour, minute, second;
    text_skip_blanks(rest);
    if (!take_part(rest, &hour) || !text_skip(rest, ":") || !text_digits(rest, 2, &minute) ||
        !text_skip(rest, ":") || !text_digits(rest, 2, &second))
        return false;
    struct text at = *rest;
    struct text mark = text_word(&at);
    bool pm = text_equal_nocase(mark, "PM"), am = text_equal_nocase(mark, "AM");
    *half_days = am || pm;
    if (*half_days) {
        *rest = at;
        if (hour < 1 || hour > 12)
            return false;
        hour = hour % 12 + (pm ? 12 : 0);
    }
    *second_of_day = hour * 3600 + minute * 60 + second;
    return hour < 24 && minute < 60 && second < 61;
}

/* What one date says about the order. */
static enum date_order order_of(const struct date *date)
{
    if (date->between == '.' || date->part[0] > 12)
        return ORDER_DMY;
    return date->part[1] > 12 ? ORDER_MDY : ORDER_UNKNOWN;
}

/* Looks through the first bytes for a date that tells day from month. */
static int windows_start(struct reader *reader)
{
    struct windows *self = reader->state;
    if (reader->is_trial) {
        self->order = ORDER_MDY;
        return STATUS_OK;
    }
    struct text first = input_peek(reader->input);
    bool half_days = false, any = false;
    while (first.n > 0 && self->order == ORDER_UNKNOWN) {
        struct text line = text_take(&first, '\n');
        struct date date;
        int second;
        if (!take_date(&line, &date) || date.year_first)
            continue;
        any = true;
        self->order = order_of(&date);
        take_time(&line, &second, &half_days);
    }
    if (any && self->order == ORDER_UNKNOWN && half_days) {
        self->order = ORDER_MDY;
        ingest_report_note(
            reader->report,
            "%s: its dates may be day/month or month/day; month/day was taken, as usual with "
            "AM and PM",
            reader->file);
    }
    return STATUS_OK;
}

static const char *read_stamp(struct windows *self, struct text *rest, struct timestamp *stamp)
{
    struct date date;
    bool half_days;
    *stamp = (struct timestamp){0};
    if (!take_date(rest, &date) || !take_time(rest, &stamp->second_of_day, &half_days))
        return "the line does not start with a date and time";
    if (self->order == ORDER_UNKNOWN)
        self->order = date.year_first ? ORDER_UNKNOWN : order_of(&date);
    if (!date.year_first && self->order == ORDER_UNKNOWN)
        return "the date may be day/month or month/day, and no date of the file tells: rewrite it "
               "as "
               "YYYY-MM-DD";
    bool mdy = date.year_first || self->order == ORDER_MDY;
    stamp->year = date.part[date.year_first ? 0 : 2];
    stamp->month = date.part[date.year_first ? 1 : mdy ? 0 : 1];
    stamp->day = date.part[date.year_first ? 2 : mdy ? 1 : 0];
    if (stamp->year < 1990 || stamp->year > 2199 ||
        !timestamp_day_exists(stamp->year, stamp->month, stamp->day))
        return "the date does not exist";
    return NULL;
}

/* `(12)somecomputer(6)domain(3)com(0)` as text with escapes. */
static const char *read_labels(struct text rest, struct name *name)
{
    char wire[256];
    size_t n = 0, at = 0;
    for (;;) {
        uint64_t length;
        if (!text_skip(&rest, "(") || !text_number(text_take(&rest, ')'), 63, &length))
            return "expected labels such as (3)com(0)";
        if (length > rest.n || n + 1 + length > 255)
            return "a label is cut off, or the name is longer than 255 octets";
        wire[n++] = (char)length;
        if (length == 0)
            return name_from_wire(name, (const uint8_t *)wire, n, &at);
        memcpy(wire + n, rest.at, length);
        n += (size_t)length;
        rest = text_from(rest, rest.at + length);
    }
}

/* Behind PACKET: packet id, UDP or TCP, Rcv or Snd, address, transaction, [R] opcode, [flags],
 * type, labels. */
static int packet(struct reader *reader, struct text rest, const struct timestamp *stamp)
{
    struct reader_query query = {.stamp = *stamp, .server = text_slice("", 0)};
    struct name name;
    text_word(&rest); /* packet id */
    struct text protocol = text_word(&rest), direction = text_word(&rest);
    query.client = text_word(&rest);
    text_word(&rest); /* transaction */
    struct text opcode = text_word(&rest);
    if ((!text_equal(protocol, "UDP") && !text_equal(protocol, "TCP")) ||
        (!text_equal(direction, "Rcv") && !text_equal(direction, "Snd")))
        return reader_bad(reader, "expected UDP or TCP, and Rcv or Snd, behind PACKET");
    if (text_equal(opcode, "R"))
        return reader_answer(reader);
    if (text_equal(direction, "Snd"))
        return reader_other(reader); /* the server's own question to another */
    text_take(&rest, '[');
    text_take(&rest, ']');
    struct text type = text_word(&rest);
    text_skip_blanks(&rest);
    if (!record_type_read(type, &query.type))
        return reader_bad(reader, "the record type is not known");
    const char *wrong = read_labels(rest, &name);
    query.name = &name;
    return wrong == NULL ? reader_query(reader, &query) : reader_bad(reader, wrong);
}

/* Lines without a date are the header of about 30 lines and the blocks that log details of a
 * packet. */
static int undated_line(struct reader *reader, struct text line)
{
    bool is_detail = line.n == 0 || *line.at == ' ' || *line.at == '\t';
    bool is_header = reader->line_number < 40 && !reader->is_trial;
    if (is_detail || is_header || text_starts(line, "UDP ") || text_starts(line, "TCP "))
        return reader_other(reader);
    return reader_bad(reader, "the line does not start with a date");
}

static int windows_line(struct reader *reader, struct text line)
{
    struct windows *self = reader->state;
    struct text rest = line, look = line;
    struct timestamp stamp;
    struct date date;
    if (!take_date(&look, &date))
        return undated_line(reader, line);
    const char *wrong = read_stamp(self, &rest, &stamp);
    if (wrong != NULL)
        return reader_bad(reader, wrong);
    text_word(&rest); /* thread */
    struct text context = text_word(&rest);
    if (text_equal(context, "PACKET"))
        return packet(reader, rest, &stamp);
    return text_equal(context, "EVENT") || text_equal(context, "Note:") ||
                   text_equal(context, "DSPOLL") || text_equal(context, "LOOKUP") ||
                   text_equal(context, "RECURSE") || text_equal(context, "REMOTE")
               ? reader_other(reader)
               : reader_bad(reader, "expected PACKET behind the thread");
}

const struct log_format format_windows = {
    .name = "windows",
    .title = "Windows DNS server, debug log",
    .summary = "Packets received by a Windows DNS server; whole seconds, local time, dates in the "
               "server's locale.",
    .columns = COLUMN_TIME | COLUMN_CLIENT | COLUMN_NAME | COLUMN_TYPE,
    .needs_timezone = true,
    .line = windows_line,
    .start = windows_start,
    .state_size = sizeof(struct windows),
};
