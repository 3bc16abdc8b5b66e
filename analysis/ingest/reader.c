#include "analysis/ingest/reader.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>

#include "analysis/ingest/duplicates.h"

void reader_next_record(struct reader *self)
{
    self->line_number++;
    self->report->lines++;
    self->line_counted = false;
}

/* Counts the line under one heading; further queries of the same line are counted apart, so that
 * sums still match. */
static void count(struct reader *self, uint64_t *heading)
{
    if (self->line_counted)
        self->report->extra_queries++;
    self->line_counted = true;
    (*heading)++;
}

int reader_answer(struct reader *self)
{
    count(self, &self->report->answers);
    return STATUS_OK;
}

int reader_upstream(struct reader *self)
{
    count(self, &self->report->upstream);
    return STATUS_OK;
}

int reader_other(struct reader *self)
{
    count(self, &self->report->others);
    return STATUS_OK;
}

int reader_bad(struct reader *self, const char *reason)
{
    count(self, &self->report->not_understood);
    if (self->report->n_complaints == INGEST_COMPLAINTS)
        return STATUS_OK;
    struct ingest_complaint *complaint = &self->report->complaint[self->report->n_complaints++];
    snprintf(complaint->file, sizeof complaint->file, "%s", self->file);
    snprintf(complaint->reason, sizeof complaint->reason, "%s", reason);
    complaint->line = self->line_number;
    return STATUS_OK;
}

/* Blanks alone are an empty line, in any format. */
static struct text without_blanks_alone(struct text line)
{
    bool may_be_empty = line.n > 0 && (unsigned char)*line.at <= ' ';
    return may_be_empty && text_trim(line).n == 0 ? text_slice(line.at, 0) : line;
}

/* Hands the lines inside to the format. */
static int lines_inside(struct reader *self)
{
    bool no_memory = false;
    struct text inside;
    int status = STATUS_OK;
    while (status == STATUS_OK && unwrapper_next(&self->unwrapper, &inside, &no_memory))
        status = self->format->line(self, without_blanks_alone(inside));
    return no_memory ? fail(self->message, STATUS_RUN, "out of memory") : status;
}

int reader_end_of_lines(struct reader *self)
{
    enum wrapped what = unwrapper_end(&self->unwrapper);
    if (self->unwrapper.line_goes_on && !self->line_counted)
        reader_other(self);
    if (what == WRAPPED_NOT)
        ingest_report_note(self->report, "%s: the last entry is cut off, or the array around it",
                           self->file);
    return what == WRAPPED_LINE ? lines_inside(self) : STATUS_OK;
}

int reader_line(struct reader *self, struct text line)
{
    struct unwrapper *unwrapper = &self->unwrapper;
    if (unwrapper->wrapper == NULL)
        return self->format->line(self, without_blanks_alone(line));
    switch (unwrapper_open(unwrapper, line)) {
    case WRAPPED_LINE:
        return lines_inside(self);
    case WRAPPED_PART:
        return unwrapper->line_goes_on || self->line_counted ? STATUS_OK : reader_other(self);
    case WRAPPED_NO_MEMORY:
        return fail(self->message, STATUS_RUN, "out of memory");
    case WRAPPED_NOT:
        break;
    }
    return text_trim(line).n == 0 ? reader_other(self)
                                  : reader_bad(self, unwrapper->wrapper->expected);
}

/* How many of the first bytes are digits or dots. */
static size_t span_of_digits_and_dots(struct text text)
{
    size_t n = 0;
    while (n < text.n && ((text.at[n] >= '0' && text.at[n] <= '9') || text.at[n] == '.'))
        n++;
    return n;
}

static const char *check_client(struct text client)
{
    if (client.n == 0)
        return "the client is empty";
    if (client.n > CLIENT_MAX)
        return "the client is longer than 255 bytes";
    for (size_t i = 0; i < client.n; i++)
        if ((unsigned char)client.at[i] < 0x20 || client.at[i] == 0x7f)
            return "the client has control characters";
    /* "217.12.9" is an address whose line was cut, not a host. */
    if (span_of_digits_and_dots(client) == client.n && !address_is_numeric(client))
        return "the client is no whole address";
    return NULL;
}

/* A client or server in its one written form, or why there is none. Most are plain IPv4 addresses,
 * which need no further look. */
static const char *take_host(struct text raw, char buffer[static ADDRESS_TEXT_SIZE],
                             struct text *host)
{
    const char *wrong = NULL;
    bool is_plain = address_is_plain_ipv4(raw);
    if (!is_plain)
        wrong = check_client(raw);
    *host = is_plain ? raw : wrong == NULL ? address_canonical(raw, buffer) : text_slice("", 0);
    return wrong;
}

/* Most rows name the server of the row before. */
static void take_server(struct reader *self, struct text raw, char buffer[static ADDRESS_TEXT_SIZE],
                        struct text *server)
{
    *server = raw;
    if (raw.n == 0 ||
        (raw.n == self->last_server_length && memcmp(raw.at, self->last_server, raw.n) == 0))
        return;
    take_host(raw, buffer, server);
    bool is_known = server->at == raw.at && raw.n <= sizeof self->last_server;
    self->last_server_length = is_known ? raw.n : 0;
    memcpy(self->last_server, raw.at, self->last_server_length);
}

static bool in_window(const struct ingest_options *options, time_us at)
{
    return options->from_us == options->until_us ||
           (at >= options->from_us && at < options->until_us);
}

static bool wanted(const struct reader *self, const struct ingest_query *query)
{
    if (self->client_block != NULL && !address_block_has(self->client_block, query->client))
        return false;
    if (self->server_block != NULL && !address_block_has(self->server_block, query->server))
        return false;
    if (self->options->name_glob == NULL)
        return true;
    char name[NAME_TEXT_SIZE + 1];
    size_t n = query->name.n < NAME_TEXT_SIZE ? query->name.n : NAME_TEXT_SIZE;
    memcpy(name, query->name.at, n);
    name[n] = '\0';
    return fnmatch(self->options->name_glob, name, FNM_NOESCAPE | FNM_CASEFOLD) == 0;
}

static void note_order(struct reader *self, time_us at)
{
    struct ingest_report *report = self->report;
    if (self->has_last && at < self->last_us) {
        report->backwards++;
        if (self->last_us - at > report->largest_step_back_us)
            report->largest_step_back_us = self->last_us - at;
    }
    self->last_us = at;
    self->has_last = true;
    if (report->kept == 1 || at < report->first_us)
        report->first_us = at;
    if (report->kept == 1 || at > report->last_us)
        report->last_us = at;
    self->us_seen |= (at % US_PER_S != 0 ? 1u : 0u) | (at % 1000 != 0 ? 2u : 0u);
}

static int keep(struct reader *self, const struct ingest_query *query)
{
    if (!self->is_trial && duplicates_add(self->duplicates, query) != STATUS_OK)
        return fail(self->message, STATUS_RUN, "out of memory");
    count(self, &self->report->kept);
    self->columns_seen |= query->type != TYPE_UNKNOWN ? (unsigned)COLUMN_TYPE : 0u;
    self->columns_seen |= query->server.n > 0 ? (unsigned)COLUMN_SERVER : 0u;
    self->report->zeroed_clients +=
        text_equal(query->client, "0.0.0.0") || text_equal(query->client, "::");
    self->report->lossy_names += (query->flags & QUERY_LOSSY_NAME) != 0;
    note_order(self, query->time_us);
    return self->sink->query == NULL ? STATUS_OK : self->sink->query(self->sink->context, query);
}

int reader_zone_missing(struct reader *self)
{
    return fail(self->message, STATUS_INPUT,
                "%s:%" PRIu64 ": its times are local, and it does not say in which zone; name the "
                "zone (--timezone Europe/Berlin, or timezone = \"Europe/Berlin\" beside the log in "
                "a case), or UTC where they are UTC",
                self->file, self->line_number);
}

int reader_start_missing(struct reader *self)
{
    return fail(self->message, STATUS_INPUT,
                "%s:%" PRIu64
                ": its times are seconds since the start of the capture; give that start (--date "
                "2016-07-20T10:55:33Z), print it with tshark -t ud, or read the capture itself",
                self->file, self->line_number);
}

int reader_query(struct reader *self, const struct reader_query *raw)
{
    char client[ADDRESS_TEXT_SIZE], server[ADDRESS_TEXT_SIZE];
    struct ingest_query query = {.name = raw->name->text, .type = raw->type, .flags = raw->flags};
    const char *wrong = take_host(raw->client, client, &query.client);
    if (wrong == NULL)
        wrong = clock_resolve(&self->clock, &raw->stamp, &query.time_us);
    if (self->clock.lacks_zone)
        return reader_zone_missing(self);
    if (wrong != NULL)
        return reader_bad(self, wrong);
    if (raw->name->lossy)
        query.flags |= QUERY_LOSSY_NAME;
    take_server(self, raw->server, server, &query.server);
    if (!in_window(self->options, query.time_us)) {
        count(self, &self->report->out_of_window);
        return STATUS_OK;
    }
    if (!wanted(self, &query)) {
        count(self, &self->report->filtered);
        return STATUS_OK;
    }
    return keep(self, &query);
}

/* What a source cannot tell is seen from what it never told. */
static void note_aggregate(struct ingest_report *report, const struct ingest_aggregate *row)
{
    report->aggregate_columns |= row->client.n > 0 ? (unsigned)COLUMN_CLIENT : 0u;
    report->aggregate_columns |= row->name.n > 0 ? (unsigned)COLUMN_NAME : 0u;
    report->aggregate_columns |= row->type != TYPE_UNKNOWN ? (unsigned)COLUMN_TYPE : 0u;
    report->aggregate_columns |= row->last_us != 0 ? (unsigned)COLUMN_TIME : 0u;
}

static void note_mail(struct ingest_report *report, const struct ingest_mail *mail)
{
    report->mail_columns |= mail->from.n > 0 ? (unsigned)MAIL_FROM : 0u;
    report->mail_columns |= mail->to.n > 0 ? (unsigned)MAIL_TO : 0u;
    report->mail_columns |= mail->queue_id.n > 0 ? (unsigned)MAIL_QUEUE_ID : 0u;
    report->mail_columns |= mail->relay.n > 0 ? (unsigned)MAIL_RELAY : 0u;
}

int reader_aggregate(struct reader *self, const struct ingest_aggregate *aggregate)
{
    struct ingest_query as_query = {.client = aggregate->client, .name = aggregate->name};
    bool has_times = aggregate->first_us != 0 || aggregate->last_us != 0;
    if (has_times && (!in_window(self->options, aggregate->first_us) ||
                      !in_window(self->options, aggregate->last_us))) {
        count(self, &self->report->out_of_window);
        return STATUS_OK;
    }
    if (!wanted(self, &as_query)) {
        count(self, &self->report->filtered);
        return STATUS_OK;
    }
    count(self, &self->report->aggregates);
    note_aggregate(self->report, aggregate);
    return self->sink->aggregate == NULL ? STATUS_OK
                                         : self->sink->aggregate(self->sink->context, aggregate);
}

int reader_mail(struct reader *self, const struct timestamp *stamp, const struct ingest_mail *mail)
{
    struct ingest_mail event = *mail;
    const char *wrong = clock_resolve(&self->clock, stamp, &event.time_us);
    if (self->clock.lacks_zone)
        return reader_zone_missing(self);
    if (wrong != NULL)
        return reader_bad(self, wrong);
    if (!in_window(self->options, event.time_us)) {
        count(self, &self->report->out_of_window);
        return STATUS_OK;
    }
    count(self, &self->report->mail_events);
    note_mail(self->report, &event);
    return self->sink->mail == NULL ? STATUS_OK : self->sink->mail(self->sink->context, &event);
}

/* How often the clock goes through midnight in a file whose stamps have no date; 0 for other files.
 */
static int count_midnights(const char *path)
{
    struct input input;
    struct text line;
    struct timestamp stamp;
    int midnights = 0, last = -1;
    if (input_open(&input, path, NULL) != STATUS_OK)
        return 0;
    for (enum input_line got; (got = input_next_line(&input, &line)) != INPUT_END;) {
        if (got != INPUT_LINE || line.n == 0 || *line.at == ' ' || *line.at == '\t')
            continue;
        if (!timestamp_time_of_day(&line, &stamp))
            break;
        midnights += last >= 0 ? clock_midnight(last, stamp.second_of_day) : 0;
        last = stamp.second_of_day;
    }
    input_close(&input);
    return midnights > 0 ? midnights : 0;
}

int reader_date_from_file(struct reader *self)
{
    bool can_reopen = !self->is_trial && self->clock.file_date_us > 0;
    if (can_reopen && !self->clock.has_given_day)
        self->clock.file_date_us -= count_midnights(self->file) * US_PER_DAY;
    return STATUS_OK;
}
