/* blocks.h - finished blocks of a reference table in the store: what makes a run resumable.
 *
 * A block is kept under (fingerprint, scenario, first trial) with a checksum over key, shape and
 * rows. One that does not match is reported, dropped and computed again, never trusted.
 */
#ifndef ANALYSIS_STORE_BLOCKS_H
#define ANALYSIS_STORE_BLOCKS_H

#include "analysis/store/digest.h"
#include "analysis/store/store.h"
#include "analysis/weigh/reference.h"

struct store_blocks {
    struct store *store; /* borrowed */
    uint8_t digest[DIGEST_BYTES];
    struct sqlite3_stmt *find, *keep, *drop;
    uint8_t *bytes; /* one block in the file's form */
    size_t n_bytes;
    uint64_t loaded, saved, damaged; /* blocks so far */
};

/* Makes ready to load and save the blocks of one table. store_blocks_close (safe after a failure)
 * before store_close. */
int store_blocks_open(struct store_blocks *self, struct store *store,
                      const uint8_t digest[DIGEST_BYTES], struct message *message);
void store_blocks_close(struct store_blocks *self);

/* The two functions that reference_fill wants; valid as long as *self. */
struct block_store store_blocks_interface(struct store_blocks *self);

/* Whether a whole block of at least so many rows is stored; a damaged one is dropped. */
int store_blocks_check(struct store_blocks *self, uint32_t scenario, uint64_t first_trial,
                       size_t n_rows, size_t n_columns, bool *found, struct message *message);

/* Copies all blocks of the database at `path` (a shard) into `into`. A block that is there already
 * is left as it is, unless the new one has more trials; one that is damaged is reported and left
 * out, and so is everything behind a place where the file cannot be read. Counts are added to and
 * may be NULL. STATUS_INPUT where `path` is no database of this program. */
struct merge_count {
    uint64_t copied, present, damaged;
    uint64_t unreadable; /* files that could not be read to their end */
};
int store_merge(struct store *into, const char *path, struct merge_count *count,
                struct message *message);

#endif
