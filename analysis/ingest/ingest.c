#include "analysis/ingest/ingest.h"

#include <inttypes.h>
#include <stdlib.h>

#include "analysis/ingest/detect.h"
#include "analysis/ingest/duplicates.h"
#include "analysis/ingest/table.h"

/* The options, checked and made ready; shared by all files. */
struct session {
    const struct ingest_options *options;
    const struct ingest_sink *sink;
    struct ingest_report *report;
    struct message *message;
    const struct log_format *format; /* NULL: told file by file */
    struct zone zone;
    struct address_block client, server;
    int64_t given_day;
    time_us given_start_us;
    bool has_given_start;
    struct duplicates duplicates;
};

/* A day with a time and its zone. */
static bool read_start(struct session *self, struct text rest)
{
    struct timestamp stamp;
    if (!timestamp_iso(&rest, &stamp) || rest.n > 0 || !stamp.has_offset)
        return false;
    self->given_day = timestamp_days(stamp.year, stamp.month, stamp.day);
    self->given_start_us =
        self->given_day * US_PER_DAY + (stamp.second_of_day - stamp.offset_s) * US_PER_S + stamp.us;
    self->has_given_start = true;
    return true;
}

static int check_date(struct session *self)
{
    if (self->options->date == NULL)
        return STATUS_OK;
    int year, month, day;
    struct text rest = text_of(self->options->date);
    if (read_start(self, rest))
        return STATUS_OK;
    if (!text_digits(&rest, 4, &year) || !text_skip(&rest, "-") || !text_digits(&rest, 2, &month) ||
        !text_skip(&rest, "-") || !text_digits(&rest, 2, &day) || rest.n > 0 || year < 1970 ||
        !timestamp_day_exists(year, month, day))
        return fail(self->message, STATUS_INPUT,
                    "date \"%s\" is not a day; expected YYYY-MM-DD, such as 2016-07-20, or the "
                    "start of a capture with its zone, such as 2016-07-20T10:55:33Z",
                    self->options->date);
    self->given_day = timestamp_days(year, month, day);
    return STATUS_OK;
}

static int check_block(struct session *self, const char *what, const char *source,
                       struct address_block *block)
{
    if (source == NULL || address_block_read(block, source))
        return STATUS_OK;
    return fail(
        self->message, STATUS_INPUT,
        "%s \"%s\" is not a block of addresses; expected one such as 192.0.2.0/24 or 2001:db8::/32",
        what, source);
}

static int check_format(struct session *self)
{
    const char *name = self->options->format;
    if (name == NULL || strcmp(name, "auto") == 0)
        return STATUS_OK;
    self->format = log_format_find(name);
    if (self->format == NULL)
        return fail(self->message, STATUS_INPUT,
                    "log format \"%s\" is not known; `mxplain formats` lists those that are", name);
    return STATUS_OK;
}

/* Before any file is read: a list that is wrong fits no format, which would be said instead. */
static int check_columns(struct session *self)
{
    struct table unused = {.separator = ','};
    return self->options->columns == NULL
               ? STATUS_OK
               : table_roles_from_list(&unused, self->options->columns, self->message);
}

static int check_options(struct session *self)
{
    const struct ingest_options *options = self->options;
    if (options->n_files == 0)
        return fail(self->message, STATUS_INPUT, "no log file is named; expected at least one");
    if (options->year != 0 && (options->year < 1970 || options->year > 2199))
        return fail(self->message, STATUS_INPUT, "year %d is out of range; expected 1970 to 2199",
                    options->year);
    if (options->until_us < options->from_us)
        return fail(self->message, STATUS_INPUT,
                    "the window ends before it begins; expected --from before --until");
    const char *order = options->date_order;
    if (order != NULL && strcmp(order, "dmy") != 0 && strcmp(order, "mdy") != 0 &&
        strcmp(order, "ymd") != 0)
        return fail(self->message, STATUS_INPUT,
                    "date order \"%s\" is not known; expected dmy or mdy", order);
    int status = check_format(self);
    if (status == STATUS_OK)
        status = check_columns(self);
    if (status == STATUS_OK)
        status = check_date(self);
    if (status == STATUS_OK)
        status = check_block(self, "client", options->client, &self->client);
    if (status == STATUS_OK)
        status = check_block(self, "server", options->server, &self->server);
    if (status == STATUS_OK && options->timezone != NULL)
        status = zone_load(&self->zone, options->timezone, self->message);
    return status;
}

static int read_lines(struct reader *reader, struct input *input)
{
    struct text line;
    input->gives_fronts = unwrapper_takes_fronts(&reader->unwrapper);
    for (bool in_line = false;;) {
        enum input_line got = input_next_line(input, &line);
        if (got == INPUT_END)
            return reader_end_of_lines(reader);
        if (!in_line)
            reader_next_record(reader);
        in_line = reader->unwrapper.line_goes_on = got == INPUT_LINE_FRONT;
        int status = got == INPUT_LINE_TOO_LONG ? reader_bad(reader, "the line is too long")
                                                : reader_line(reader, line);
        if (status != STATUS_OK)
            return status;
    }
}

static int run(struct reader *reader, struct input *input)
{
    const struct log_format *format = reader->format;
    int status = STATUS_OK;
    if (format->state_size > 0 && (reader->state = calloc(1, format->state_size)) == NULL)
        return fail(reader->message, STATUS_RUN, "out of memory");
    if (format->start != NULL)
        status = format->start(reader);
    if (status == STATUS_OK)
        status = format->stream != NULL ? format->stream(reader) : read_lines(reader, input);
    if (status == STATUS_OK && format->end != NULL)
        status = format->end(reader);
    if (format->free_state != NULL)
        format->free_state(reader->state);
    free(reader->state);
    return status;
}

static void note_clock(struct ingest_report *report, const struct reader *reader)
{
    const struct log_clock *clock = &reader->clock;
    if (clock->first_year != 0)
        ingest_report_note(
            report, "%s: its times have no year; %d was taken for the first, from %s", reader->file,
            clock->first_year, clock->given_year != 0 ? "--year" : "the file's date");
    if (clock->has_day) {
        char day[TIMESTAMP_TEXT_SIZE];
        ingest_report_note(report,
                           "%s: its times have no date; %.10s was taken for the first, from %s",
                           reader->file, timestamp_write(clock->first_day * US_PER_DAY, 0, day),
                           clock->has_given_day ? "--date" : "the file's date");
    }
    if (clock->used_start) {
        char start[TIMESTAMP_TEXT_SIZE];
        ingest_report_note(report,
                           "%s: its times count from the start of the capture; %s was taken for "
                           "that, from --date",
                           reader->file, timestamp_write(clock->given_start_us, 6, start));
    }
    if (clock->in_fold > 0)
        ingest_report_note(report,
                           "%s: %" PRIu64
                           " times lie in an hour that clocks went through twice; taken as the "
                           "first, until that would have gone back in time",
                           reader->file, clock->in_fold);
    if (clock->in_gap > 0)
        ingest_report_note(report,
                           "%s: %" PRIu64
                           " times lie in an hour that clocks sprang over; taken as if they had "
                           "not. Is the zone right?",
                           reader->file, clock->in_gap);
}

/* How many lines of one file were understood. */
static uint64_t understood(const struct ingest_report *report)
{
    return report->lines + report->extra_queries - report->not_understood;
}

/* A column that no query of a file had is none, whatever the format could give. */
static void note_columns(struct ingest_report *report, const struct reader *reader)
{
    const unsigned may_be_empty = COLUMN_TYPE | COLUMN_SERVER;
    time_us resolution = (reader->us_seen & 2) != 0   ? 1
                         : (reader->us_seen & 1) != 0 ? 1000
                                                      : US_PER_S;
    if (reader->has_last && resolution > report->resolution_us)
        report->resolution_us = resolution;
    if (reader->has_last)
        report->columns &= reader->columns & (reader->columns_seen | ~may_be_empty);
}

/* For the error message only: what a file looks like that is not what the user said. */
static const char *likely_format(struct session *self, const struct input *input)
{
    struct input again;
    const struct log_format *likely = NULL;
    if (input->is_memory || strcmp(input->path, "-") == 0 ||
        input_open(&again, input->path, NULL) != STATUS_OK)
        return "not known";
    likely = detect_format(&again, NULL, self->options).format;
    input_close(&again);
    return likely != NULL ? likely->name : "none that is known";
}

static const char *format_name(const struct log_format *format)
{
    return format != NULL ? format->name : "none that is known";
}

/* Files that hold no log as they are, by their first bytes. */
static const char *not_a_log(struct text first)
{
    static const struct {
        const char *bytes, *what;
    } known[] = {
        {"BZh", "it is compressed with bzip2: decompress it first"},
        {"PK\x03\x04", "it is a zip archive: unpack it first"},
        {"\xff\xfe", "it is text in UTF-16: convert it to UTF-8 first"},
        {"\xfe\xff", "it is text in UTF-16: convert it to UTF-8 first"},
        {"SQLite format 3", "it is a database: its logs are there already"},
        {"%PDF", "it is a PDF"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (text_starts(first, known[i].bytes))
            return known[i].what;
    return NULL;
}

static int unknown_format(const struct input *input, struct message *message)
{
    struct text first = input_peek(input);
    const char *what = not_a_log(first);
    if (what != NULL)
        return fail(message, STATUS_INPUT, "%s: not a log: %s", input->path, what);
    struct text line = text_take(&first, '\n');
    int shown = line.n < 80 ? (int)line.n : 80;
    return fail(
        message, STATUS_INPUT,
        "%s: the format is not known; the first line is \"%.*s\"; expected one that `mxplain "
        "formats` lists: name it with --format, and the columns of a table with --columns",
        input->path, shown, line.at);
}

static int missing_library(const struct input *input, const struct log_format *format,
                           struct message *message)
{
    return fail(message, STATUS_INPUT,
                "%s: format %s needs the library %s, which this build was made without",
                input->path, format->name, format->missing);
}

/* Options that say how to read a format are errors where it has no use for them: they are mistakes,
 * or the format is another than was thought. */
static int check_fitness(const struct session *self, const struct input *input,
                         const struct log_format *format)
{
    const struct ingest_options *options = self->options;
    if (options->columns != NULL && !format->takes_columns)
        return fail(self->message, STATUS_INPUT,
                    "%s: columns are named (--columns), and the file is read as %s, which is no "
                    "table; leave them out, or name the format (--format csv)",
                    input->path, format->name);
    if (options->date_order != NULL && !format->takes_date_order)
        return fail(self->message, STATUS_INPUT,
                    "%s: the order of dates is given (--date-order), and the file is read as %s, "
                    "which has no dates such as 1/11/2024; leave it out",
                    input->path, format->name);
    return STATUS_OK;
}

/* Judges a file after its last line. `before` is the report as it was before the file. */
static int judge_file(struct session *self, const struct input *input, const struct reader *reader,
                      const struct ingest_report *before)
{
    uint64_t lines = self->report->lines - before->lines;
    uint64_t good = understood(self->report) - understood(before);
    if (input->status == STATUS_RUN || (input->status != STATUS_OK && good == 0))
        return input->status;
    if (input->status != STATUS_OK)
        ingest_report_note(self->report, "%s; what came before was read", self->message->text);
    if (lines > 0 && good == 0)
        return fail(self->message, STATUS_INPUT,
                    "%s: none of its %" PRIu64 " lines was understood as %s (line %" PRIu64
                    ": %s); the likely format is %s",
                    input->path, lines, reader->format->name,
                    before->n_complaints < self->report->n_complaints
                        ? self->report->complaint[before->n_complaints].line
                        : 1,
                    before->n_complaints < self->report->n_complaints
                        ? self->report->complaint[before->n_complaints].reason
                        : "not understood",
                    likely_format(self, input));
    uint64_t bad = self->report->not_understood - before->not_understood;
    if (bad * 100 > lines)
        ingest_report_note(self->report,
                           "%s: warning: %" PRIu64 " of its %" PRIu64
                           " lines were not understood (as %s)",
                           input->path, bad, lines, reader->format->name);
    return STATUS_OK;
}

static int read_input(struct session *self, struct input *input)
{
    if (input_peek(input).n == 0) {
        if (input->status != STATUS_OK)
            return input->status;
        ingest_report_note(self->report, "%s: the file is empty", input->path);
        return STATUS_OK;
    }
    const struct detected how = detect_format(input, self->format, self->options);
    const struct log_format *format = how.format;
    if (format == NULL)
        return unknown_format(input, self->message);
    if (format->missing != NULL)
        return missing_library(input, format, self->message);
    const struct ingest_options *options = self->options;
    int fits = check_fitness(self, input, format);
    if (fits != STATUS_OK)
        return fits;
    struct reader reader = {
        .format = format,
        .options = options,
        .sink = self->sink,
        .report = self->report,
        .message = self->message,
        .input = input,
        .file = input->path,
        .columns = format->columns,
        .client_block = options->client != NULL ? &self->client : NULL,
        .server_block = options->server != NULL ? &self->server : NULL,
        .duplicates = &self->duplicates,
        .clock = {.zone = options->timezone != NULL ? &self->zone : NULL,
                  .given_year = options->year,
                  .file_date_us = input->modified_us,
                  .given_day = self->given_day,
                  .has_given_day = options->date != NULL,
                  .given_start_us = self->given_start_us,
                  .has_given_start = self->has_given_start},
    };
    struct ingest_report before = *self->report;
    self->report->format = format;
    unwrapper_init(&reader.unwrapper, how.wrapper, how.with_head);
    int status = run(&reader, input);
    unwrapper_free(&reader.unwrapper);
    if (status == STATUS_OK && reader.clock.lacks_zone) /* met outside reader_query and _mail */
        status = reader_zone_missing(&reader);
    if (status != STATUS_OK)
        return status;
    if (how.wrapper != NULL)
        ingest_report_note(self->report, "%s: its lines stand in %s", reader.file,
                           how.wrapper->title);
    note_clock(self->report, &reader);
    note_columns(self->report, &reader);
    return judge_file(self, input, &reader, &before);
}

static int nothing_usable(const struct session *self)
{
    const struct ingest_report *report = self->report;
    if (report->kept + report->aggregates + report->mail_events + report->out_of_window +
            report->filtered >
        0)
        return STATUS_OK;
    const char *file = self->options->files[0];
    if (report->lines == 0)
        return fail(self->message, STATUS_INPUT, "%s: the file is empty; expected a log", file);
    return fail(self->message, STATUS_INPUT,
                "%s: no query in %" PRIu64 " lines or records (%" PRIu64 " answers, %" PRIu64
                " others, %" PRIu64 " not understood%s%s), read as %s: %s",
                file, report->lines, report->answers, report->others, report->not_understood,
                report->n_complaints > 0 ? ": " : "",
                report->n_complaints > 0 ? report->complaint[0].reason : "",
                format_name(report->format), report->format->summary);
}

static int begin(struct session *self, const struct ingest_options *options,
                 const struct ingest_sink *sink, struct ingest_report *report)
{
    *report = (struct ingest_report){.columns = ~0u, .resolution_us = 1, .duplicates_exact = true};
    self->options = options;
    self->sink = sink;
    self->report = report;
    duplicates_init(&self->duplicates);
    return check_options(self);
}

static int finish(struct session *self, int status)
{
    if (status == STATUS_OK)
        status = nothing_usable(self);
    self->report->columns = self->report->kept > 0 ? self->report->columns : 0;
    if (self->report->kept > 0 && self->report->zeroed_clients == self->report->kept) {
        self->report->columns &= ~(unsigned)COLUMN_CLIENT;
        ingest_report_note(self->report,
                           "every client is zero: the log is taken as one without clients");
    }
    duplicates_finish(&self->duplicates);
    self->report->duplicates = self->duplicates.found;
    self->report->duplicates_exact = !self->duplicates.forgot;
    duplicates_free(&self->duplicates);
    zone_free(&self->zone);
    return status;
}

int ingest_stream(const struct ingest_options *options, const struct ingest_sink *sink,
                  struct ingest_report *report, struct message *message)
{
    struct message unused;
    struct session self = {.message = message != NULL ? message : &unused};
    int status = begin(&self, options, sink, report);
    for (size_t i = 0; status == STATUS_OK && i < options->n_files; i++) {
        struct input input;
        status = input_open(&input, options->files[i], self.message);
        if (status != STATUS_OK)
            break;
        status = read_input(&self, &input);
        input_close(&input);
    }
    return finish(&self, status);
}

int ingest_bytes(const struct ingest_options *options, const void *bytes, size_t n,
                 const struct ingest_sink *sink, struct ingest_report *report,
                 struct message *message)
{
    struct message unused;
    struct session self = {.message = message != NULL ? message : &unused};
    struct input input;
    int status = begin(&self, options, sink, report);
    if (status == STATUS_OK)
        status = input_open_memory(&input, options->files[0], bytes, n, self.message);
    if (status == STATUS_OK) {
        status = read_input(&self, &input);
        input_close(&input);
    }
    return finish(&self, status);
}
