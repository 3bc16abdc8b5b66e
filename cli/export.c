/* export.c - `mxplain export LOG --db FILE` or `mxplain export FILE`: writes a log in another
 * format. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "analysis/ingest/fact_writer.h"
#include "analysis/ingest/mail_log.h"
#include "analysis/ingest/writer.h"
#include "analysis/store/facts.h"
#include "analysis/store/logs.h"
#include "cli/command.h"
#include "cli/log_options.h"

struct settings {
    struct ingest_options log; /* of files that are read directly */
    const char *db;
    const char *output;               /* NULL: standard output */
    const struct log_writer *queries; /* at most one of the two; neither: by what the log holds */
    const struct fact_writer *facts;
    const char *operand;
};

enum { OPTION_DB = 1, OPTION_TO };

static int take_writer(struct settings *settings, const char *name, struct message *message)
{
    settings->queries = log_writer_find(name);
    settings->facts = fact_writer_find(name);
    if (settings->queries != NULL || settings->facts != NULL)
        return STATUS_OK;
    return fail(message, STATUS_INPUT,
                "--to: \"%.40s\" cannot be written; expected csv, jsonl, bind, pipe or zeek for "
                "look-ups, mail-csv or mail-jsonl for mail events, aggregate-csv or cof for counts",
                name);
}

static int read_settings(struct settings *settings, int argc, char **argv, struct message *message)
{
    static const struct option options[] = {{"db", required_argument, NULL, OPTION_DB},
                                            {"output", required_argument, NULL, 'o'},
                                            {"to", required_argument, NULL, OPTION_TO},
                                            LOG_OPTIONS,
                                            {NULL, 0, NULL, 0}};
    int status = STATUS_OK, option;
    *settings = (struct settings){0};
    while (status == STATUS_OK && (option = getopt_long(argc, argv, "o:", options, NULL)) != -1) {
        if (option == '?' || option == ':')
            return option_unknown("export", argv, message);
        settings->db = option == OPTION_DB ? optarg : settings->db;
        settings->output = option == 'o' ? optarg : settings->output;
        status = option == OPTION_TO ? take_writer(settings, optarg, message)
                                     : log_option_take(&settings->log, option, optarg, message);
    }
    log_options_finish(&settings->log);
    if (status == STATUS_OK)
        status = option_operand("export", "log", argc, argv, &settings->operand, message);
    settings->log.files = &settings->operand;
    settings->log.n_files = 1;
    return status;
}

/* ---- look-ups ---- */

static int read_file(const struct settings *settings, struct query_log *log,
                     struct message *message)
{
    struct ingest_report report = {0};
    int status = ingest_read(&settings->log, log, &report, message);
    if (status == STATUS_OK)
        ingest_report_print(&report, stderr);
    else if (report.kept == 0 && report.mail_events + report.aggregates > 0)
        return fail(message, STATUS_INPUT, "%s: holds no look-ups; expected --to %s",
                    settings->operand,
                    report.mail_events > 0 ? "mail-csv or mail-jsonl" : "aggregate-csv or cof");
    return status;
}

/* What the format cannot hold is said, not lost silently. */
static void warn(const struct query_log *log, const struct log_writer *writer)
{
    unsigned lost = log->columns & ~writer->columns;
    if ((lost & COLUMN_TYPE) != 0)
        fprintf(stderr, "mxplain: %s has no record types: they are left out\n", writer->name);
    if ((lost & COLUMN_SERVER) != 0)
        fprintf(stderr, "mxplain: %s has no servers: they are left out\n", writer->name);
    if (log->resolution_us < writer->resolution_us)
        fprintf(stderr, "mxplain: %s has no microseconds: times are cut to milliseconds\n",
                writer->name);
}

static int open_output(const struct settings *settings, FILE **out, struct message *message)
{
    *out = settings->output != NULL ? fopen(settings->output, "wb") : stdout;
    return *out != NULL ? STATUS_OK
                        : fail(message, STATUS_INPUT, "%s: cannot be written: %s", settings->output,
                               strerror(errno));
}

static int close_output(const struct settings *settings, FILE *out, int status,
                        struct message *message)
{
    bool failed = fflush(out) != 0 || ferror(out);
    failed = (out != stdout && fclose(out) != 0) || failed;
    if (status == STATUS_OK && failed)
        return fail(message, STATUS_RUN, "%s: cannot be written: %s",
                    settings->output != NULL ? settings->output : "standard output",
                    strerror(errno));
    return status;
}

static int export_queries(const struct settings *settings, struct store *store,
                          struct message *message)
{
    FILE *out;
    struct query_log log;
    const struct log_writer *writer =
        settings->queries != NULL ? settings->queries : log_writers[0];
    int status = store != NULL ? store_load_log(store, settings->operand, &log, message)
                               : read_file(settings, &log, message);
    if (status != STATUS_OK)
        return status;
    warn(&log, writer);
    status = open_output(settings, &out, message);
    if (status == STATUS_OK)
        status = close_output(settings, out, log_write(out, &log, writer, message), message);
    query_log_free(&log);
    return status;
}

/* ---- mail events and counts ---- */

struct fact_output {
    const struct settings *settings;
    const struct fact_writer *writer;
    FILE *out;
    bool lost_clients, cut_times;
    struct message *message;
};

static int put_mail(void *context, const struct ingest_mail *mail)
{
    struct fact_output *self = context;
    self->writer->mail(self->out, mail);
    return STATUS_OK;
}

static int put_aggregate(void *context, const struct ingest_aggregate *row)
{
    struct fact_output *self = context;
    const struct fact_writer *writer = self->writer;
    self->lost_clients |= (writer->lacks & COLUMN_CLIENT) != 0 && row->client.n > 0;
    self->cut_times |=
        row->first_us % writer->resolution_us != 0 || row->last_us % writer->resolution_us != 0;
    if (writer->aggregate(self->out, row))
        return STATUS_OK;
    return fail(self->message, STATUS_INPUT,
                "%s: a count without name, type or times cannot be written as %s; expected --to "
                "aggregate-csv",
                self->settings->operand, writer->name);
}

/* A mail log in a file is held and sorted; counts stay as they come. */
static int write_file_facts(struct fact_output *self)
{
    const struct ingest_options *options = &self->settings->log;
    struct ingest_report report = {0};
    struct ingest_sink sink = {.context = self, .aggregate = put_aggregate};
    struct mail_log mail;
    int status = STATUS_OK;
    if (self->writer->mail == NULL) {
        status = ingest_stream(options, &sink, &report, self->message);
    } else {
        status = mail_log_read(options, &mail, &report, self->message);
        if (status == STATUS_OK) {
            status = mail_log_each(&mail, put_mail, self);
            mail_log_free(&mail);
        }
    }
    if (status == STATUS_OK && self->writer->mail == NULL && report.aggregates == 0)
        return fail(self->message, STATUS_INPUT, "%s: holds no counts", self->settings->operand);
    if (status == STATUS_OK)
        ingest_report_print(&report, stderr);
    return status;
}

static int write_stored_facts(struct fact_output *self, struct store *store)
{
    const char *name = self->settings->operand;
    return self->writer->mail != NULL
               ? store_each_mail(store, name, put_mail, self, self->message)
               : store_each_aggregate(store, name, put_aggregate, self, self->message);
}

static int export_facts(const struct settings *settings, struct store *store,
                        struct message *message)
{
    struct fact_output output = {
        .settings = settings, .writer = settings->facts, .message = message};
    int status = open_output(settings, &output.out, message);
    if (status != STATUS_OK)
        return status;
    if (output.writer->header != NULL)
        fputs(output.writer->header, output.out);
    status = store != NULL ? write_stored_facts(&output, store) : write_file_facts(&output);
    if (status == STATUS_OK && output.lost_clients)
        fprintf(stderr, "mxplain: %s has no clients: they are left out\n", output.writer->name);
    if (status == STATUS_OK && output.cut_times)
        fprintf(stderr, "mxplain: %s has no microseconds: times are cut to milliseconds\n",
                output.writer->name);
    return close_output(settings, output.out, status, message);
}

/* ---- from a database ---- */

/* What a log holds beside what is written. */
static void tell_rest(const char *what, int64_t n, bool written, const char *to)
{
    if (n > 0 && !written)
        fprintf(stderr, "mxplain: the log holds %lld %s too; --to %s writes them\n", (long long)n,
                what, to);
}

static int choose(struct settings *settings, const struct store_log_counts *n,
                  struct message *message)
{
    bool given = settings->queries != NULL || settings->facts != NULL;
    if (!given && n->n_queries == 0 && n->n_mail > 0)
        settings->facts = fact_writer_find("mail-csv");
    else if (!given && n->n_queries == 0 && n->n_aggregates > 0)
        settings->facts = fact_writer_find("aggregate-csv");
    bool mail = settings->facts != NULL && settings->facts->mail != NULL;
    bool counts = settings->facts != NULL && !mail, queries = !mail && !counts;
    int64_t here = mail ? n->n_mail : counts ? n->n_aggregates : n->n_queries;
    if (here == 0 && n->n_queries + n->n_mail + n->n_aggregates > 0)
        return fail(message, STATUS_INPUT, "%s: the log holds no %s; expected --to %s",
                    settings->operand,
                    mail     ? "mail events"
                    : counts ? "counts"
                             : "look-ups",
                    n->n_queries > 0 ? "csv or the like"
                    : n->n_mail > 0  ? "mail-csv or mail-jsonl"
                                     : "aggregate-csv or cof");
    tell_rest("look-ups", n->n_queries, queries, "csv");
    tell_rest("mail events", n->n_mail, mail, "mail-csv");
    tell_rest("counts", n->n_aggregates, counts, "aggregate-csv");
    return STATUS_OK;
}

static int export_stored(struct settings *settings, struct message *message)
{
    struct store store = {0};
    struct store_log_counts counts;
    int status = store_open(&store, settings->db, STORE_READ, NULL, message);
    if (status == STATUS_OK)
        status = store_count_log(&store, settings->operand, &counts, message);
    if (status == STATUS_OK)
        status = choose(settings, &counts, message);
    if (status == STATUS_OK)
        status = settings->facts != NULL ? export_facts(settings, &store, message)
                                         : export_queries(settings, &store, message);
    store_close(&store);
    return status;
}

static int run_export(int argc, char **argv, struct message *message)
{
    struct settings settings;
    int status = read_settings(&settings, argc, argv, message);
    if (status != STATUS_OK)
        return status;
    if (settings.db != NULL)
        return export_stored(&settings, message);
    return settings.facts != NULL ? export_facts(&settings, NULL, message)
                                  : export_queries(&settings, NULL, message);
}

const struct command command_export = {
    "export", "export LOG [--db FILE] [--to FORMAT] [OPTION...]",
    "Writes a log in another format: one from a database, or a file of any known format",
    "With --db, LOG is the name of a log in the database; without, a file that is read first.\n\n"
    "      --db FILE           database that holds the log\n"
    "      --to FORMAT         look-ups: csv (otherwise), jsonl, bind, pipe, zeek\n"
    "                          mail events: mail-csv, mail-jsonl; counts: aggregate-csv, cof\n"
    "  -o, --output FILE       write there; standard output otherwise\n" LOG_OPTIONS_HELP,
    run_export};
