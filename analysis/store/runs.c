#include "analysis/store/runs.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void bind_text(struct sqlite3_stmt *statement, int at, const char *text)
{
    if (text == NULL)
        sqlite3_bind_null(statement, at);
    else
        sqlite3_bind_text(statement, at, text, -1, SQLITE_STATIC);
}

/* One changing statement as a transaction of its own. Takes the statement over. */
static int run_alone(struct store *store, struct sqlite3_stmt *statement, const char *doing,
                     int64_t *id, struct message *message)
{
    int status = store_begin(store, message);
    if (status == STATUS_OK) {
        status = store_run(store, statement, doing, message);
        if (id != NULL)
            *id = sqlite3_last_insert_rowid(store->db);
        status = store_end(store, status, message);
    }
    sqlite3_finalize(statement);
    return status;
}

int store_begin_run(struct store *store, const struct store_run_info *info, int64_t *run,
                    struct message *message)
{
    struct sqlite3_stmt *statement;
    char seed[32];
    snprintf(seed, sizeof seed, "%" PRIu64, info->seed);
    int status =
        store_prepare(store,
                      "INSERT INTO runs(digest, case_path, case_title, seed, trials,"
                      " program, started_us, status)"
                      " VALUES(?, ?, ?, ?, ?, 'mxplain " MXPLAIN_VERSION "', ?, 'running')",
                      &statement, message);
    if (status != STATUS_OK)
        return status;
    sqlite3_bind_blob(statement, 1, info->digest, DIGEST_BYTES, SQLITE_STATIC);
    bind_text(statement, 2, info->case_path);
    bind_text(statement, 3, info->case_title);
    bind_text(statement, 4, seed);
    sqlite3_bind_int64(statement, 5, (int64_t)info->trials);
    sqlite3_bind_int64(statement, 6, store_now_us());
    return run_alone(store, statement, "noting the run", run, message);
}

int store_finish_run(struct store *store, int64_t run, int outcome, struct message *message)
{
    struct sqlite3_stmt *statement;
    int status = store_prepare(store, "UPDATE runs SET finished_us = ?, status = ? WHERE id = ?",
                               &statement, message);
    if (status != STATUS_OK)
        return status;
    sqlite3_bind_int64(statement, 1, store_now_us());
    bind_text(statement, 2, outcome == STATUS_OK ? "done" : "failed");
    sqlite3_bind_int64(statement, 3, run);
    return run_alone(store, statement, "noting the end of the run", NULL, message);
}

int store_save_verdict(struct store *store, int64_t run, const char *json, const char *sentence,
                       struct message *message)
{
    struct sqlite3_stmt *statement;
    int status =
        store_prepare(store, "INSERT OR REPLACE INTO verdicts(run, json, sentence) VALUES(?, ?, ?)",
                      &statement, message);
    if (status != STATUS_OK)
        return status;
    sqlite3_bind_int64(statement, 1, run);
    bind_text(statement, 2, json);
    bind_text(statement, 3, sentence);
    return run_alone(store, statement, "storing the verdict", NULL, message);
}

int store_load_verdict(struct store *store, int64_t run, char **json, struct message *message)
{
    struct sqlite3_stmt *statement;
    *json = NULL;
    int status = store_prepare(store,
                               "SELECT json FROM verdicts WHERE run = ?1 OR ?1 = 0"
                               " ORDER BY run DESC LIMIT 1",
                               &statement, message);
    if (status != STATUS_OK)
        return status;
    sqlite3_bind_int64(statement, 1, run);
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        const unsigned char *text = sqlite3_column_text(statement, 0);
        *json = text != NULL ? strdup((const char *)text) : NULL;
        if (*json == NULL)
            status = fail(message, STATUS_RUN, "%s: out of memory", store->path);
    } else if (code != SQLITE_DONE) {
        status = store_fail(store, "reading a verdict", message);
    } else if (run == 0) {
        status = fail(message, STATUS_INPUT,
                      "%s: holds no verdict; `mxplain compare CASE --db` keeps one", store->path);
    } else {
        status =
            fail(message, STATUS_INPUT, "%s: holds no verdict of run %" PRId64, store->path, run);
    }
    sqlite3_finalize(statement);
    return status;
}
