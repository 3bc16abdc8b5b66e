#include "analysis/store/log_writer.h"

#include <sqlite3.h>
#include <string.h>

/* ---- statements ---- */

static int prepare(struct store_log_writer *self, struct message *message)
{
    struct store *store = self->store;
    int status = row_source_add(&self->waiting, store, message);
    if (status == STATUS_OK)
        status = store_prepare(store,
                               "INSERT INTO log_queries(log, position, time_us, client, name, type,"
                               " server, flags) SELECT * FROM temp.waiting_rows",
                               &self->queries, message);
    if (status == STATUS_OK)
        status =
            store_prepare(store, "INSERT INTO log_texts(log, kind, id, text) VALUES(?, ?, ?, ?)",
                          &self->text, message);
    if (status == STATUS_OK)
        status = store_prepare(store,
                               "INSERT INTO mail_events(log, position, time_us, status, sender,"
                               " recipient, queue_id, relay) VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
                               &self->mail, message);
    if (status == STATUS_OK)
        status = store_prepare(store,
                               "INSERT INTO aggregates(log, position, first_us, last_us, count,"
                               " client, name, type, answer) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)",
                               &self->aggregate, message);
    return status;
}

/* Bindings stay: every parameter is bound anew for each row. */
static int step(const struct store_log_writer *self, struct sqlite3_stmt *statement,
                const char *doing, struct message *message)
{
    int status = STATUS_OK;
    if (sqlite3_step(statement) != SQLITE_DONE)
        status = store_fail(self->store, doing, message);
    sqlite3_reset(statement);
    return status;
}

static void bind_text(struct sqlite3_stmt *statement, int parameter, struct text text)
{
    sqlite3_bind_text(statement, parameter, text.n > 0 ? text.at : "", (int)text.n, SQLITE_STATIC);
}

/* ---- queries ---- */

static int write_text(struct store_log_writer *self, enum log_text_kind kind, int64_t number,
                      struct text text, struct message *message)
{
    sqlite3_bind_int64(self->text, 1, self->log);
    sqlite3_bind_int64(self->text, 2, kind);
    sqlite3_bind_int64(self->text, 3, number);
    bind_text(self->text, 4, text);
    return step(self, self->text, "storing the names of a log", message);
}

/* The number of a text; a new one is written. */
static int number_of(struct store_log_writer *self, enum log_text_kind kind, struct text text,
                     int64_t *number, struct message *message)
{
    bool is_new;
    if (text_cache_number(&self->texts[kind], text.n > 0 ? text.at : "", text.n, number, &is_new) !=
        STATUS_OK)
        return fail(message, STATUS_RUN, "out of memory for the names of a log");
    return is_new ? write_text(self, kind, *number, text, message) : STATUS_OK;
}

/* Writes what waits. */
static int flush(struct store_log_writer *self, struct message *message)
{
    struct row_source *waiting = &self->waiting;
    if (waiting->n == 0)
        return STATUS_OK;
    waiting->first_position = self->n_queries - (int64_t)waiting->n;
    int status = step(self, self->queries, "storing the queries of a log", message);
    waiting->n = 0;
    return status;
}

static int add_query(struct store_log_writer *self, const struct stored_query *query,
                     struct message *message)
{
    if (self->n_queries > 0 && query->time_us < self->last_us)
        self->out_of_order = true;
    if (self->n_queries >= STORE_MAX_QUERIES)
        return fail(message, STATUS_INPUT,
                    "a log of more than %lld queries is too long to be stored",
                    (long long)STORE_MAX_QUERIES);
    self->last_us = query->time_us;
    self->waiting.row[self->waiting.n++] = *query;
    self->n_queries++;
    return self->waiting.n == ROW_SOURCE_ROWS ? flush(self, message) : STATUS_OK;
}

/* Once there are more servers than a log has room for, none is kept. */
static int number_of_server(struct store_log_writer *self, struct text server, int64_t *number,
                            struct message *message)
{
    *number = 0;
    if (server.n == 0 || self->too_many_servers)
        return STATUS_OK;
    if (server.n == self->last_server_length &&
        memcmp(server.at, self->last_server, server.n) == 0) {
        *number = self->last_server_number;
        return STATUS_OK;
    }
    int status = number_of(self, LOG_TEXT_SERVER, server, number, message);
    self->too_many_servers = *number > UINT16_MAX;
    self->last_server_length = server.n <= sizeof self->last_server ? server.n : 0;
    memcpy(self->last_server, server.at, self->last_server_length);
    self->last_server_number = *number;
    return status;
}

int store_log_query(struct store_log_writer *self, const struct ingest_query *query,
                    struct message *message)
{
    struct stored_query row = {
        .time_us = query->time_us, .type = query->type, .flags = query->flags};
    int status = number_of(self, LOG_TEXT_CLIENT, query->client, &row.client, message);
    if (status == STATUS_OK)
        status = number_of(self, LOG_TEXT_NAME, query->name, &row.name, message);
    if (status == STATUS_OK)
        status = number_of_server(self, query->server, &row.server, message);
    return status == STATUS_OK ? add_query(self, &row, message) : status;
}

/* ---- mail events and aggregates ---- */

int store_log_mail(struct store_log_writer *self, const struct ingest_mail *mail,
                   struct message *message)
{
    struct sqlite3_stmt *statement = self->mail;
    sqlite3_bind_int64(statement, 1, self->log);
    sqlite3_bind_int64(statement, 2, self->n_mail++);
    sqlite3_bind_int64(statement, 3, mail->time_us);
    sqlite3_bind_text(statement, 4, mail_status_words[mail->status], -1, SQLITE_STATIC);
    bind_text(statement, 5, mail->from);
    bind_text(statement, 6, mail->to);
    bind_text(statement, 7, mail->queue_id);
    bind_text(statement, 8, mail->relay);
    return step(self, statement, "storing the mail events of a log", message);
}

static void bind_known(struct sqlite3_stmt *statement, int parameter, int64_t value, bool is_known)
{
    if (is_known)
        sqlite3_bind_int64(statement, parameter, value);
    else
        sqlite3_bind_null(statement, parameter);
}

int store_log_aggregate(struct store_log_writer *self, const struct ingest_aggregate *aggregate,
                        struct message *message)
{
    struct sqlite3_stmt *statement = self->aggregate;
    sqlite3_bind_int64(statement, 1, self->log);
    sqlite3_bind_int64(statement, 2, self->n_aggregates++);
    bind_known(statement, 3, aggregate->first_us, aggregate->last_us != 0);
    bind_known(statement, 4, aggregate->last_us, aggregate->last_us != 0);
    bind_known(statement, 5, (int64_t)aggregate->count, aggregate->count > 0);
    bind_text(statement, 6, aggregate->client);
    bind_text(statement, 7, aggregate->name);
    sqlite3_bind_int64(statement, 8, aggregate->type);
    bind_text(statement, 9, aggregate->answer);
    return step(self, statement, "storing the aggregates of a log", message);
}

/* ---- the beginning ---- */

static int write_head(struct store_log_writer *self, const char *name, struct message *message)
{
    struct sqlite3_stmt *statement;
    int status = store_prepare(self->store,
                               "INSERT INTO logs(name, columns, resolution_us, from_us, until_us,"
                               " n_queries, imported_us) VALUES(?, 0, 1, 0, 0, 0, ?)",
                               &statement, message);
    if (status != STATUS_OK)
        return status;
    sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 2, store_now_us());
    status = store_run(self->store, statement, "storing a log", message);
    self->log = sqlite3_last_insert_rowid(self->store->db);
    sqlite3_finalize(statement);
    return status;
}

static int make_room(struct store *store, const char *name, bool replace, struct message *message)
{
    int64_t old;
    int status = store_find_log(store, name, &old, message);
    if (status != STATUS_OK || old == 0)
        return status;
    if (replace)
        return store_remove_log(store, old, message);
    return fail(message, STATUS_INPUT,
                "%s: holds a log named \"%.80s\" already; name it otherwise (--as NAME), or "
                "replace it (--replace)",
                store->path, name);
}

static void free_parts(struct store_log_writer *self)
{
    struct sqlite3_stmt *all[] = {self->queries, self->text, self->mail, self->aggregate};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        sqlite3_finalize(all[i]);
    row_source_remove(self->store);
    for (int kind = 0; kind < LOG_TEXT_KINDS; kind++)
        text_cache_free(&self->texts[kind]);
    *self = (struct store_log_writer){0};
}

/* Begins without any text: store_save_log gives its own numbers. */
static int begin(struct store_log_writer *self, struct store *store, const char *name, bool replace,
                 struct message *message)
{
    *self = (struct store_log_writer){.store = store};
    int status = store_begin(store, message);
    if (status != STATUS_OK)
        return status;
    status = make_room(store, name, replace, message);
    if (status == STATUS_OK)
        status = prepare(self, message);
    if (status == STATUS_OK)
        status = write_head(self, name, message);
    self->waiting.log = self->log;
    if (status == STATUS_OK)
        return STATUS_OK;
    free_parts(self);
    return store_end(store, status, message);
}

int store_log_begin(struct store_log_writer *self, struct store *store, const char *name,
                    bool replace, struct message *message)
{
    int64_t unknown;
    int status = begin(self, store, name, replace, message);
    if (status != STATUS_OK)
        return status;
    status = number_of(self, LOG_TEXT_SERVER, text_of(""), &unknown, message);
    if (status == STATUS_OK)
        return STATUS_OK;
    free_parts(self);
    return store_end(store, status, message);
}

/* ---- the end ---- */

static int run_for_log(struct store_log_writer *self, const char *sql, struct message *message)
{
    struct sqlite3_stmt *statement;
    int status = store_prepare(self->store, sql, &statement, message);
    if (status != STATUS_OK)
        return status;
    sqlite3_bind_int64(statement, 1, self->log);
    status = store_run(self->store, statement, "ending a log", message);
    sqlite3_finalize(statement);
    return status;
}

/* Half a column would mislead. */
static int drop_servers(struct store_log_writer *self, struct message *message)
{
    int status = run_for_log(
        self, "UPDATE log_queries SET server = 0 WHERE log = ? AND server <> 0", message);
    return status == STATUS_OK
               ? run_for_log(self, "DELETE FROM log_texts WHERE log = ? AND kind = 2 AND id > 0",
                             message)
               : status;
}

static bool texts_repeat(const struct store_log_writer *self)
{
    bool repeat = false;
    for (int kind = 0; kind < LOG_TEXT_KINDS; kind++)
        repeat = repeat || self->texts[kind].forgot;
    return repeat;
}

static int complete_head(struct store_log_writer *self, const struct store_log_info *info,
                         const struct store_log_head *head, struct message *message)
{
    struct sqlite3_stmt *statement;
    unsigned missing = self->too_many_servers ? COLUMN_SERVER : 0u;
    int status =
        store_prepare(self->store,
                      "UPDATE logs SET source = ?, columns = ?, resolution_us = ?, from_us = ?,"
                      " until_us = ?, n_queries = ?, report = ?, in_order = ?, texts_repeat = ?,"
                      " n_mail = ?, n_aggregates = ? WHERE id = ?",
                      &statement, message);
    if (status != STATUS_OK)
        return status;
    sqlite3_bind_text(statement, 1, info->source, -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 2, head->columns & ~missing);
    sqlite3_bind_int64(statement, 3, head->resolution_us);
    sqlite3_bind_int64(statement, 4, head->from_us);
    sqlite3_bind_int64(statement, 5, head->until_us);
    sqlite3_bind_int64(statement, 6, self->n_queries);
    sqlite3_bind_text(statement, 7, info->report, -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 8, !self->out_of_order);
    sqlite3_bind_int64(statement, 9, texts_repeat(self));
    sqlite3_bind_int64(statement, 10, self->n_mail);
    sqlite3_bind_int64(statement, 11, self->n_aggregates);
    sqlite3_bind_int64(statement, 12, self->log);
    status = store_run(self->store, statement, "ending a log", message);
    sqlite3_finalize(statement);
    return status;
}

int store_log_finish(struct store_log_writer *self, int status, const struct store_log_info *info,
                     const struct store_log_head *head, struct message *message)
{
    struct store *store = self->store;
    if (status == STATUS_OK)
        status = flush(self, message);
    if (status == STATUS_OK && self->too_many_servers)
        status = drop_servers(self, message);
    if (status == STATUS_OK)
        status = complete_head(self, info, head, message);
    free_parts(self);
    return store_end(store, status, message);
}

/* ---- a log that is held in memory ---- */

static int write_texts(struct store_log_writer *self, enum log_text_kind kind,
                       const struct intern *table, struct message *message)
{
    int status = STATUS_OK;
    for (uint32_t id = 0; status == STATUS_OK && id < table->count; id++)
        status = write_text(self, kind, id, text_of(intern_text(table, id)), message);
    return status;
}

static int write_log(struct store_log_writer *self, const struct query_log *log,
                     struct message *message)
{
    int status = write_texts(self, LOG_TEXT_CLIENT, &log->clients, message);
    if (status == STATUS_OK)
        status = write_texts(self, LOG_TEXT_NAME, &log->names, message);
    if (status == STATUS_OK)
        status = write_texts(self, LOG_TEXT_SERVER, &log->servers, message);
    for (size_t i = 0; status == STATUS_OK && i < log->queries.n; i++) {
        const struct query *q = &log->queries.q[i];
        struct stored_query row = {q->time_us, q->client, q->name, q->server, q->flags, q->type};
        status = add_query(self, &row, message);
    }
    return status;
}

int store_save_log(struct store *store, const struct store_log_info *info,
                   const struct query_log *log, bool replace, struct message *message)
{
    struct store_log_writer writer;
    struct store_log_head head = {.columns = log->columns,
                                  .resolution_us = log->resolution_us,
                                  .from_us = log->from_us,
                                  .until_us = log->until_us};
    int status = begin(&writer, store, info->name, replace, message);
    if (status != STATUS_OK)
        return status;
    status = write_log(&writer, log, message);
    return store_log_finish(&writer, status, info, &head, message);
}
