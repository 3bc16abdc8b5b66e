/* ingest_support.h - what the tests of the log readers share. */
#ifndef TESTS_INGEST_SUPPORT_H
#define TESTS_INGEST_SUPPORT_H

#include "analysis/ingest/format.h"
#include "analysis/ingest/ingest.h"

/* Reads one file with the options (files is set here). Fails the test unless the status is
 * `expected`. On STATUS_OK the caller frees the log. */
void read_file(const char *path, struct ingest_options options, int expected, struct query_log *log,
               struct ingest_report *report, struct message *message);

/* The same for bytes, through a file that is removed again. */
void read_bytes(const void *bytes, size_t n, struct ingest_options options, int expected,
                struct query_log *log, struct ingest_report *report, struct message *message);

/* Row i as "time client name type", with "lossy" behind a name that was not told whole. Overwritten
 * by the next call. */
const char *row_text(const struct query_log *log, size_t i, int decimals);

/* Fails the test unless the queries by type are as in `expected`, such as "A 6, PTR 1" (any order,
 * complete). */
void check_types(const struct query_log *log, const char *expected);

/* Fails the test unless the counts of the report add up to the number of lines. */
void check_sums(const struct ingest_report *report);

#endif
