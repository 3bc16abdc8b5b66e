/* parts.h - which table a part belongs to and how many parts there are: so that a merge can name
 * what is missing.
 *
 * A row of `meta` for each: key "part DIGEST TRIALS OF" (digest in hexadecimal), value the number
 * of scenarios.
 */
#ifndef ANALYSIS_STORE_PARTS_H
#define ANALYSIS_STORE_PARTS_H

#include "analysis/store/digest.h"
#include "analysis/store/store.h"

struct table_parts {
    uint8_t digest[DIGEST_BYTES];
    uint64_t trials; /* per scenario */
    uint64_t of;     /* number of parts: part K holds every of-th block from number K on */
    uint64_t scenarios;
};

/* Notes that the database holds some of these parts. */
int store_note_parts(struct store *store, const struct table_parts *parts, struct message *message);

/* Copies the notes of the database at `path` into `into`. *parts becomes one of them, and *found
 * says whether there was any. A note that makes no sense is left out. */
int store_merge_parts(struct store *into, const char *path, struct table_parts *parts, bool *found,
                      struct message *message);

/* Tells the store's listener which parts are not there wholly, by the notes and blocks in the
 * database: "part 3 of 16 (--index 3): 40 of 40 blocks are missing". Of several notes about one
 * table the one with the most trials, then the most parts, counts. *missing: blocks in all. */
int store_tell_missing(struct store *store, uint64_t *missing, struct message *message);

#endif
