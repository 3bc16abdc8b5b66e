#include "analysis/store/facts.h"

#include <sqlite3.h>
#include <string.h>

static struct text text_at(struct sqlite3_stmt *row, int column)
{
    const char *text = (const char *)sqlite3_column_text(row, column);
    return text_slice(text != NULL ? text : "", (size_t)sqlite3_column_bytes(row, column));
}

static int damaged(const struct store *store, const char *name, struct message *message)
{
    return fail(message, STATUS_INPUT,
                "%s: the log \"%.80s\" is damaged: a row with impossible values; import it again",
                store->path, name);
}

/* A visit of one kind of row: false where the row is damaged. */
struct walk {
    const char *sql;
    int (*mail)(void *context, const struct ingest_mail *mail);
    int (*aggregate)(void *context, const struct ingest_aggregate *aggregate);
    void *context;
};

static bool visit_mail(const struct walk *walk, struct sqlite3_stmt *row, int *status)
{
    struct text word = text_at(row, 1);
    struct ingest_mail mail = {.time_us = sqlite3_column_int64(row, 0),
                               .from = text_at(row, 2),
                               .to = text_at(row, 3),
                               .queue_id = text_at(row, 4),
                               .relay = text_at(row, 5)};
    for (int i = 0; mail_status_words[i] != NULL; i++)
        if (text_equal(word, mail_status_words[i])) {
            mail.status = (enum mail_status)i;
            *status = walk->mail(walk->context, &mail);
            return true;
        }
    return false;
}

static bool visit_aggregate(const struct walk *walk, struct sqlite3_stmt *row, int *status)
{
    int64_t count = sqlite3_column_int64(row, 2), type = sqlite3_column_int64(row, 5);
    struct ingest_aggregate aggregate = {.first_us = sqlite3_column_int64(row, 0),
                                         .last_us = sqlite3_column_int64(row, 1),
                                         .count = (uint64_t)count,
                                         .client = text_at(row, 3),
                                         .name = text_at(row, 4),
                                         .type = (uint16_t)type,
                                         .answer = text_at(row, 6)};
    if (count < 0 || type < 0 || type > UINT16_MAX || aggregate.last_us < aggregate.first_us)
        return false;
    *status = walk->aggregate(walk->context, &aggregate);
    return true;
}

static int walk_rows(struct store *store, const char *name, const struct walk *walk,
                     struct message *message)
{
    struct sqlite3_stmt *row;
    if (store->version < 2)
        return STATUS_OK;
    int status = store_prepare(store, walk->sql, &row, message);
    if (status != STATUS_OK)
        return status;
    sqlite3_bind_text(row, 1, name, -1, SQLITE_STATIC);
    int code = SQLITE_DONE;
    while (status == STATUS_OK && (code = sqlite3_step(row)) == SQLITE_ROW) {
        bool good = walk->mail != NULL ? visit_mail(walk, row, &status)
                                       : visit_aggregate(walk, row, &status);
        if (!good)
            status = damaged(store, name, message);
    }
    if (status == STATUS_OK && code != SQLITE_DONE)
        status = store_fail(store, "reading a log", message);
    sqlite3_finalize(row);
    return status;
}

int store_each_mail(struct store *store, const char *name,
                    int (*visit)(void *context, const struct ingest_mail *mail), void *context,
                    struct message *message)
{
    struct walk walk = {.sql = "SELECT time_us, status, sender, recipient, queue_id, relay"
                               " FROM mail_events WHERE log = (SELECT id FROM logs WHERE name = ?)"
                               " ORDER BY time_us, position",
                        .mail = visit,
                        .context = context};
    return walk_rows(store, name, &walk, message);
}

int store_each_aggregate(struct store *store, const char *name,
                         int (*visit)(void *context, const struct ingest_aggregate *aggregate),
                         void *context, struct message *message)
{
    struct walk walk = {.sql = "SELECT first_us, last_us, count, client, name, type, answer"
                               " FROM aggregates WHERE log = (SELECT id FROM logs WHERE name = ?)"
                               " ORDER BY position",
                        .aggregate = visit,
                        .context = context};
    return walk_rows(store, name, &walk, message);
}

int store_count_log(struct store *store, const char *name, struct store_log_counts *counts,
                    struct message *message)
{
    struct sqlite3_stmt *row;
    *counts = (struct store_log_counts){0};
    int status =
        store_prepare(store,
                      store->version < 2 ? "SELECT n_queries, 0, 0 FROM logs WHERE name = ?"
                                         : "SELECT n_queries, n_mail, n_aggregates FROM logs"
                                           " WHERE name = ?",
                      &row, message);
    if (status != STATUS_OK)
        return status;
    sqlite3_bind_text(row, 1, name, -1, SQLITE_STATIC);
    int code = sqlite3_step(row);
    if (code == SQLITE_ROW)
        *counts =
            (struct store_log_counts){sqlite3_column_int64(row, 0), sqlite3_column_int64(row, 1),
                                      sqlite3_column_int64(row, 2)};
    else if (code == SQLITE_DONE)
        status =
            fail(message, STATUS_INPUT,
                 "%s: holds no log named \"%.80s\"; `mxplain logs` lists them", store->path, name);
    else
        status = store_fail(store, "reading a log", message);
    sqlite3_finalize(row);
    return status;
}
