/* logs.c - `mxplain logs --db FILE`: what logs a database holds. */
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "analysis/ingest/timestamp.h"
#include "analysis/store/logs.h"
#include "cli/command.h"

struct settings {
    const char *db, *name; /* name: its report; NULL: the list */
    bool json;
    json_t *list;
    int n;
    struct message *message;
};

static int read_settings(struct settings *self, int argc, char **argv, struct message *message)
{
    static const struct option options[] = {
        {"db", required_argument, NULL, 'd'}, {"json", no_argument, NULL, 'j'}, {NULL, 0, NULL, 0}};
    *self = (struct settings){0};
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c != 'd' && c != 'j')
            return option_unknown("logs", argv, message);
        self->db = c == 'd' ? optarg : self->db;
        self->json = self->json || c == 'j';
    }
    if (self->db == NULL)
        return fail(message, STATUS_INPUT, "logs: --db FILE is missing: which database?");
    return optind < argc ? option_operand("logs", "log", argc, argv, &self->name, message)
                         : STATUS_OK;
}

static int add_json(struct settings *self, const struct store_log_row *row)
{
    char imported[TIMESTAMP_TEXT_SIZE];
    json_t *one =
        json_pack("{s:s, s:s, s:I, s:I, s:I, s:s, s:s}", "name", row->name, "source", row->source,
                  "queries", (json_int_t)row->n_queries, "mail_events", (json_int_t)row->n_mail,
                  "aggregates", (json_int_t)row->n_aggregates, "imported",
                  timestamp_write(row->imported_us, 0, imported), "report", row->report);
    if (one != NULL && json_array_append_new(self->list, one) == 0)
        return STATUS_OK;
    return fail(self->message, STATUS_RUN,
                "%s: the name or source of a log is no UTF-8 and cannot be written as JSON",
                self->db);
}

/* A database may come from anywhere: none of its control bytes may reach the terminal. */
static void put_safe(const char *text, const char *allowed)
{
    for (; *text != '\0'; text++)
        putchar(((unsigned char)*text < 0x20 && strchr(allowed, *text) == NULL) || *text == 0x7f
                    ? '?'
                    : *text);
}

/* One row a log; with a name, what the importer said of that one. */
static int show(void *context, const struct store_log_row *row)
{
    struct settings *self = context;
    char imported[TIMESTAMP_TEXT_SIZE];
    if (self->name != NULL && strcmp(self->name, row->name) != 0)
        return STATUS_OK;
    self->n++;
    if (self->json)
        return add_json(self, row);
    if (self->name != NULL) {
        put_safe(row->report, "\n");
        return STATUS_OK;
    }
    put_safe(row->name, "");
    printf("%*s %12lld look-ups %10lld mail events %10lld counts  imported %s from ",
           strlen(row->name) < 24 ? (int)(24 - strlen(row->name)) : 0, "",
           (long long)row->n_queries, (long long)row->n_mail, (long long)row->n_aggregates,
           timestamp_write(row->imported_us, 0, imported));
    put_safe(row->source, "");
    putchar('\n');
    return STATUS_OK;
}

static int finish(struct settings *self, struct message *message)
{
    if (self->n == 0 && self->name != NULL)
        return fail(message, STATUS_INPUT,
                    "%s: holds no log named \"%.80s\"; without a name this command lists them",
                    self->db, self->name);
    if (self->json) {
        json_dumpf(self->list, stdout, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
        puts("");
    } else if (self->n == 0) {
        puts("no logs");
    }
    return STATUS_OK;
}

static int run_logs(int argc, char **argv, struct message *message)
{
    struct settings settings;
    struct store store = {0};
    int status = read_settings(&settings, argc, argv, message);
    if (status != STATUS_OK)
        return status;
    settings.list = json_array();
    settings.message = message;
    status = store_open(&store, settings.db, STORE_READ, NULL, message);
    if (status == STATUS_OK)
        status = store_list_logs(&store, show, &settings, message);
    if (status == STATUS_OK)
        status = finish(&settings, message);
    json_decref(settings.list);
    store_close(&store);
    return status;
}

const struct command command_logs = {"logs", "logs [NAME] --db FILE [--json]",
                                     "Lists the logs of a database, or what the import of one said",
                                     "      --db FILE           the database\n"
                                     "      --json              as JSON on standard output\n",
                                     run_logs};
