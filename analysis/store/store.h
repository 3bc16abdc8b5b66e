/* store.h - the SQLite database beside a comparison: blocks of the reference table, runs, verdicts
 * and observed logs.
 *
 * The store stands at the edges: nothing here is called inside a trial. Every change is one
 * transaction, so a killed process, a full disk or a pulled plug leaves what was committed before
 * and nothing half-written. The journal is a write-ahead log: others may read during a run. A
 * second writer waits for the first, and says so.
 *
 * A struct store serves one thread at a time.
 *
 * Tables (schema version 2; times are microseconds since 1970, UTC):
 *   meta(key, value)       schema_version, program (that made the file)
 *   runs(id, digest, case_path, case_title, seed, trials, program, started_us, finished_us, status)
 *                          status: "running", "done", "failed"; seed as decimal text
 *   blocks(digest, scenario, first_trial, n_rows, n_columns, checksum, rows)
 *                          rows: doubles of 8 bytes, little-endian, row after row
 *   verdicts(run, json, sentence)
 *   logs(id, name, source, columns, resolution_us, from_us, until_us, n_queries, report,
 *        imported_us, in_order, texts_repeat, n_mail, n_aggregates)
 *                          in_order: 1 where log_queries is in order of time, else of arrival;
 *                          texts_repeat: 1 where a text may stand under several ids
 *   log_texts(log, kind, id, text)     kind 0 client, 1 name, 2 server
 *   log_queries(log, position, time_us, client, name, type, server, flags)
 *   mail_events(log, position, time_us, status, sender, recipient, queue_id, relay)
 *                          "" where the source does not say
 *   aggregates(log, position, first_us, last_us, count, client, name, type, answer)
 *                          NULL, "" and 0 where the source does not say; answer: JSON text
 * Version 1 had neither the last four columns of logs nor the last two tables: opening such a
 * database for writing adds them, opening it for reading leaves it as it is.
 */
#ifndef ANALYSIS_STORE_STORE_H
#define ANALYSIS_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/status.h"

#define STORE_SCHEMA_VERSION 2

struct sqlite3;
struct sqlite3_stmt;

enum store_mode {
    STORE_READ,  /* an existing database, for reading only */
    STORE_WRITE, /* made where it does not exist */
};

/* Where remarks go that are no errors: "another process is writing ...", "block ... is damaged".
 * One sentence without newline. */
struct store_notice {
    void *context;
    void (*tell)(void *context, const char *text); /* NULL: nobody is told */
};

struct store {
    struct sqlite3 *db;
    char *path;
    struct store_notice notice;
    double wait_s;     /* how long to wait for another writer; 60 after store_open */
    double waited_s;   /* in the present wait */
    bool told_of_wait; /* the present wait has been announced */
    int version;       /* schema version of the file */
};

/* Opens or makes a database. `notice` may be NULL. store_close is safe after a failure too.
 * STATUS_INPUT: no such file, directory not writable, not an SQLite database, one of another
 * program, a newer schema. STATUS_RUN: disk full, memory, another process holds the file. */
int store_open(struct store *self, const char *path, enum store_mode mode,
               const struct store_notice *notice, struct message *message);
void store_close(struct store *self);

/* Deletes the files of an open database that is no longer needed, and closes it. STATUS_RUN where
 * another process has it open: then it stays. */
int store_remove(struct store *self, struct message *message);

/* ---- for the rooms of the store ---- */

/* Tells *self's listener. */
void store_tell(const struct store *self, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Fails with what SQLite says about the last call, as a sentence with the path and what to do.
 * `doing` completes "PATH: ... while DOING". Returns STATUS_RUN, or STATUS_INPUT where the file is
 * no database. */
int store_fail(const struct store *self, const char *doing, struct message *message);

/* Compiles one statement; *statement is NULL after a failure. */
int store_prepare(struct store *self, const char *sql, struct sqlite3_stmt **statement,
                  struct message *message);

/* Begins a transaction that may write; waits for another writer. */
int store_begin(struct store *self, struct message *message);

/* Ends it: commits where `status` is STATUS_OK, else rolls back. Returns `status`, or what the
 * commit made of it. Fails where the file was deleted or replaced since it was opened: what is
 * written into it then would be lost. */
int store_end(struct store *self, int status, struct message *message);

/* Runs a statement that gives no rows, and resets it. */
int store_run(struct store *self, struct sqlite3_stmt *statement, const char *doing,
              struct message *message);

/* Microseconds since 1970, for "started" and "imported": never for anything that is compared. */
int64_t store_now_us(void);

#endif
