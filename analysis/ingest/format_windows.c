#include "analysis/ingest/reader.h"

/* Windows DNS server, debug log. The date is written in the server's locale: day and month are told
 * apart by the numbers in the file or by the user, never guessed silently. */

enum date_order { ORDER_UNKNOWN, ORDER_DMY, ORDER_MDY };

struct windows {
    enum date_order order;
    bool is_given; /* by the user */
    bool any_packet;
};

/* The parts of a date before their order is known. */
struct date {
    int part[3];
    bool year_first;
    char between;
};

/* Takes up to four digits. */
static bool take_part(struct text *rest, int *value, size_t *digits)
{
    size_t n = 0;
    while (n < rest->n && n < 4 && rest->at[n] >= '0' && rest->at[n] <= '9')
        n++;
    *digits = n;
    return n > 0 && text_digits(rest, n, value);
}

/* `6/5/2013`, `05.06.13`, `23. 5. 2019`, `2019. 05. 23.`, `2024/10/21`, `23-05-2019`. A year of two
 * digits stands last and is of this century. */
static bool take_date(struct text *rest, struct date *date)
{
    struct text at = *rest;
    size_t digits[3];
    for (int i = 0; i < 3; i++) {
        if (!take_part(&at, &date->part[i], &digits[i]))
            return false;
        if (i == 2)
            break;
        if (at.n == 0 || memchr("/.-", *at.at, 3) == NULL || (i == 1 && *at.at != date->between))
            return false;
        date->between = *at.at;
        at = text_slice(at.at + 1, at.n - 1);
        if (date->between == '.')
            text_skip_blanks(&at);
    }
    if (date->between == '.' && !text_skip(&at, "."))
        text_skip(&at, " \xd0\xb3."); /* Bulgarian, "of the year" */
    date->year_first = digits[0] == 4;
    if (digits[2] == 2 && !date->year_first)
        date->part[2] += 2000;
    *rest = at;
    return digits[1] <= 2 && digits[0] != 3 &&
           (date->year_first ? digits[2] <= 2 : digits[2] % 2 == 0);
}

/* Takes a word for a half of the day off the front. */
static bool take_half(struct text *rest, bool *pm)
{
    static const struct {
        const char *word;
        bool pm;
    } halves[] = {
        {"AM", false},
        {"PM", true},
        {"am", false},
        {"pm", true},
        {"a.m.", false},
        {"p.m.", true},
        {"a. m.", false},
        {"p. m.", true},
        {"\xcf\x80\xce\xbc", false},
        {"\xce\xbc\xce\xbc", true}, /* Greek */
        {"\xe4\xb8\x8a\xe5\x8d\x88", false},
        {"\xe4\xb8\x8b\xe5\x8d\x88", true}, /* Chinese */
        {"\xec\x98\xa4\xec\xa0\x84", false},
        {"\xec\x98\xa4\xed\x9b\x84", true}, /* Korean */
        {"\xe5\x8d\x88\xe5\x89\x8d", false},
        {"\xe5\x8d\x88\xe5\xbe\x8c", true}, /* Japanese */
    };
    struct text at = *rest;
    text_skip_blanks(&at);
    for (size_t i = 0; i < sizeof halves / sizeof halves[0]; i++) {
        if (text_skip(&at, halves[i].word) && text_starts(at, " ")) {
            *pm = halves[i].pm;
            *rest = at;
            return true;
        }
    }
    return false;
}

/* `10:00:32 AM`, `19:00:35`, `11.28.06`, or with the half of the day in front, as seconds of the
 * day. */
static bool take_time(struct text *rest, int *second_of_day, bool *half_days)
{
    int hour, minute, second;
    size_t digits;
    bool pm = false;
    *half_days = take_half(rest, &pm);
    text_skip_blanks(rest);
    if (!take_part(rest, &hour, &digits) || digits > 2 || rest->n == 0 ||
        (*rest->at != ':' && *rest->at != '.'))
        return false;
    char between[2] = {*rest->at, '\0'};
    if (!text_skip(rest, between) || !text_digits(rest, 2, &minute) || !text_skip(rest, between) ||
        !text_digits(rest, 2, &second))
        return false;
    *half_days = *half_days || take_half(rest, &pm);
    if (*half_days) {
        if (hour < 1 || hour > 12)
            return false;
        hour = hour % 12 + (pm ? 12 : 0);
    }
    *second_of_day = hour * 3600 + minute * 60 + second;
    return hour < 24 && minute < 60 && second < 61;
}

/* What one date says about the order. Dots and dashes stand in dates with the day first only. */
static enum date_order order_of(const struct date *date)
{
    if (date->between != '/' || date->part[0] > 12)
        return ORDER_DMY;
    return date->part[1] > 12 ? ORDER_MDY : ORDER_UNKNOWN;
}

/* What the dates of a file say together, read as day/month and as month/day. */
struct dates {
    bool any;
    enum date_order order; /* that of a date with a day above 12 */
    int64_t last[2];       /* day number of the last date in either reading */
    bool goes_back[2];
};

static int64_t day_of(const struct date *date, enum date_order order)
{
    bool dmy = order == ORDER_DMY;
    return timestamp_days(date->part[2], date->part[dmy ? 1 : 0], date->part[dmy ? 0 : 1]);
}

static void look_at(struct dates *self, struct text line)
{
    struct date date;
    if (!take_date(&line, &date) || date.year_first)
        return;
    self->order = order_of(&date);
    for (int i = 0; i < 2 && self->order == ORDER_UNKNOWN; i++) {
        int64_t day = day_of(&date, i == 0 ? ORDER_DMY : ORDER_MDY);
        self->goes_back[i] = self->goes_back[i] || (self->any && day < self->last[i] - 1);
        self->last[i] = day;
    }
    self->any = true;
}

static void look_into(struct unwrapper *unwrapper, struct dates *dates, struct text line)
{
    bool no_memory;
    if (unwrapper->wrapper == NULL)
        look_at(dates, line);
    else if (unwrapper_open(unwrapper, line) == WRAPPED_LINE)
        while (unwrapper_next(unwrapper, &line, &no_memory))
            look_at(dates, line);
}

/* The whole file, until a date tells. Only what waits in the buffer of a source that cannot be read
 * twice. */
static void look_through(const struct reader *reader, struct dates *dates)
{
    const struct input *input = reader->input;
    struct unwrapper unwrapper;
    struct input again;
    struct message unused;
    struct text line, first = input_peek(input);
    unwrapper_init(&unwrapper, reader->unwrapper.wrapper, reader->unwrapper.with_head);
    if (input->is_memory || strcmp(input->path, "-") == 0 ||
        input_open(&again, input->path, &unused) != STATUS_OK) {
        while (first.n > 0 && dates->order == ORDER_UNKNOWN)
            look_into(&unwrapper, dates, text_take(&first, input->line_end));
    } else {
        while (dates->order == ORDER_UNKNOWN && input_next_line(&again, &line) != INPUT_END)
            look_into(&unwrapper, dates, line);
        input_close(&again);
    }
    unwrapper_free(&unwrapper);
}

static int windows_start(struct reader *reader)
{
    struct windows *self = reader->state;
    const char *given = reader->options->date_order;
    struct dates dates = {0};
    if (reader->is_trial)
        return STATUS_OK;
    self->is_given = given != NULL && strcmp(given, "ymd") != 0;
    self->order = !self->is_given ? ORDER_UNKNOWN : *given == 'd' ? ORDER_DMY : ORDER_MDY;
    if (self->is_given)
        return STATUS_OK;
    look_through(reader, &dates);
    self->order = dates.order;
    if (!dates.any || self->order != ORDER_UNKNOWN)
        return STATUS_OK;
    if (dates.goes_back[0] == dates.goes_back[1])
        return fail(
            reader->message, STATUS_INPUT,
            "%s: its dates may be day/month or month/day, and none of them tells; say "
            "which with --date-order dmy or mdy (in a case: date_order = \"dmy\" beside the "
            "log)",
            reader->file);
    self->order = dates.goes_back[0] ? ORDER_MDY : ORDER_DMY;
    ingest_report_note(reader->report,
                       "%s: its dates were taken as %s: otherwise time would go back", reader->file,
                       dates.goes_back[0] ? "month/day" : "day/month");
    return STATUS_OK;
}

static const char *read_stamp(const struct reader *reader, struct text *rest,
                              struct timestamp *stamp)
{
    struct windows *self = reader->state;
    struct date date;
    bool half_days;
    *stamp = (struct timestamp){0};
    if (!take_date(rest, &date) || !take_time(rest, &stamp->second_of_day, &half_days))
        return "the line does not start with a date and time";
    if (self->order == ORDER_UNKNOWN && !date.year_first)
        self->order = order_of(&date);
    if (!date.year_first && self->order == ORDER_UNKNOWN && !reader->is_trial)
        return "the date may be day/month or month/day: say which with --date-order";
    bool mdy = date.year_first || self->order != ORDER_DMY;
    stamp->year = date.part[date.year_first ? 0 : 2];
    stamp->month = date.part[date.year_first ? 1 : mdy ? 0 : 1];
    stamp->day = date.part[date.year_first ? 2 : mdy ? 1 : 0];
    if (stamp->year < 1990 || stamp->year > 2199 ||
        !timestamp_day_exists(stamp->year, stamp->month, stamp->day))
        return self->is_given ? "the date does not exist; is --date-order right?"
                              : "the date does not exist";
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

/* Where the next `(n)` stands, or the end. */
static const char *next_count(struct text rest)
{
    for (size_t i = 0; i + 2 < rest.n; i++) {
        struct text count = text_slice(rest.at + i, rest.n - i);
        uint64_t length;
        if (text_skip(&count, "(") && memchr(count.at, ')', count.n < 3 ? count.n : 3) != NULL &&
            text_number(text_take(&count, ')'), 63, &length))
            return rest.at + i;
    }
    return rest.at + rest.n;
}

/* The same where the counts do not fit, as in a file that was recoded or had its names replaced:
 * the labels are what stands between the counts. */
static const char *read_loose_labels(struct text rest, struct name *name)
{
    char joined[NAME_TEXT_SIZE];
    size_t n = 0;
    for (const char *at = next_count(rest); rest.n > 0; at = next_count(rest)) {
        size_t length = (size_t)(at - rest.at);
        if (n + length + 1 > sizeof joined)
            return "the name is too long";
        memcpy(joined + n, rest.at, length);
        n += length;
        if (length > 0)
            joined[n++] = '.';
        rest = text_from(rest, at);
        text_take(&rest, ')');
    }
    const char *wrong = name_from_raw(name, n == 0 ? text_of(".") : text_slice(joined, n));
    name->lossy = true;
    if (wrong == NULL && name->text.at == joined) { /* the text must outlive this function */
        memcpy(name->buffer, joined, name->text.n);
        name->text.at = name->buffer;
    }
    return wrong;
}

/* Collectors also write `.www.example.com.` in place of the counts. */
static const char *read_name(struct text rest, struct name *name)
{
    rest = text_trim(rest);
    if (rest.n == 0)
        return "the line ends before the name";
    if (*rest.at != '(') {
        if (rest.n > 1)
            text_skip(&rest, ".");
        return name_from_raw(name, rest);
    }
    const char *wrong = read_labels(rest, name);
    bool is_whole = rest.n >= 3 && memcmp(rest.at + rest.n - 3, "(0)", 3) == 0;
    return wrong != NULL && is_whole ? read_loose_labels(rest, name) : wrong;
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
    if (text_equal(opcode, "Q") && text_equal(direction, "Snd"))
        return reader_upstream(reader);
    if (!text_equal(opcode, "Q"))
        return reader_other(reader); /* N: notify, U: update, ?: unknown */
    text_take(&rest, '[');
    text_take(&rest, ']');
    struct text type = text_word(&rest);
    text_skip_blanks(&rest);
    if (!record_type_read(type, &query.type))
        return reader_bad(reader, "the record type is not known");
    const char *wrong = read_name(rest, &name);
    query.name = &name;
    return wrong == NULL ? reader_query(reader, &query) : reader_bad(reader, wrong);
}

/* Lines without a date are the header of about 30 lines and the blocks that log details of a
 * packet. */
static int undated_line(struct reader *reader, struct text line)
{
    const struct windows *self = reader->state;
    bool is_indented = line.n > 0 && (*line.at == ' ' || *line.at == '\t');
    /* A trial must not take any text that is indented for details. */
    bool is_detail = line.n == 0 || (is_indented && (self->any_packet || !reader->is_trial));
    bool is_header = reader->line_number < 40 && !reader->is_trial;
    static const char *const starts[] = {"UDP ", "TCP ", "DNS Server log file ", "Log file wrap ",
                                         "Message logging key "};
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
        if (is_detail || is_header || text_starts(line, starts[i]))
            return reader_other(reader);
    return reader_bad(reader, "the line does not start with a date");
}

/* What else stands behind the thread: the contexts that are known, and once the format is, any word
 * in capitals. */
static bool is_other_context(struct text context, bool is_trial)
{
    static const char *const known[] = {"EVENT",   "Note:",  "DSPOLL", "DSWRITE", "LOOKUP",
                                        "RECURSE", "REMOTE", "UPDATE", "AGING"};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (text_equal(context, known[i]))
            return true;
    bool capitals = context.n > 1;
    for (size_t i = 0; i < context.n; i++)
        capitals = capitals && context.at[i] >= 'A' && context.at[i] <= 'Z';
    return capitals && !is_trial;
}

static int windows_line(struct reader *reader, struct text line)
{
    struct windows *self = reader->state;
    struct text rest = line, look = line;
    struct timestamp stamp;
    struct date date;
    if (!take_date(&look, &date))
        return undated_line(reader, line);
    const char *wrong = read_stamp(reader, &rest, &stamp);
    if (wrong != NULL)
        return reader_bad(reader, wrong);
    text_word(&rest); /* thread */
    struct text context = text_word(&rest);
    if (text_equal(context, "PACKET")) {
        self->any_packet = true;
        return packet(reader, rest, &stamp);
    }
    return is_other_context(context, reader->is_trial)
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
    .takes_date_order = true,
    .line = windows_line,
    .start = windows_start,
    .state_size = sizeof(struct windows),
};
