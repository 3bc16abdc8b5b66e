#include <inttypes.h>

#include "analysis/ingest/ingest.h"

/* Puts queries into a log. */
struct collector {
    struct query_log *log;
    struct message *message;
    bool too_many_servers;
};

static int out_of_memory(struct message *message)
{
    return fail(message, STATUS_RUN, "out of memory: the log is too large to hold");
}

static int collect(void *context, const struct ingest_query *from)
{
    struct collector *self = context;
    struct query_log *log = self->log;
    struct query query = {.time_us = from->time_us, .type = from->type, .flags = from->flags};
    uint32_t server = 0;
    if (intern_add(&log->clients, from->client.at, from->client.n, &query.client) != STATUS_OK ||
        intern_add(&log->names, from->name.at, from->name.n, &query.name) != STATUS_OK ||
        intern_add(&log->servers, from->server.at, from->server.n, &server) != STATUS_OK)
        return out_of_memory(self->message);
    if (server > UINT16_MAX) {
        self->too_many_servers = true;
        server = 0;
    }
    query.server = (uint16_t)server;
    if (query_array_add(&log->queries, query) != STATUS_OK)
        return out_of_memory(self->message);
    return STATUS_OK;
}

static int drop_servers(struct query_log *log, struct ingest_report *report)
{
    uint32_t id;
    for (size_t i = 0; i < log->queries.n; i++)
        log->queries.q[i].server = 0;
    intern_free(&log->servers);
    ingest_report_no_servers(report);
    return intern_add(&log->servers, "", 0, &id);
}

static int finish(struct query_log *log, const struct ingest_options *options,
                  const struct ingest_report *report, struct message *message)
{
    struct query_array scratch;
    query_array_init(&scratch);
    int status = query_array_sort(&log->queries, &scratch);
    query_array_free(&scratch);
    if (status != STATUS_OK)
        return out_of_memory(message);
    log->columns = report->columns;
    log->resolution_us = report->resolution_us;
    log->from_us = options->from_us;
    log->until_us = options->until_us;
    return STATUS_OK;
}

int ingest_read(const struct ingest_options *options, struct query_log *out,
                struct ingest_report *report, struct message *message)
{
    *report = (struct ingest_report){0};
    if (query_log_init(out) != STATUS_OK)
        return out_of_memory(message);
    struct collector collector = {out, message, false};
    struct ingest_sink sink = {.context = &collector, .query = collect};
    int status = ingest_stream(options, &sink, report, message);
    if (status == STATUS_OK && report->kept == 0 && report->aggregates + report->mail_events > 0)
        status = fail(message, STATUS_INPUT,
                      "%s: holds %" PRIu64 " aggregates and %" PRIu64
                      " mail events but no single queries: it gives facts, not a log",
                      options->files[0], report->aggregates, report->mail_events);
    if (status == STATUS_OK && collector.too_many_servers && drop_servers(out, report) != STATUS_OK)
        status = out_of_memory(message);
    if (status == STATUS_OK)
        status = finish(out, options, report, message);
    if (status != STATUS_OK)
        query_log_free(out);
    return status;
}
