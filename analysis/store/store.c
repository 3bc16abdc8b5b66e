#include "analysis/store/store.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "analysis/store/guard.h"
#include "analysis/store/schema.h"

#define NAP_MS 10

void store_tell(const struct store *self, const char *format, ...)
{
    char text[1024];
    if (self->notice.tell == NULL)
        return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    self->notice.tell(self->notice.context, text);
}

int64_t store_now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static const char *advice(int code)
{
    switch (code & 0xff) {
    case SQLITE_FULL:
        return "no space left on the device; make room and start again: what was stored before is "
               "kept";
    case SQLITE_IOERR:
        return "the device failed or is full; what was stored before is kept";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return "another process has been writing to it all the time; wait for it or use another "
               "file";
    case SQLITE_NOTADB:
        return "is not an SQLite database; name another file";
    case SQLITE_CORRUPT:
        return "the database is damaged; move it away and start again";
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return "the file or its directory is not writable";
    case SQLITE_CANTOPEN:
        return "cannot be opened or made; does the directory exist, and may you write in it?";
    case SQLITE_ERROR:
        return "its tables are not as this program makes them; use another file";
    default:
        return sqlite3_errstr(code);
    }
}

int store_fail(const struct store *self, const char *doing, struct message *message)
{
    int code = sqlite3_extended_errcode(self->db);
    bool is_input = (code & 0xff) == SQLITE_NOTADB || (code & 0xff) == SQLITE_ERROR;
    return fail(message, is_input ? STATUS_INPUT : STATUS_RUN, "%s: %s (while %s: %s)", self->path,
                advice(code), doing, sqlite3_errmsg(self->db));
}

/* SQLite asks whether to try again; the wait is announced once. */
static int wait_for_writer(void *context, int attempt)
{
    struct store *self = context;
    if (attempt == 0) {
        self->waited_s = 0;
        self->told_of_wait = false;
    }
    if (self->waited_s >= self->wait_s)
        return 0;
    if (self->waited_s >= 0.5 && !self->told_of_wait) {
        store_tell(self, "%s: another process is writing, waiting", self->path);
        self->told_of_wait = true;
    }
    nanosleep(&(struct timespec){.tv_nsec = NAP_MS * 1000000L}, NULL);
    self->waited_s += NAP_MS * 1e-3;
    return 1;
}

int store_prepare(struct store *self, const char *sql, struct sqlite3_stmt **statement,
                  struct message *message)
{
    *statement = NULL;
    if (sqlite3_prepare_v3(self->db, sql, -1, SQLITE_PREPARE_PERSISTENT, statement, NULL) !=
        SQLITE_OK)
        return store_fail(self, "preparing a statement", message);
    return STATUS_OK;
}

static int execute(struct store *self, const char *sql, const char *doing, struct message *message)
{
    if (sqlite3_exec(self->db, sql, NULL, NULL, NULL) != SQLITE_OK)
        return store_fail(self, doing, message);
    return STATUS_OK;
}

int store_run(struct store *self, struct sqlite3_stmt *statement, const char *doing,
              struct message *message)
{
    int status = STATUS_OK;
    if (sqlite3_step(statement) != SQLITE_DONE)
        status = store_fail(self, doing, message);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return status;
}

int store_begin(struct store *self, struct message *message)
{
    return execute(self, "BEGIN IMMEDIATE", "beginning a transaction", message);
}

static int check_still_there(const struct store *self, struct message *message)
{
    int moved = 0;
    if (sqlite3_file_control(self->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK &&
        moved)
        return fail(message, STATUS_RUN,
                    "%s: the database was deleted or moved during the run; what it held is lost, "
                    "start again",
                    self->path);
    return STATUS_OK;
}

int store_end(struct store *self, int status, struct message *message)
{
    if (status == STATUS_OK)
        status = check_still_there(self, message);
    if (status == STATUS_OK)
        status = execute(self, "COMMIT", "committing", message);
    /* SQLite may have rolled back on its own after a failure: a second attempt would be an error */
    if (status != STATUS_OK && !sqlite3_get_autocommit(self->db))
        sqlite3_exec(self->db, "ROLLBACK", NULL, NULL, NULL);
    return status;
}

/* The first column of the first row of a query, or `otherwise`. */
static int ask_integer(struct store *self, const char *sql, int64_t otherwise, int64_t *value,
                       struct message *message)
{
    struct sqlite3_stmt *statement;
    *value = otherwise;
    int status = store_prepare(self, sql, &statement, message);
    if (status != STATUS_OK)
        return status;
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        *value = sqlite3_column_int64(statement, 0);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        status = store_fail(self, "reading its header", message);
    sqlite3_finalize(statement);
    return status;
}

static int make_tables(struct store *self, struct message *message)
{
    char sql[256];
    int status = execute(self, schema_sql, "making the tables", message);
    snprintf(sql, sizeof sql,
             "PRAGMA application_id = %d; INSERT INTO meta VALUES('schema_version', %d),"
             "('program', 'mxplain " MXPLAIN_VERSION "')",
             SCHEMA_APPLICATION, STORE_SCHEMA_VERSION);
    return status == STATUS_OK ? execute(self, sql, "making the tables", message) : status;
}

/* Says whose database it is. *empty: nobody's yet. */
static int check_owner(struct store *self, bool *empty, struct message *message)
{
    int64_t n_tables = 0, application = 0, version = 0;
    int status = ask_integer(self, "SELECT count(*) FROM sqlite_master", 0, &n_tables, message);
    *empty = n_tables == 0;
    if (status == STATUS_OK)
        status = ask_integer(self, "PRAGMA application_id", 0, &application, message);
    if (status != STATUS_OK || *empty)
        return status;
    if (application != SCHEMA_APPLICATION)
        return fail(message, STATUS_INPUT,
                    "%s: is an SQLite database of another program; name another file", self->path);
    status = guard_schema(self, message);
    if (status != STATUS_OK)
        return status;
    status = ask_integer(self, "SELECT value FROM meta WHERE key = 'schema_version'", 0, &version,
                         message);
    self->version = (int)version;
    if (status == STATUS_OK && (version < 1 || version > STORE_SCHEMA_VERSION))
        return fail(message, STATUS_INPUT,
                    "%s: has schema version %lld, this program knows %d; use the program version "
                    "that made it, or another file",
                    self->path, (long long)version, STORE_SCHEMA_VERSION);
    return status;
}

static int check_or_make(struct store *self, enum store_mode mode, struct message *message)
{
    bool empty;
    if (mode == STORE_READ) {
        int status = check_owner(self, &empty, message);
        if (status == STATUS_OK && empty)
            return fail(message, STATUS_INPUT, "%s: is an empty database; nothing to read",
                        self->path);
        return status;
    }
    int status = store_begin(self, message);
    if (status != STATUS_OK)
        return status;
    status = check_owner(self, &empty, message);
    if (status == STATUS_OK && empty)
        status = make_tables(self, message);
    else if (status == STATUS_OK && self->version == 1)
        status = execute(self, schema_from_1_sql, "renewing the tables", message);
    if (status == STATUS_OK)
        self->version = STORE_SCHEMA_VERSION;
    return store_end(self, status, message);
}

/* A file system without shared memory (some network mounts) keeps the old journal: slower for
 * readers, as safe. Two processes that make one file at once meet here, and SQLite does not call
 * the busy handler for this. */
static int use_write_ahead_log(struct store *self, struct message *message)
{
    for (self->waited_s = 0;; self->waited_s += NAP_MS * 1e-3) {
        int code = sqlite3_exec(self->db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL",
                                NULL, NULL, NULL);
        if (code == SQLITE_OK)
            return STATUS_OK;
        if ((code & 0xff) != SQLITE_BUSY || self->waited_s >= self->wait_s)
            return store_fail(self, "opening it", message);
        nanosleep(&(struct timespec){.tv_nsec = NAP_MS * 1000000L}, NULL);
    }
}

int store_open(struct store *self, const char *path, enum store_mode mode,
               const struct store_notice *notice, struct message *message)
{
    memset(self, 0, sizeof *self);
    self->wait_s = 60;
    if (notice != NULL)
        self->notice = *notice;
    self->path = strdup(path);
    if (self->path == NULL)
        return fail(message, STATUS_RUN, "%s: out of memory", path);
    if (path[0] == '\0')
        return fail(message, STATUS_INPUT, "the name of the database is empty");
    if (mode == STORE_READ && access(path, R_OK) != 0)
        return fail(message, STATUS_INPUT, "%s: cannot be opened: %s", path, strerror(errno));
    if (mode == STORE_WRITE && guard_journal(path, message) != STATUS_OK)
        return STATUS_INPUT;
    int flags =
        mode == STORE_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    if (sqlite3_open_v2(path, &self->db, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
        store_fail(self, "opening it", message);
        return STATUS_INPUT;
    }
    guard_connection(self->db);
    sqlite3_busy_handler(self->db, wait_for_writer, self);
    if (mode == STORE_WRITE && sqlite3_db_readonly(self->db, "main") == 1)
        return fail(message, STATUS_INPUT, "%s: the file is not writable", path);
    int status = mode == STORE_WRITE ? use_write_ahead_log(self, message) : STATUS_OK;
    return status == STATUS_OK ? check_or_make(self, mode, message) : status;
}

void store_close(struct store *self)
{
    sqlite3_close(self->db);
    free(self->path);
    memset(self, 0, sizeof *self);
}

/* Nobody can leave the write-ahead log while somebody else has the database open: this tells. */
int store_remove(struct store *self, struct message *message)
{
    static const char *const suffixes[] = {"", "-journal", "-wal", "-shm"};
    char path[4300];
    self->wait_s = 0;
    int code = sqlite3_exec(self->db, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    if ((code & 0xff) == SQLITE_BUSY || (code & 0xff) == SQLITE_LOCKED)
        return fail(
            message, STATUS_RUN,
            "%s: another process has it open; is the same run going on already? wait for it",
            self->path);
    if (code != SQLITE_OK)
        return store_fail(self, "removing it", message);
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        snprintf(path, sizeof path, "%s%s", self->path, suffixes[i]);
        unlink(path);
    }
    store_close(self);
    return STATUS_OK;
}
