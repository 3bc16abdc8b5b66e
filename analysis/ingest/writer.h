/* writer.h - writing a log in a format that other programs, and the readers here, understand.
 *
 * A writer is one function and one row in writers.c. What a writer keeps comes back from its reader
 * unchanged.
 */
#ifndef INGEST_WRITER_H
#define INGEST_WRITER_H

#include <stdio.h>

#include "sim/log.h"

struct log_writer {
    const char *name;      /* as in --format, the same as the reader's */
    const char *summary;   /* one sentence: what it keeps */
    unsigned columns;      /* enum log_column that it keeps */
    time_us resolution_us; /* finer times are cut off */
    int (*header)(FILE *out, const struct query_log *log); /* may be NULL */
    int (*row)(FILE *out, const struct query_log *log, const struct query *query);
};

/* All writers, ended by NULL. */
extern const struct log_writer *const log_writers[];

/* The writer of that name, or NULL. */
const struct log_writer *log_writer_find(const char *name);

/* Writes all queries in the order of the log. STATUS_RUN when the stream fails; STATUS_INPUT where
 * a client or server cannot be written in this format. */
int log_write(FILE *out, const struct query_log *log, const struct log_writer *writer,
              struct message *message);

/* For writers: rows return these. */
enum { WRITE_DONE = 0, WRITE_BAD_CLIENT = 1 };

/* For writers: `text`, with every control byte, every byte of `special` and, where `first` holds
 * the first byte, that one as \DDD. */
void write_escaped(FILE *out, const char *text, const char *special, const char *first);

#endif
