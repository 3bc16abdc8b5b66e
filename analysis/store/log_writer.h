/* log_writer.h - a log on its way into the store: row by row, in constant memory, in one
 * transaction.
 *
 * Queries may come in any order: they are stored as they come and put in order of time when the log
 * is read (equal times in order of arrival). While a log is written nobody else can write to the
 * database; others read what was there before.
 */
#ifndef ANALYSIS_STORE_LOG_WRITER_H
#define ANALYSIS_STORE_LOG_WRITER_H

#include "analysis/ingest/ingest.h"
#include "analysis/store/logs.h"
#include "analysis/store/row_source.h"
#include "analysis/store/text_cache.h"

struct store_log_writer {
    struct store *store; /* borrowed; NULL where no log is begun */
    int64_t log;         /* its id */
    struct sqlite3_stmt *queries, *text, *mail, *aggregate;
    struct text_cache texts[LOG_TEXT_KINDS];
    char last_server[64]; /* most rows name the server of the row before */
    size_t last_server_length;
    int64_t last_server_number;
    struct row_source waiting; /* the writer must not be moved while a log is begun */
    int64_t n_queries, n_mail, n_aggregates;
    time_us last_us;       /* of the last query */
    bool out_of_order;     /* some query was earlier than the one before it */
    bool too_many_servers; /* more than a query_log has room for */
};

/* Begins a log. STATUS_INPUT where one of that name is there and `replace` is false; it is replaced
 * within the same transaction otherwise. After a failure nothing is begun and nothing kept. */
int store_log_begin(struct store_log_writer *self, struct store *store, const char *name,
                    bool replace, struct message *message);

/* Each adds one row. After a failure the only call left is store_log_finish. */
int store_log_query(struct store_log_writer *self, const struct ingest_query *query,
                    struct message *message);
int store_log_mail(struct store_log_writer *self, const struct ingest_mail *mail,
                   struct message *message);
int store_log_aggregate(struct store_log_writer *self, const struct ingest_aggregate *aggregate,
                        struct message *message);

/* Ends a log that was begun: keeps it where `status` is STATUS_OK, otherwise leaves the database as
 * it was before store_log_begin. Returns `status`, or why it could not be kept. With more than
 * 65,535 servers that column is left out. */
int store_log_finish(struct store_log_writer *self, int status, const struct store_log_info *info,
                     const struct store_log_head *head, struct message *message);

#endif
