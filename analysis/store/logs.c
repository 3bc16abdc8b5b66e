#include "analysis/store/logs.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <string.h>

#define ROWS_AT_ONCE 32 /* rows per INSERT: three times faster than one by one */
#define COLUMNS 8

enum text_kind { TEXT_CLIENT, TEXT_NAME, TEXT_SERVER };

/* ---- writing ---- */

static int find_log(struct store *store, const char *name, int64_t *id, struct message *message)
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

/* Inside the caller's transaction. */
static int remove_log(struct store *store, int64_t id, struct message *message)
{
    static const char *const sql[] = {"DELETE FROM log_queries WHERE log = ?",
                                      "DELETE FROM log_texts WHERE log = ?",
                                      "DELETE FROM logs WHERE id = ?"};
    int status = STATUS_OK;
    for (int i = 0; status == STATUS_OK && i < 3; i++) {
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

static int write_head(struct store *store, const struct store_log_info *info,
                      const struct query_log *log, int64_t *id, struct message *message)
{
    struct sqlite3_stmt *statement;
    int status = store_prepare(store,
                               "INSERT INTO logs(name, source, columns, resolution_us, from_us,"
                               " until_us, n_queries, report, imported_us)"
                               " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)",
                               &statement, message);
    if (status != STATUS_OK)
        return status;
    sqlite3_bind_text(statement, 1, info->name, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 2, info->source, -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 3, log->columns);
    sqlite3_bind_int64(statement, 4, log->resolution_us);
    sqlite3_bind_int64(statement, 5, log->from_us);
    sqlite3_bind_int64(statement, 6, log->until_us);
    sqlite3_bind_int64(statement, 7, (int64_t)log->queries.n);
    sqlite3_bind_text(statement, 8, info->report, -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 9, store_now_us());
    status = store_run(store, statement, "storing a log", message);
    *id = sqlite3_last_insert_rowid(store->db);
    sqlite3_finalize(statement);
    return status;
}

static int write_texts(struct store *store, int64_t log, enum text_kind kind,
                       const struct intern *table, struct message *message)
{
    struct sqlite3_stmt *statement;
    int status =
        store_prepare(store, "INSERT INTO log_texts(log, kind, id, text) VALUES(?, ?, ?, ?)",
                      &statement, message);
    for (uint32_t id = 0; status == STATUS_OK && id < table->count; id++) {
        sqlite3_bind_int64(statement, 1, log);
        sqlite3_bind_int64(statement, 2, kind);
        sqlite3_bind_int64(statement, 3, id);
        sqlite3_bind_text(statement, 4, intern_text(table, id), -1, SQLITE_TRANSIENT);
        status = store_run(store, statement, "storing the names of a log", message);
    }
    sqlite3_finalize(statement);
    return status;
}

static void bind_query(struct sqlite3_stmt *statement, int first, int64_t log, size_t position,
                       const struct query *query)
{
    sqlite3_bind_int64(statement, first, log);
    sqlite3_bind_int64(statement, first + 1, (int64_t)position);
    sqlite3_bind_int64(statement, first + 2, query->time_us);
    sqlite3_bind_int64(statement, first + 3, query->client);
    sqlite3_bind_int64(statement, first + 4, query->name);
    sqlite3_bind_int64(statement, first + 5, query->type);
    sqlite3_bind_int64(statement, first + 6, query->server);
    sqlite3_bind_int64(statement, first + 7, query->flags);
}

/* Queries [from, until) in statements of `at_once` rows; until - from is a multiple of it. */
static int write_queries(struct store *store, int64_t log, const struct query_array *queries,
                         size_t from, size_t until, int at_once, struct message *message)
{
    static const char row[] = ",(?,?,?,?,?,?,?,?)";
    char sql[128 + ROWS_AT_ONCE * sizeof row] =
        "INSERT INTO log_queries(log, position, time_us, client, name, type, server, flags) VALUES";
    struct sqlite3_stmt *statement;
    for (int i = 0; i < at_once; i++)
        strcat(sql, row + (i == 0 ? 1 : 0));
    int status = store_prepare(store, sql, &statement, message);
    for (size_t i = from; status == STATUS_OK && i < until; i += (size_t)at_once) {
        for (int k = 0; k < at_once; k++)
            bind_query(statement, 1 + k * COLUMNS, log, i + (size_t)k, &queries->q[i + (size_t)k]);
        status = store_run(store, statement, "storing the queries of a log", message);
    }
    sqlite3_finalize(statement);
    return status;
}

static int write_log(struct store *store, const struct store_log_info *info,
                     const struct query_log *log, struct message *message)
{
    int64_t id;
    size_t n = log->queries.n, even = n - n % ROWS_AT_ONCE;
    int status = write_head(store, info, log, &id, message);
    if (status == STATUS_OK)
        status = write_texts(store, id, TEXT_CLIENT, &log->clients, message);
    if (status == STATUS_OK)
        status = write_texts(store, id, TEXT_NAME, &log->names, message);
    if (status == STATUS_OK)
        status = write_texts(store, id, TEXT_SERVER, &log->servers, message);
    if (status == STATUS_OK)
        status = write_queries(store, id, &log->queries, 0, even, ROWS_AT_ONCE, message);
    return status == STATUS_OK ? write_queries(store, id, &log->queries, even, n, 1, message)
                               : status;
}

int store_save_log(struct store *store, const struct store_log_info *info,
                   const struct query_log *log, bool replace, struct message *message)
{
    int64_t old;
    if ((uint64_t)log->queries.n > (uint64_t)STORE_MAX_QUERIES)
        return fail(message, STATUS_INPUT, "a log of %zu queries is too long to be stored",
                    log->queries.n);
    int status = store_begin(store, message);
    if (status != STATUS_OK)
        return status;
    status = find_log(store, info->name, &old, message);
    if (status == STATUS_OK && old != 0 && !replace)
        status = fail(message, STATUS_INPUT,
                      "%s: holds a log named \"%.80s\" already; choose another name or replace it",
                      store->path, info->name);
    if (status == STATUS_OK && old != 0)
        status = remove_log(store, old, message);
    if (status == STATUS_OK)
        status = write_log(store, info, log, message);
    return store_end(store, status, message);
}

int store_drop_log(struct store *store, const char *name, struct message *message)
{
    int64_t id;
    int status = store_begin(store, message);
    if (status != STATUS_OK)
        return status;
    status = find_log(store, name, &id, message);
    if (status == STATUS_OK && id == 0)
        status = fail(message, STATUS_INPUT, "%s: holds no log named \"%.80s\"", store->path, name);
    if (status == STATUS_OK)
        status = remove_log(store, id, message);
    return store_end(store, status, message);
}

/* ---- reading ---- */

static int not_whole(const struct store *store, const char *name, const char *what,
                     struct message *message)
{
    return fail(message, STATUS_INPUT, "%s: the log \"%.80s\" is damaged: %s; import it again",
                store->path, name, what);
}

static int read_head(struct store *store, const char *name, struct query_log *log, int64_t *id,
                     int64_t *n, struct message *message)
{
    struct sqlite3_stmt *statement;
    int status = store_prepare(store,
                               "SELECT id, columns, resolution_us, from_us, until_us, n_queries"
                               " FROM logs WHERE name = ?",
                               &statement, message);
    if (status != STATUS_OK)
        return status;
    sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        *id = sqlite3_column_int64(statement, 0);
        log->columns = (unsigned)sqlite3_column_int64(statement, 1);
        log->resolution_us = sqlite3_column_int64(statement, 2);
        log->from_us = sqlite3_column_int64(statement, 3);
        log->until_us = sqlite3_column_int64(statement, 4);
        *n = sqlite3_column_int64(statement, 5);
        if (*n < 0 || *n > STORE_MAX_QUERIES || log->resolution_us < 1)
            status = not_whole(store, name, "its head holds impossible numbers", message);
    } else if (code == SQLITE_DONE) {
        status = fail(message, STATUS_INPUT, "%s: holds no log named \"%.80s\"", store->path, name);
    } else {
        status = store_fail(store, "reading a log", message);
    }
    sqlite3_finalize(statement);
    return status;
}

/* Ids must come back as they were given: 0, 1, 2 ... in each table. */
static int add_text(struct query_log *log, struct sqlite3_stmt *row, bool *good)
{
    struct intern *tables[] = {&log->clients, &log->names, &log->servers};
    int64_t kind = sqlite3_column_int64(row, 0);
    const unsigned char *text = sqlite3_column_text(row, 2);
    uint32_t id;
    *good = kind >= TEXT_CLIENT && kind <= TEXT_SERVER && text != NULL;
    if (!*good)
        return STATUS_OK;
    size_t length = (size_t)sqlite3_column_bytes(row, 2);
    int status = intern_add(tables[kind], (const char *)text, length, &id);
    *good = status == STATUS_OK && (int64_t)id == sqlite3_column_int64(row, 1);
    return status;
}

static int read_texts(struct store *store, const char *name, int64_t log_id, struct query_log *log,
                      struct message *message)
{
    struct sqlite3_stmt *row;
    int status =
        store_prepare(store, "SELECT kind, id, text FROM log_texts WHERE log = ? ORDER BY kind, id",
                      &row, message);
    if (status != STATUS_OK)
        return status;
    sqlite3_bind_int64(row, 1, log_id);
    int code = SQLITE_DONE;
    while (status == STATUS_OK && (code = sqlite3_step(row)) == SQLITE_ROW) {
        bool good;
        if (add_text(log, row, &good) != STATUS_OK)
            status =
                fail(message, STATUS_RUN, "%s: out of memory for the names of a log", store->path);
        else if (!good)
            status = not_whole(store, name, "its table of names", message);
    }
    if (status == STATUS_OK && code != SQLITE_DONE)
        status = store_fail(store, "reading the names of a log", message);
    sqlite3_finalize(row);
    return status;
}

/* One row as a query; false where a number lies outside what the log's tables hold. */
static bool to_query(struct sqlite3_stmt *row, const struct query_log *log, struct query *query)
{
    int64_t client = sqlite3_column_int64(row, 2), name = sqlite3_column_int64(row, 3);
    int64_t type = sqlite3_column_int64(row, 4), server = sqlite3_column_int64(row, 5);
    int64_t flags = sqlite3_column_int64(row, 6);
    query->time_us = sqlite3_column_int64(row, 1);
    query->client = (uint32_t)client;
    query->name = (uint32_t)name;
    query->type = (uint16_t)type;
    query->server = (uint16_t)server;
    query->flags = (uint32_t)flags;
    size_t n = log->queries.n;
    bool in_order = n == 0 || log->queries.q[n - 1].time_us <= query->time_us;
    return sqlite3_column_int64(row, 0) == (int64_t)n && in_order && client >= 0 && name >= 0 &&
           server >= 0 && (client < log->clients.count || log->clients.count == 0) &&
           (name < log->names.count || log->names.count == 0) && server < log->servers.count &&
           type >= 0 && type <= UINT16_MAX && flags >= 0 && flags <= UINT32_MAX;
}

static int read_queries(struct store *store, const char *name, int64_t log_id, int64_t n,
                        struct query_log *log, struct message *message)
{
    struct sqlite3_stmt *row;
    int status = store_prepare(store,
                               "SELECT position, time_us, client, name, type, server, flags"
                               " FROM log_queries WHERE log = ? ORDER BY position",
                               &row, message);
    if (status != STATUS_OK)
        return status;
    sqlite3_bind_int64(row, 1, log_id);
    int code = SQLITE_DONE;
    while (status == STATUS_OK && (code = sqlite3_step(row)) == SQLITE_ROW) {
        struct query query;
        if (!to_query(row, log, &query))
            status = not_whole(store, name, "its queries", message);
        else if (query_array_add(&log->queries, query) != STATUS_OK)
            status = fail(message, STATUS_RUN, "%s: out of memory for a log", store->path);
    }
    if (status == STATUS_OK && code != SQLITE_DONE)
        status = store_fail(store, "reading the queries of a log", message);
    if (status == STATUS_OK && (int64_t)log->queries.n != n)
        status = not_whole(store, name, "queries are missing", message);
    sqlite3_finalize(row);
    return status;
}

int store_load_log(struct store *store, const char *name, struct query_log *log,
                   struct message *message)
{
    int64_t id = 0, n = 0;
    if (query_log_init(log) != STATUS_OK) {
        query_log_free(log);
        return fail(message, STATUS_RUN, "%s: out of memory for a log", store->path);
    }
    int status = read_head(store, name, log, &id, &n, message);
    if (status == STATUS_OK)
        status = read_texts(store, name, id, log, message);
    if (status == STATUS_OK)
        status = read_queries(store, name, id, n, log, message);
    if (status != STATUS_OK)
        query_log_free(log);
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
                               "SELECT name, source, report, n_queries, from_us, until_us,"
                               " imported_us FROM logs ORDER BY name",
                               &all, message);
    int code = SQLITE_DONE;
    while (status == STATUS_OK && (code = sqlite3_step(all)) == SQLITE_ROW) {
        struct store_log_row row = {.name = text_or_empty(all, 0),
                                    .source = text_or_empty(all, 1),
                                    .report = text_or_empty(all, 2),
                                    .n_queries = sqlite3_column_int64(all, 3),
                                    .from_us = sqlite3_column_int64(all, 4),
                                    .until_us = sqlite3_column_int64(all, 5),
                                    .imported_us = sqlite3_column_int64(all, 6)};
        status = visit(context, &row);
    }
    if (status == STATUS_OK && code != SQLITE_DONE)
        status = store_fail(store, "listing the logs", message);
    sqlite3_finalize(all);
    return status;
}
