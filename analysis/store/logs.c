#include "analysis/store/logs.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

/* ---- finding and removing ---- */

int store_find_log(struct store *store, const char *name, int64_t *id, struct message *message)
{
    struct sqlite3_stmt *statement;
    *id = 0;
    int status = store_prepare(store, "SELECT id FROM logs WHERE name = ?", &statement, message);
    if (status != STATUS_OK)
        return status;
    sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        *id = sqlite3_column_int64(statement, 0);
    else if (code != SQLITE_DONE)
        status = store_fail(store, "looking for a log", message);
    sqlite3_finalize(statement);
    return status;
}

int store_remove_log(struct store *store, int64_t id, struct message *message)
{
    static const char *const sql[] = {
        "DELETE FROM log_queries WHERE log = ?", "DELETE FROM log_texts WHERE log = ?",
        "DELETE FROM mail_events WHERE log = ?", "DELETE FROM aggregates WHERE log = ?",
        "DELETE FROM logs WHERE id = ?"};
    int status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < sizeof sql / sizeof *sql; i++) {
        struct sqlite3_stmt *statement;
        status = store_prepare(store, sql[i], &statement, message);
        if (status != STATUS_OK)
            break;
        sqlite3_bind_int64(statement, 1, id);
        status = store_run(store, statement, "removing a log", message);
        sqlite3_finalize(statement);
    }
    return status;
}

int store_drop_log(struct store *store, const char *name, struct message *message)
{
    int64_t id;
    int status = store_begin(store, message);
    if (status != STATUS_OK)
        return status;
    status = store_find_log(store, name, &id, message);
    if (status == STATUS_OK && id == 0)
        status = fail(message, STATUS_INPUT, "%s: holds no log named \"%.80s\"", store->path, name);
    if (status == STATUS_OK)
        status = store_remove_log(store, id, message);
    return store_end(store, status, message);
}

/* ---- reading ---- */

static int not_whole(const struct store *store, const char *name, const char *what,
                     struct message *message)
{
    return fail(message, STATUS_INPUT, "%s: the log \"%.80s\" is damaged: %s; import it again",
                store->path, name, what);
}

/* A log that is being read. */
struct loading {
    struct store *store;
    const char *name;
    struct query_log *log;
    int64_t id, n;
    bool in_order, texts_repeat;
    uint32_t *number[LOG_TEXT_KINDS]; /* where texts repeat: number[kind][stored number] */
    int64_t n_texts[LOG_TEXT_KINDS];  /* stored numbers so far */
    struct message *message;
};

static int damaged(const struct loading *self, const char *what)
{
    return not_whole(self->store, self->name, what, self->message);
}

/* Version 1 had logs in order of time and every text once. */
static const char *head_sql(const struct store *store)
{
    return store->version == 1
               ? "SELECT id, columns, resolution_us, from_us, until_us, n_queries, 1, 0"
                 " FROM logs WHERE name = ?"
               : "SELECT id, columns, resolution_us, from_us, until_us, n_queries, in_order,"
                 " texts_repeat FROM logs WHERE name = ?";
}

static int take_head(struct loading *self, struct sqlite3_stmt *row)
{
    struct query_log *log = self->log;
    self->id = sqlite3_column_int64(row, 0);
    log->columns = (unsigned)sqlite3_column_int64(row, 1);
    log->resolution_us = sqlite3_column_int64(row, 2);
    log->from_us = sqlite3_column_int64(row, 3);
    log->until_us = sqlite3_column_int64(row, 4);
    self->n = sqlite3_column_int64(row, 5);
    self->in_order = sqlite3_column_int64(row, 6) != 0;
    self->texts_repeat = sqlite3_column_int64(row, 7) != 0;
    if (self->n < 0 || self->n > STORE_MAX_QUERIES || log->resolution_us < 1)
        return damaged(self, "its head holds impossible numbers");
    return STATUS_OK;
}

static int read_head(struct loading *self)
{
    struct sqlite3_stmt *statement;
    int status = store_prepare(self->store, head_sql(self->store), &statement, self->message);
    if (status != STATUS_OK)
        return status;
    sqlite3_bind_text(statement, 1, self->name, -1, SQLITE_STATIC);
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        status = take_head(self, statement);
    else if (code == SQLITE_DONE)
        status = fail(self->message, STATUS_INPUT,
                      "%s: holds no log named \"%.80s\"; `mxplain logs` lists them",
                      self->store->path, self->name);
    else
        status = store_fail(self->store, "reading a log", self->message);
    sqlite3_finalize(statement);
    return status;
}

/* Remembers which text a stored number means, where one text may have several. */
static int note_number(struct loading *self, int64_t kind, uint32_t id)
{
    int64_t n = self->n_texts[kind];
    if (self->texts_repeat && (n & (n - 1)) == 0) {
        size_t capacity = n == 0 ? 1 : 2 * (size_t)n;
        uint32_t *grown = realloc(self->number[kind], capacity * sizeof *grown);
        if (grown == NULL)
            return STATUS_RUN;
        self->number[kind] = grown;
    }
    if (self->texts_repeat)
        self->number[kind][n] = id;
    self->n_texts[kind]++;
    return STATUS_OK;
}

/* Numbers must come back as they were given: 0, 1, 2 ... in each table. */
static int add_text(struct loading *self, struct sqlite3_stmt *row, bool *good)
{
    struct intern *tables[] = {&self->log->clients, &self->log->names, &self->log->servers};
    int64_t kind = sqlite3_column_int64(row, 0), number = sqlite3_column_int64(row, 1);
    const unsigned char *text = sqlite3_column_text(row, 2);
    uint32_t id;
    *good = kind >= 0 && kind < LOG_TEXT_KINDS && text != NULL && number == self->n_texts[kind];
    if (!*good)
        return STATUS_OK;
    size_t length = (size_t)sqlite3_column_bytes(row, 2);
    int status = intern_add(tables[kind], (const char *)text, length, &id);
    if (status == STATUS_OK)
        *good = self->texts_repeat || (int64_t)id == number;
    return status == STATUS_OK ? note_number(self, kind, id) : status;
}

static int read_texts(struct loading *self)
{
    struct sqlite3_stmt *row;
    int status = store_prepare(self->store,
                               "SELECT kind, id, text FROM log_texts WHERE log = ?"
                               " ORDER BY kind, id",
                               &row, self->message);
    if (status != STATUS_OK)
        return status;
    sqlite3_bind_int64(row, 1, self->id);
    int code = SQLITE_DONE;
    while (status == STATUS_OK && (code = sqlite3_step(row)) == SQLITE_ROW) {
        bool good;
        if (add_text(self, row, &good) != STATUS_OK)
            status = fail(self->message, STATUS_RUN, "%s: out of memory for the names of a log",
                          self->store->path);
        else if (!good)
            status = damaged(self, "its table of names");
    }
    if (status == STATUS_OK && code != SQLITE_DONE)
        status = store_fail(self->store, "reading the names of a log", self->message);
    sqlite3_finalize(row);
    return status;
}

/* The id of the text that a stored number means. A log from memory may have no table of clients or
 * names at all: its numbers then are those of a world. */
static bool to_id(const struct loading *self, enum log_text_kind kind, int64_t stored, uint32_t *id)
{
    int64_t n = self->n_texts[kind];
    bool no_table = n == 0 && kind != LOG_TEXT_SERVER;
    if (stored < 0 || stored > UINT32_MAX || (stored >= n && !no_table))
        return false;
    *id = self->number[kind] != NULL ? self->number[kind][stored] : (uint32_t)stored;
    return true;
}

/* One row as a query; false where a number lies outside what the log's tables hold. */
static bool to_query(const struct loading *self, struct sqlite3_stmt *row, struct query *query)
{
    int64_t type = sqlite3_column_int64(row, 4), flags = sqlite3_column_int64(row, 6);
    const struct query_array *queries = &self->log->queries;
    size_t n = queries->n;
    uint32_t server;
    query->time_us = sqlite3_column_int64(row, 1);
    query->type = (uint16_t)type;
    query->flags = (uint32_t)flags;
    if (sqlite3_column_int64(row, 0) != (int64_t)n || type < 0 || type > UINT16_MAX || flags < 0 ||
        flags > UINT32_MAX ||
        (self->in_order && n > 0 && queries->q[n - 1].time_us > query->time_us) ||
        !to_id(self, LOG_TEXT_CLIENT, sqlite3_column_int64(row, 2), &query->client) ||
        !to_id(self, LOG_TEXT_NAME, sqlite3_column_int64(row, 3), &query->name) ||
        !to_id(self, LOG_TEXT_SERVER, sqlite3_column_int64(row, 5), &server))
        return false;
    query->server = (uint16_t)server;
    return server <= UINT16_MAX;
}

static int read_queries(struct loading *self)
{
    struct sqlite3_stmt *row;
    int status = store_prepare(self->store,
                               "SELECT position, time_us, client, name, type, server, flags"
                               " FROM log_queries WHERE log = ? ORDER BY position",
                               &row, self->message);
    if (status != STATUS_OK)
        return status;
    sqlite3_bind_int64(row, 1, self->id);
    int code = SQLITE_DONE;
    while (status == STATUS_OK && (code = sqlite3_step(row)) == SQLITE_ROW) {
        struct query query;
        if (!to_query(self, row, &query))
            status = damaged(self, "its queries");
        else if (query_array_add(&self->log->queries, query) != STATUS_OK)
            status =
                fail(self->message, STATUS_RUN, "%s: out of memory for a log", self->store->path);
    }
    if (status == STATUS_OK && code != SQLITE_DONE)
        status = store_fail(self->store, "reading the queries of a log", self->message);
    if (status == STATUS_OK && (int64_t)self->log->queries.n != self->n)
        status = damaged(self, "queries are missing");
    sqlite3_finalize(row);
    return status;
}

static int sort_by_time(struct loading *self)
{
    struct query_array scratch;
    query_array_init(&scratch);
    int status = query_array_sort(&self->log->queries, &scratch);
    query_array_free(&scratch);
    return status == STATUS_OK
               ? status
               : fail(self->message, STATUS_RUN, "%s: out of memory for a log", self->store->path);
}

int store_load_log(struct store *store, const char *name, struct query_log *log,
                   struct message *message)
{
    struct loading self = {.store = store, .name = name, .log = log, .message = message};
    if (query_log_init(log) != STATUS_OK) {
        query_log_free(log);
        return fail(message, STATUS_RUN, "%s: out of memory for a log", store->path);
    }
    int status = read_head(&self);
    if (status == STATUS_OK)
        status = read_texts(&self);
    if (status == STATUS_OK)
        status = read_queries(&self);
    if (status == STATUS_OK && !self.in_order)
        status = sort_by_time(&self);
    if (status != STATUS_OK)
        query_log_free(log);
    for (int kind = 0; kind < LOG_TEXT_KINDS; kind++)
        free(self.number[kind]);
    return status;
}

static const char *text_or_empty(struct sqlite3_stmt *row, int column)
{
    const unsigned char *text = sqlite3_column_text(row, column);
    return text != NULL ? (const char *)text : "";
}

int store_list_logs(struct store *store,
                    int (*visit)(void *context, const struct store_log_row *row), void *context,
                    struct message *message)
{
    struct sqlite3_stmt *all;
    int status = store_prepare(store,
                               store->version == 1
                                   ? "SELECT name, source, report, n_queries, from_us, until_us,"
                                     " imported_us, 0, 0 FROM logs ORDER BY name"
                                   : "SELECT name, source, report, n_queries, from_us, until_us,"
                                     " imported_us, n_mail, n_aggregates FROM logs ORDER BY name",
                               &all, message);
    int code = SQLITE_DONE;
    while (status == STATUS_OK && (code = sqlite3_step(all)) == SQLITE_ROW) {
        struct store_log_row row = {.name = text_or_empty(all, 0),
                                    .source = text_or_empty(all, 1),
                                    .report = text_or_empty(all, 2),
                                    .n_queries = sqlite3_column_int64(all, 3),
                                    .from_us = sqlite3_column_int64(all, 4),
                                    .until_us = sqlite3_column_int64(all, 5),
                                    .imported_us = sqlite3_column_int64(all, 6),
                                    .n_mail = sqlite3_column_int64(all, 7),
                                    .n_aggregates = sqlite3_column_int64(all, 8)};
        status = visit(context, &row);
    }
    if (status == STATUS_OK && code != SQLITE_DONE)
        status = store_fail(store, "listing the logs", message);
    sqlite3_finalize(all);
    return status;
}
