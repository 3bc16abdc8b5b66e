/* reader.h - what the reader of one format works with: the input, the clock, and the one place
 * where results go. */
#ifndef INGEST_READER_H
#define INGEST_READER_H

#include "analysis/ingest/address.h"
#include "analysis/ingest/clock.h"
#include "analysis/ingest/format.h"
#include "analysis/ingest/ingest.h"
#include "analysis/ingest/input.h"
#include "analysis/ingest/name.h"
#include "analysis/ingest/record_type.h"
#include "analysis/ingest/wrapper.h"

struct duplicates;

/* One pass over one file. */
struct reader {
    const struct log_format *format;
    const struct ingest_options *options;
    const struct ingest_sink *sink;
    struct ingest_report *report;
    struct message *message;
    struct input *input; /* for formats that read streams */
    const char *file;
    struct log_clock clock;
    void *state;                /* of the format */
    struct unwrapper unwrapper; /* of the lines of this file */
    bool is_trial;    /* only to tell the format: state what a real pass would need to ask for as
                         understood */
    unsigned columns; /* that this file had; starts as those of the format */

    /* set by ingest.c */
    const struct address_block *client_block;
    const struct address_block *server_block;
    struct duplicates *duplicates;
    uint64_t line_number; /* of the line or record at hand */
    bool line_counted;    /* a query of this line has been counted already */
    time_us last_us;      /* of the last query */
    bool has_last;
    char last_server[16]; /* of the row before, where it needed no change */
    size_t last_server_length;
    unsigned columns_seen; /* COLUMN_TYPE, COLUMN_SERVER: some kept query had one */
    unsigned us_seen; /* bit 0: a stamp was not a whole second; bit 1: not a whole millisecond */
};

/* One raw query as a reader found it. */
struct reader_query {
    struct timestamp stamp;
    struct text client;
    struct text server; /* may be empty */
    const struct name *name;
    uint16_t type;
    uint32_t flags; /* QUERY_LOSSY_NAME is added where the name says so */
};

/* Each of these says what the line or record at hand was. A line may give several queries; the
 * first counts as the line. They return STATUS_OK or the status of the sink. */
int reader_query(struct reader *self, const struct reader_query *query);
int reader_aggregate(struct reader *self, const struct ingest_aggregate *aggregate);
int reader_mail(struct reader *self, const struct timestamp *stamp, const struct ingest_mail *mail);
int reader_answer(struct reader *self);
int reader_upstream(struct reader *self); /* the server's own question to another server */
int reader_other(struct reader *self);
int reader_bad(struct reader *self, const char *reason);

/* Fails for local times without a zone: one question to the user, not a complaint for each line. */
int reader_zone_missing(struct reader *self);

/* The same for times that count from the start of a capture. */
int reader_start_missing(struct reader *self);

/* `start` of formats whose stamps may have no date: the date of a file is that of its last line, so
 * the first one lies as many days before it as the file has midnights. Gives STATUS_OK. */
int reader_date_from_file(struct reader *self);

/* Hands a line of the file to the format, out of its wrapper where it has one. */
int reader_line(struct reader *self, struct text line);

/* After the last line: what is still open in its wrapper. */
int reader_end_of_lines(struct reader *self);

/* Binary formats: the next record begins. Text formats get this for each line. */
void reader_next_record(struct reader *self);

#endif
