/* facts.h - mail events and counts of the logs in the store, row by row in constant memory. */
#ifndef ANALYSIS_STORE_FACTS_H
#define ANALYSIS_STORE_FACTS_H

#include "analysis/ingest/ingest.h"
#include "analysis/store/store.h"

/* How much a log holds of each kind. STATUS_INPUT where there is none of that name. */
struct store_log_counts {
    int64_t n_queries, n_mail, n_aggregates;
};
int store_count_log(struct store *store, const char *name, struct store_log_counts *counts,
                    struct message *message);

/* Calls `visit` for each mail event of a log in order of time (equal times as they were imported).
 * The texts are good during the call. STATUS_INPUT where the stored rows are not whole; another
 * status than STATUS_OK of `visit` ends the walk and is returned. */
int store_each_mail(struct store *store, const char *name,
                    int (*visit)(void *context, const struct ingest_mail *mail), void *context,
                    struct message *message);

/* The same for counts, as they were imported. */
int store_each_aggregate(struct store *store, const char *name,
                         int (*visit)(void *context, const struct ingest_aggregate *aggregate),
                         void *context, struct message *message);

#endif
