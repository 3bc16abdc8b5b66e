/* row_source.h - queries that wait in memory as a table that SQL can read, so that one statement
 * stores them all (`INSERT ... SELECT ... FROM temp.waiting_rows`). Binding each value and copying
 * it between the registers of a statement takes a fifth longer.
 *
 * The table belongs to one connection and leaves no trace in the database. Say `temp.` before its
 * name: without that, a table of that name in the file would be read instead.
 */
#ifndef ANALYSIS_STORE_ROW_SOURCE_H
#define ANALYSIS_STORE_ROW_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#include "analysis/store/store.h"

enum { ROW_SOURCE_ROWS = 256 };

/* What a row of log_queries holds, with the numbers of the texts. */
struct stored_query {
    int64_t time_us, client, name, server;
    uint32_t flags;
    uint16_t type;
};

struct row_source {
    struct stored_query row[ROW_SOURCE_ROWS];
    size_t n;
    int64_t log;            /* of all rows */
    int64_t first_position; /* of row[0]; the others follow */
};

/* Makes `waiting_rows(log, position, time_us, client, name, type, server, flags)` readable on the
 * connection of `store`, in order of position. `self` must outlive it: take it away with
 * row_source_remove before. */
int row_source_add(struct row_source *self, struct store *store, struct message *message);

/* Statements that use it must be finalised first. Safe where it was not added. */
void row_source_remove(struct store *store);

#endif
