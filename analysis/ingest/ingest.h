/* ingest.h - reading logs: from files of any known format to queries, mail events or aggregates,
 * with a full count.
 *
 * Nothing is dropped silently: every line or record that is read ends in exactly one of the counts
 * of the report.
 */
#ifndef INGEST_INGEST_H
#define INGEST_INGEST_H

#include <stdio.h>

#include "analysis/ingest/text.h"
#include "sim/log.h"
#include "sim/mail.h"

struct log_format;

struct ingest_options {
    const char *const *files; /* paths; "-" is standard input */
    size_t n_files;
    const char
        *format;      /* name of a format; NULL or "auto": told from the first bytes of each file */
    int year;         /* of the first stamp without a year; 0: from the file's date */
    const char *date; /* YYYY-MM-DD, day of the first stamp without a date; NULL: the file's
                         date. With a time and its zone (2016-07-20T10:55:33Z) also the start
                         of a capture whose stamps count from there */
    const char *timezone;   /* of local times; NULL: none given, and a local time is an error */
    const char *date_order; /* "dmy", "mdy" or "ymd" of dates such as 1/11/2024; NULL: told by the
                               dates themselves */
    const char
        *name_glob; /* keep only these query names: * ? [..], without regard to case; NULL: all */
    const char *client; /* keep only clients in this block, 192.0.2.0/24; NULL: all */
    const char *server; /* keep only queries to servers in this block; NULL: all */
    time_us from_us;    /* keep only [from, until); from == until: all */
    time_us until_us;
    const char
        *columns; /* of tables without a header: "time,client,name,type"; NULL: by the header */
};

/* One query on its way to a sink. The slices are good during the call only. */
struct ingest_query {
    time_us time_us;
    struct text client; /* addresses in canonical form */
    struct text name;   /* written form of name.h: no trailing dot, case kept */
    struct text server; /* empty where unknown */
    uint16_t type;      /* 0 where unknown */
    uint32_t flags;     /* enum query_flag */
};

/* A count over a stretch of time, without single times. Empty and 0 where the source does not say
 * (both times 0: no times). */
struct ingest_aggregate {
    struct text client;
    struct text name;
    uint16_t type;
    uint64_t count;
    time_us first_us;
    time_us last_us;
    struct text answer; /* as JSON text: a string or a list of strings */
};

/* One line of a mail log that says what became of a message. Empty where the source does not say.
 */
struct ingest_mail {
    time_us time_us;
    enum mail_status status;
    struct text from;
    struct text to;
    struct text queue_id;
    struct text relay; /* the other host: where it went or whence it came */
};

/* Where the results go. A function may be NULL: its results are then counted only. Each returns a
 * status; anything but STATUS_OK stops the reading with that status (write the message yourself).
 */
struct ingest_sink {
    void *context;
    int (*query)(void *context, const struct ingest_query *query);
    int (*aggregate)(void *context, const struct ingest_aggregate *aggregate);
    int (*mail)(void *context, const struct ingest_mail *mail);
};

/* What some source of mail events left out; time and status are always there. */
enum mail_column { MAIL_FROM = 1, MAIL_TO = 2, MAIL_QUEUE_ID = 4, MAIL_RELAY = 8 };

enum { INGEST_COMPLAINTS = 5, INGEST_NOTES = 16, INGEST_NOTE_SIZE = 240 };

struct ingest_complaint {
    char file[160];
    uint64_t line; /* or record of a binary format, from 1 */
    char reason[120];
};

struct ingest_report {
    const struct log_format *format; /* of the last file */
    uint64_t lines;                  /* lines of text, records of binary formats */
    uint64_t kept;                   /* queries handed to the sink */
    uint64_t aggregates;             /* aggregates handed to the sink */
    uint64_t mail_events;            /* mail events handed to the sink */
    uint64_t answers;                /* answers, skipped */
    uint64_t others;        /* understood, but neither query nor answer: start-up notes, headers */
    uint64_t upstream;      /* questions of the logging server itself to other servers, skipped */
    uint64_t out_of_window; /* before `from` or not before `until` */
    uint64_t filtered;      /* other client or name than asked for */
    uint64_t not_understood;
    uint64_t extra_queries;  /* queries beyond the first of one line or record (so the sums still
                                match) */
    uint64_t duplicates;     /* of the kept: same time, client, name, type and server as another */
    bool duplicates_exact;   /* false: only duplicates within about two million queries were seen */
    uint64_t zeroed_clients; /* of the kept: client 0.0.0.0 or ::, as anonymisers write it */
    uint64_t lossy_names;    /* of the kept: the source wrote the name lossily */
    uint64_t backwards;      /* kept queries earlier than the one before them in their file */
    time_us largest_step_back_us;
    struct ingest_complaint complaint[INGEST_COMPLAINTS]; /* the first lines not understood */
    unsigned n_complaints;
    char note[INGEST_NOTES]
             [INGEST_NOTE_SIZE]; /* whole sentences: what was assumed, what is doubtful */
    unsigned n_notes;
    unsigned columns;      /* enum log_column that every file had */
    time_us resolution_us; /* of the stamps: 1000000, 1000 or 1; as coarse as the coarsest format */
    unsigned mail_columns; /* enum mail_column that some mail event had */
    unsigned
        aggregate_columns; /* enum log_column that some aggregate had; COLUMN_TIME: its times */
    time_us first_us;      /* of the kept queries */
    time_us last_us;
};

/* Reads all files into a sink, in constant memory. STATUS_OK where anything usable was read;
 * STATUS_INPUT with a message where an option is wrong, a file cannot be read, or nothing usable
 * was in them. The report is filled in either case. */
int ingest_stream(const struct ingest_options *options, const struct ingest_sink *sink,
                  struct ingest_report *report, struct message *message);

/* The same for n bytes in memory, under the name options->files[0]. */
int ingest_bytes(const struct ingest_options *options, const void *bytes, size_t n,
                 const struct ingest_sink *sink, struct ingest_report *report,
                 struct message *message);

/* The same into a log, sorted by time (queries of equal time in the order of the files). `out` must
 * not be initialised; on success the caller frees it with query_log_free, on failure there is
 * nothing to free. With more than 65,535 servers that column is left out, with a note. STATUS_INPUT
 * where the files hold no queries but aggregates or mail events. */
int ingest_read(const struct ingest_options *options, struct query_log *out,
                struct ingest_report *report, struct message *message);

/* Writes the report as text for people. */
void ingest_report_print(const struct ingest_report *report, FILE *out);

/* Leaves the servers out of the columns and says why: a struct query has room for 65,535, and half
 * a column would mislead. */
void ingest_report_no_servers(struct ingest_report *report);

/* Adds a sentence to the notes, unless it stands there already or the notes are full. */
void ingest_report_note(struct ingest_report *report, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
