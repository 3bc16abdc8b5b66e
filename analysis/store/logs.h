/* logs.h - logs in the store: observed ones, as imported, and chosen synthetic ones.
 *
 * Addresses and names are stored once per log and referred to by number. They may hold any byte
 * but NUL and pass through bound parameters only.
 */
#ifndef ANALYSIS_STORE_LOGS_H
#define ANALYSIS_STORE_LOGS_H

#include "analysis/store/store.h"
#include "sim/log.h"

#define STORE_MAX_QUERIES INT64_C(2000000000)

struct store_log_info {
    const char *name;   /* unique in the database */
    const char *source; /* where it came from: a file's path; NULL: not known */
    const char *report; /* what the importer said; NULL: nothing */
};

/* What a log's columns can tell, as in struct query_log. */
struct store_log_head {
    unsigned columns;
    time_us resolution_us;
    time_us from_us, until_us;
};

/* The tables of texts of a log: log_texts.kind. */
enum log_text_kind { LOG_TEXT_CLIENT, LOG_TEXT_NAME, LOG_TEXT_SERVER, LOG_TEXT_KINDS };

/* Keeps a log under info->name as one transaction. STATUS_INPUT where a log of that name is
 * there and `replace` is false. */
int store_save_log(struct store *store, const struct store_log_info *info,
                   const struct query_log *log, bool replace, struct message *message);

/* Reads a log back: the same in every byte, put in order of time (equal times as they were
 * stored). `log` must not be initialised; on success the caller
 * frees it with query_log_free, on failure there is nothing to free. STATUS_INPUT where there is no
 * log of that name or the stored one is not whole. */
int store_load_log(struct store *store, const char *name, struct query_log *log,
                   struct message *message);

/* Removes a log and everything about it. STATUS_INPUT where there is none. */
int store_drop_log(struct store *store, const char *name, struct message *message);

/* For log_writer.c, inside a transaction: the id of a log, 0 where there is none of that name; and
 * its removal with everything about it. */
int store_find_log(struct store *store, const char *name, int64_t *id, struct message *message);
int store_remove_log(struct store *store, int64_t id, struct message *message);

/* Calls `visit` for each stored log in order of name. */
struct store_log_row {
    const char *name, *source, *report; /* "" where unknown; valid during the call */
    int64_t n_queries, n_mail, n_aggregates, from_us, until_us, imported_us;
};
int store_list_logs(struct store *store,
                    int (*visit)(void *context, const struct store_log_row *row), void *context,
                    struct message *message);

#endif
