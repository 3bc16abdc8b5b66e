#include "analysis/store/row_source.h"

#include <sqlite3.h>
#include <stdlib.h>

static const char table_name[] = "waiting_rows";

enum column { IN_LOG, IN_POSITION, IN_TIME, IN_CLIENT, IN_NAME, IN_TYPE, IN_SERVER, IN_FLAGS };

/* The interface of SQLite's virtual tables, https://sqlite.org/vtab.html: the first member of each
 * structure is SQLite's. */
struct table {
    struct sqlite3_vtab base;
    const struct row_source *source;
};

struct cursor {
    struct sqlite3_vtab_cursor base;
    const struct row_source *source;
    size_t at;
};

static int table_connect(sqlite3 *db, void *source, int n, const char *const *arguments,
                         struct sqlite3_vtab **out, char **error)
{
    (void)n, (void)arguments, (void)error;
    int code = sqlite3_declare_vtab(db, "CREATE TABLE rows(log INTEGER, position INTEGER, time_us"
                                        " INTEGER, client INTEGER, name INTEGER, type INTEGER,"
                                        " server INTEGER, flags INTEGER)");
    struct table *table = code == SQLITE_OK ? calloc(1, sizeof *table) : NULL;
    if (table == NULL)
        return code == SQLITE_OK ? SQLITE_NOMEM : code;
    table->source = source;
    *out = &table->base;
    return sqlite3_vtab_config(db, SQLITE_VTAB_DIRECTONLY);
}

static int table_disconnect(struct sqlite3_vtab *table)
{
    free(table);
    return SQLITE_OK;
}

static int table_plan(struct sqlite3_vtab *table, struct sqlite3_index_info *plan)
{
    (void)table;
    plan->estimatedCost = ROW_SOURCE_ROWS;
    plan->estimatedRows = ROW_SOURCE_ROWS;
    return SQLITE_OK;
}

static int cursor_open(struct sqlite3_vtab *table, struct sqlite3_vtab_cursor **out)
{
    struct cursor *cursor = calloc(1, sizeof *cursor);
    if (cursor == NULL)
        return SQLITE_NOMEM;
    cursor->source = ((struct table *)table)->source;
    *out = &cursor->base;
    return SQLITE_OK;
}

static int cursor_close(struct sqlite3_vtab_cursor *cursor)
{
    free(cursor);
    return SQLITE_OK;
}

static int cursor_start(struct sqlite3_vtab_cursor *base, int number, const char *plan, int n,
                        struct sqlite3_value **values)
{
    (void)number, (void)plan, (void)n, (void)values;
    ((struct cursor *)base)->at = 0;
    return SQLITE_OK;
}

static int cursor_next(struct sqlite3_vtab_cursor *base)
{
    ((struct cursor *)base)->at++;
    return SQLITE_OK;
}

static int cursor_at_end(struct sqlite3_vtab_cursor *base)
{
    const struct cursor *cursor = (const struct cursor *)base;
    return cursor->at >= cursor->source->n;
}

static int64_t value_of(const struct cursor *cursor, int column)
{
    const struct stored_query *row = &cursor->source->row[cursor->at];
    switch ((enum column)column) {
    case IN_LOG:
        return cursor->source->log;
    case IN_POSITION:
        return cursor->source->first_position + (int64_t)cursor->at;
    case IN_TIME:
        return row->time_us;
    case IN_CLIENT:
        return row->client;
    case IN_NAME:
        return row->name;
    case IN_TYPE:
        return row->type;
    case IN_SERVER:
        return row->server;
    case IN_FLAGS:
        return row->flags;
    }
    return 0;
}

static int cursor_column(struct sqlite3_vtab_cursor *base, struct sqlite3_context *result,
                         int column)
{
    sqlite3_result_int64(result, value_of((const struct cursor *)base, column));
    return SQLITE_OK;
}

static int cursor_row(struct sqlite3_vtab_cursor *base, sqlite3_int64 *row)
{
    *row = (sqlite3_int64)((const struct cursor *)base)->at;
    return SQLITE_OK;
}

/* Without xCreate the table is there by its name alone, without a CREATE statement. */
static const struct sqlite3_module module = {
    .xConnect = table_connect,
    .xBestIndex = table_plan,
    .xDisconnect = table_disconnect,
    .xOpen = cursor_open,
    .xClose = cursor_close,
    .xFilter = cursor_start,
    .xNext = cursor_next,
    .xEof = cursor_at_end,
    .xColumn = cursor_column,
    .xRowid = cursor_row,
};

int row_source_add(struct row_source *self, struct store *store, struct message *message)
{
    if (sqlite3_create_module(store->db, table_name, &module, self) != SQLITE_OK)
        return store_fail(store, "preparing a statement", message);
    return STATUS_OK;
}

void row_source_remove(struct store *store)
{
    sqlite3_create_module(store->db, table_name, NULL, NULL);
}
