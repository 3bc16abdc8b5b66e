#include "analysis/store/blocks.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "analysis/store/guard.h"

#define MAX_BLOCK_BYTES ((size_t)GUARD_MAX_VALUE_BYTES - 1000)

/* Everything that says which block it is. */
struct block_key {
    uint8_t digest[DIGEST_BYTES];
    uint64_t scenario, first_trial, n_rows, n_columns;
};

static void put_u64(uint8_t *at, uint64_t word)
{
    for (int i = 0; i < 8; i++)
        at[i] = (uint8_t)(word >> 8 * i);
}

static uint64_t get_u64(const uint8_t *at)
{
    uint64_t word = 0;
    for (int i = 0; i < 8; i++)
        word |= (uint64_t)at[i] << 8 * i;
    return word;
}

/* CRC-32 over key and rows: a row under the wrong key does not match either. */
static int64_t checksum(const struct block_key *key, const uint8_t *rows, size_t n_bytes)
{
    uint8_t head[DIGEST_BYTES + 32];
    memcpy(head, key->digest, DIGEST_BYTES);
    put_u64(head + DIGEST_BYTES, key->scenario);
    put_u64(head + DIGEST_BYTES + 8, key->first_trial);
    put_u64(head + DIGEST_BYTES + 16, key->n_rows);
    put_u64(head + DIGEST_BYTES + 24, key->n_columns);
    uLong sum = crc32_z(crc32_z(0, NULL, 0), head, sizeof head);
    return (int64_t)crc32_z(sum, rows, n_bytes);
}

static int make_room(struct store_blocks *self, size_t n_bytes, struct message *message)
{
    if (n_bytes <= self->n_bytes)
        return STATUS_OK;
    uint8_t *bytes = n_bytes <= MAX_BLOCK_BYTES ? realloc(self->bytes, n_bytes) : NULL;
    if (bytes == NULL)
        return fail(message, STATUS_RUN, "out of memory for a block of %zu bytes", n_bytes);
    self->bytes = bytes;
    self->n_bytes = n_bytes;
    return STATUS_OK;
}

int store_blocks_open(struct store_blocks *self, struct store *store,
                      const uint8_t digest[DIGEST_BYTES], struct message *message)
{
    memset(self, 0, sizeof *self);
    self->store = store;
    memcpy(self->digest, digest, DIGEST_BYTES);
    int status = store_prepare(store,
                               "SELECT n_rows, n_columns, checksum, rows FROM blocks"
                               " WHERE digest = ? AND scenario = ? AND first_trial = ?",
                               &self->find, message);
    if (status == STATUS_OK)
        status = store_prepare(store,
                               "INSERT INTO blocks(digest, scenario, first_trial, n_rows,"
                               " n_columns, checksum, rows) VALUES(?, ?, ?, ?, ?, ?, ?)"
                               " ON CONFLICT DO UPDATE SET n_rows = excluded.n_rows,"
                               " n_columns = excluded.n_columns, checksum = excluded.checksum,"
                               " rows = excluded.rows WHERE excluded.n_rows > n_rows",
                               &self->keep, message);
    if (status == STATUS_OK)
        status = store_prepare(
            store, "DELETE FROM blocks WHERE digest = ? AND scenario = ? AND first_trial = ?",
            &self->drop, message);
    return status;
}

void store_blocks_close(struct store_blocks *self)
{
    sqlite3_finalize(self->find);
    sqlite3_finalize(self->keep);
    sqlite3_finalize(self->drop);
    free(self->bytes);
    memset(self, 0, sizeof *self);
}

static void bind_key(struct sqlite3_stmt *statement, const struct block_key *key)
{
    sqlite3_bind_blob(statement, 1, key->digest, DIGEST_BYTES, SQLITE_TRANSIENT);
    sqlite3_bind_int64(statement, 2, (int64_t)key->scenario);
    sqlite3_bind_int64(statement, 3, (int64_t)key->first_trial);
}

/* Whether the stored row, read from column `first` on (n_rows, n_columns, checksum, rows), is a
 * whole block. Fills the shape in. */
static bool is_whole(struct sqlite3_stmt *row, int first, struct block_key *key)
{
    int64_t n_rows = sqlite3_column_int64(row, first);
    int64_t n_columns = sqlite3_column_int64(row, first + 1);
    const uint8_t *bytes = sqlite3_column_blob(row, first + 3);
    size_t n_bytes = (size_t)sqlite3_column_bytes(row, first + 3);
    if (n_rows < 1 || n_rows > BLOCK_TRIALS || n_columns < 0 || n_columns > INT32_MAX ||
        (uint64_t)n_rows * (uint64_t)n_columns * 8 != n_bytes)
        return false;
    key->n_rows = (uint64_t)n_rows;
    key->n_columns = (uint64_t)n_columns;
    return sqlite3_column_int64(row, first + 2) == checksum(key, bytes, n_bytes);
}

static int drop_block(struct store_blocks *self, const struct block_key *key,
                      struct message *message)
{
    self->damaged++;
    store_tell(self->store,
               "%s: the stored block of scenario %" PRIu64 " from trial %" PRIu64
               " is damaged; it is computed again",
               self->store->path, key->scenario + 1, key->first_trial);
    int status = store_begin(self->store, message);
    if (status != STATUS_OK)
        return status;
    bind_key(self->drop, key);
    status = store_run(self->store, self->drop, "dropping a damaged block", message);
    return store_end(self->store, status, message);
}

/* `rows` may be NULL: then it is only looked whether the block is there. */
static int load(void *context, uint32_t scenario, uint64_t first_trial, size_t n_rows,
                size_t n_columns, double *rows, bool *found, struct message *message)
{
    struct store_blocks *self = context;
    struct block_key key = {.scenario = scenario, .first_trial = first_trial};
    memcpy(key.digest, self->digest, DIGEST_BYTES);
    bind_key(self->find, &key);
    int code = sqlite3_step(self->find);
    bool damaged =
        code == SQLITE_ROW && (!is_whole(self->find, 0, &key) || key.n_columns != n_columns);
    *found = code == SQLITE_ROW && !damaged && key.n_rows >= n_rows;
    const uint8_t *bytes = *found ? sqlite3_column_blob(self->find, 3) : NULL;
    for (size_t i = 0; *found && rows != NULL && i < n_rows * n_columns; i++) {
        uint64_t bits = get_u64(bytes + 8 * i);
        memcpy(&rows[i], &bits, sizeof bits);
    }
    int status = code == SQLITE_ROW || code == SQLITE_DONE
                     ? STATUS_OK
                     : store_fail(self->store, "reading a block", message);
    sqlite3_reset(self->find);
    self->loaded += *found ? 1u : 0u;
    return damaged ? drop_block(self, &key, message) : status;
}

int store_blocks_check(struct store_blocks *self, uint32_t scenario, uint64_t first_trial,
                       size_t n_rows, size_t n_columns, bool *found, struct message *message)
{
    return load(self, scenario, first_trial, n_rows, n_columns, NULL, found, message);
}

static int write_block(struct store *store, struct sqlite3_stmt *keep, const struct block_key *key,
                       const uint8_t *bytes, size_t n_bytes, struct message *message)
{
    bind_key(keep, key);
    sqlite3_bind_int64(keep, 4, (int64_t)key->n_rows);
    sqlite3_bind_int64(keep, 5, (int64_t)key->n_columns);
    sqlite3_bind_int64(keep, 6, checksum(key, bytes, n_bytes));
    sqlite3_bind_blob64(keep, 7, bytes, n_bytes, SQLITE_STATIC);
    return store_run(store, keep, "storing a block", message);
}

static int save(void *context, uint32_t scenario, uint64_t first_trial, size_t n_rows,
                size_t n_columns, const double *rows, struct message *message)
{
    struct store_blocks *self = context;
    size_t n_bytes = n_rows * n_columns * 8;
    struct block_key key = {{0}, scenario, first_trial, n_rows, n_columns};
    memcpy(key.digest, self->digest, DIGEST_BYTES);
    int status = make_room(self, n_bytes + 1, message); /* never a NULL blob, which SQL refuses */
    for (size_t i = 0; status == STATUS_OK && i < n_rows * n_columns; i++) {
        uint64_t bits;
        memcpy(&bits, &rows[i], sizeof bits);
        put_u64(self->bytes + 8 * i, bits);
    }
    if (status == STATUS_OK)
        status = store_begin(self->store, message);
    if (status != STATUS_OK)
        return status;
    status = write_block(self->store, self->keep, &key, self->bytes, n_bytes, message);
    status = store_end(self->store, status, message);
    self->saved += status == STATUS_OK ? 1u : 0u;
    return status;
}

struct block_store store_blocks_interface(struct store_blocks *self)
{
    struct block_store interface = {.context = self, .load = load, .save = save};
    return interface;
}

/* ---- merging shards ---- */

static int copy_block(struct store_blocks *to, struct sqlite3_stmt *row, const char *path,
                      struct merge_count *count, struct message *message)
{
    struct block_key key;
    key.scenario = (uint64_t)sqlite3_column_int64(row, 1);
    key.first_trial = (uint64_t)sqlite3_column_int64(row, 2);
    bool good = sqlite3_column_bytes(row, 0) == DIGEST_BYTES;
    if (good)
        memcpy(key.digest, sqlite3_column_blob(row, 0), DIGEST_BYTES);
    if (!good || !is_whole(row, 3, &key)) {
        count->damaged++;
        store_tell(to->store, "%s: a damaged block was left out", path);
        return STATUS_OK;
    }
    int before = sqlite3_total_changes(to->store->db);
    int status = write_block(to->store, to->keep, &key, sqlite3_column_blob(row, 6),
                             (size_t)sqlite3_column_bytes(row, 6), message);
    if (status == STATUS_OK && sqlite3_total_changes(to->store->db) > before)
        count->copied++;
    else if (status == STATUS_OK)
        count->present++;
    return status;
}

static int copy_all(struct store_blocks *to, struct store *from, struct merge_count *count,
                    struct message *message)
{
    struct sqlite3_stmt *all;
    int status = store_prepare(from,
                               "SELECT digest, scenario, first_trial, n_rows, n_columns, checksum,"
                               " rows FROM blocks ORDER BY digest, scenario, first_trial",
                               &all, message);
    if (status == STATUS_OK)
        status = store_begin(to->store, message);
    if (status != STATUS_OK) {
        sqlite3_finalize(all);
        return status;
    }
    int code;
    while (status == STATUS_OK && (code = sqlite3_step(all)) == SQLITE_ROW)
        status = copy_block(to, all, from->path, count, message);
    if (status == STATUS_OK && (code & 0xff) == SQLITE_CORRUPT) {
        count->unreadable++;
        store_tell(to->store, "%s: the database is damaged; what could be read of it is taken over",
                   from->path);
    } else if (status == STATUS_OK && code != SQLITE_DONE)
        status = store_fail(from, "reading its blocks", message);
    sqlite3_finalize(all);
    return store_end(to->store, status, message);
}

int store_merge(struct store *into, const char *path, struct merge_count *count,
                struct message *message)
{
    struct store from;
    struct store_blocks to;
    static const uint8_t any[DIGEST_BYTES];
    struct merge_count local = {0};
    int status = store_blocks_open(&to, into, any, message);
    int opened = store_open(&from, path, STORE_READ, &into->notice, message);
    if (status == STATUS_OK)
        status = opened;
    if (status == STATUS_OK)
        status = copy_all(&to, &from, count != NULL ? count : &local, message);
    store_close(&from);
    store_blocks_close(&to);
    return status;
}
