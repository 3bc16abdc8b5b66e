/* fact_writer.h - writing mail events and counts, as writer.h does for queries.
 *
 * A writer is one or two functions and one row in fact_writers. What it keeps comes back from the
 * reader of the same name unchanged.
 */
#ifndef INGEST_FACT_WRITER_H
#define INGEST_FACT_WRITER_H

#include "analysis/ingest/ingest.h"

struct fact_writer {
    const char *name;    /* as in --format, the same as the reader's */
    const char *summary; /* one sentence: what it keeps */
    unsigned lacks;      /* enum log_column that it cannot keep */
    time_us resolution_us;
    const char *header; /* first line; NULL: none */
    /* exactly one of the two; false: the row lacks what the format cannot be without */
    bool (*mail)(FILE *out, const struct ingest_mail *mail);
    bool (*aggregate)(FILE *out, const struct ingest_aggregate *aggregate);
};

/* All of them, ended by NULL. */
extern const struct fact_writer *const fact_writers[];

/* The writer of that name, or NULL. */
const struct fact_writer *fact_writer_find(const char *name);

#endif
