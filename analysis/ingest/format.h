/* format.h - what a log format is, and the table of all of them.
 *
 * A format is one file format_NAME.c with one constant descriptor, and one row in formats.c.
 */
#ifndef INGEST_FORMAT_H
#define INGEST_FORMAT_H

#include "analysis/ingest/ingest.h"

struct reader;

struct log_format {
    const char *name;      /* as in --format */
    const char *title;     /* what people call it */
    const char *summary;   /* one sentence: what it is, what it cannot tell */
    unsigned columns;      /* enum log_column that it can give */
    bool needs_year;       /* some or all of its stamps have no year */
    bool needs_timezone;   /* some or all of its stamps are local time */
    bool takes_columns;    /* reads the columns that the user names */
    bool takes_date_order; /* has dates whose day and month may be taken for each other */
    bool gives_aggregates;
    bool gives_mail;
    const char *missing; /* library that this build lacks for it; NULL: it works */

    /* How sure the first bytes are this format, 0 to 100. NULL: a trial of `line` on the first
     * lines decides. */
    int (*detect)(struct text first);

    /* Exactly one of the two reads. Each reports every line or record through reader.h exactly
     * once. They return STATUS_OK, or the status of the sink or of an input that breaks off. */
    int (*line)(struct reader *reader, struct text line);
    int (*stream)(struct reader *reader);

    size_t state_size; /* of reader->state, zeroed at the start of each file; 0: none */
    int (*start)(struct reader *reader); /* before the first line; may be NULL */
    int (*end)(struct reader *reader);   /* after the last line; may be NULL */
    void (*free_state)(void *state);     /* may be NULL */
};

/* All formats, ended by NULL; where two fit equally well the first wins. */
extern const struct log_format *const log_formats[];

/* The format of that name, or NULL. */
const struct log_format *log_format_find(const char *name);

#endif
