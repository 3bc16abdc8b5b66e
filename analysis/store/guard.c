#include "analysis/store/guard.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "analysis/store/schema.h"

void guard_connection(struct sqlite3 *db)
{
    static const int settings[][2] = {{SQLITE_DBCONFIG_DEFENSIVE, 1},
                                      {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
                                      {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
                                      {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
                                      {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
                                      {SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0},
                                      {SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0}};
    static const int limits[][2] = {{SQLITE_LIMIT_LENGTH, GUARD_MAX_VALUE_BYTES},
                                    {SQLITE_LIMIT_SQL_LENGTH, 100000},
                                    {SQLITE_LIMIT_COLUMN, 100},
                                    {SQLITE_LIMIT_EXPR_DEPTH, 100},
                                    {SQLITE_LIMIT_FUNCTION_ARG, 8},
                                    {SQLITE_LIMIT_TRIGGER_DEPTH, 1},
                                    {SQLITE_LIMIT_ATTACHED, 0},
                                    {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 100},
                                    {SQLITE_LIMIT_WORKER_THREADS, 0}};
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        sqlite3_db_config(db, settings[i][0], settings[i][1], NULL);
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        sqlite3_limit(db, limits[i][0], limits[i][1]);
    sqlite3_exec(db, "PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0", NULL, NULL, NULL);
}

/* A journal that belongs to several databases ends in the magic number of journals. */
int guard_journal(const char *path, struct message *message)
{
    static const unsigned char magic[8] = {0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7};
    unsigned char last[8];
    char name[4300];
    snprintf(name, sizeof name, "%s-journal", path);
    FILE *file = fopen(name, "rb");
    if (file == NULL)
        return STATUS_OK;
    bool names_another = fseek(file, -8, SEEK_END) == 0 &&
                         fread(last, 1, sizeof last, file) == sizeof last &&
                         memcmp(last, magic, sizeof magic) == 0;
    fclose(file);
    if (names_another)
        return fail(message, STATUS_INPUT,
                    "%s: names another file, which this program's journals never do; move it away",
                    name);
    return STATUS_OK;
}

/* Letters, digits and the punctuation of column lists; none of the words that begin an expression
 * or choose another behaviour. */
static bool is_plain(const char *sql)
{
    static const char *const words[] = {"check", "as", "collate", "generated", "conflict"};
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    if (strncasecmp(sql, "CREATE TABLE ", 13) != 0)
        return false;
    while (*sql != '\0') {
        size_t length = strspn(sql, letters);
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
            if (length == strlen(words[i]) && strncasecmp(sql, words[i], length) == 0)
                return false;
        bool is_default = length == 7 && strncasecmp(sql, "default", 7) == 0;
        if (is_default && sql[7 + strspn(sql + 7, " ")] == '(')
            return false;
        if (length == 0 && strchr(" ,()", *sql) == NULL)
            return false;
        sql += length > 0 ? length : 1;
    }
    return true;
}

/* One row of sqlite_schema: type, name, root page, SQL. */
static bool is_ours(struct sqlite3_stmt *row)
{
    const char *type = (const char *)sqlite3_column_text(row, 0);
    const char *name = (const char *)sqlite3_column_text(row, 1);
    const char *sql = (const char *)sqlite3_column_text(row, 3);
    if (type == NULL || name == NULL || sqlite3_column_int64(row, 2) < 2)
        return false;
    if (strcmp(type, "index") == 0)
        return sql == NULL && strncmp(name, "sqlite_autoindex_", 17) == 0;
    return strcmp(type, "table") == 0 && sql != NULL && is_plain(sql);
}

static bool is_own_table(const unsigned char *name)
{
    for (size_t i = 0; name != NULL && schema_tables[i] != NULL; i++)
        if (strcasecmp((const char *)name, schema_tables[i]) == 0)
            return true;
    return false;
}

int guard_schema(struct store *store, struct message *message)
{
    struct sqlite3_stmt *row;
    int status = store_prepare(
        store, "SELECT type, name, rootpage, sql, tbl_name FROM sqlite_master", &row, message);
    int code = SQLITE_DONE;
    while (status == STATUS_OK && (code = sqlite3_step(row)) == SQLITE_ROW) {
        const unsigned char *name = sqlite3_column_text(row, 1);
        if ((is_own_table(name) || is_own_table(sqlite3_column_text(row, 4))) && !is_ours(row))
            status = fail(message, STATUS_INPUT,
                          "%s: its schema was changed: \"%.60s\" is not as this program makes it; "
                          "use another file",
                          store->path, name != NULL ? (const char *)name : "?");
    }
    if (status == STATUS_OK && code != SQLITE_DONE)
        status = store_fail(store, "reading its schema", message);
    sqlite3_finalize(row);
    return status;
}
