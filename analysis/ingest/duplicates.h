/* duplicates.h - counts queries that were seen before, in bounded memory (32 MiB at most).
 *
 * The answer for one query comes a few queries late: by then its place in the table has been
 * fetched into the cache, which would otherwise take as long as parsing the line.
 */
#ifndef INGEST_DUPLICATES_H
#define INGEST_DUPLICATES_H

#include "analysis/ingest/ingest.h"

enum { DUPLICATES_WAITING = 16 };

struct duplicates {
    uint64_t *slot; /* fingerprints, 0 = empty */
    size_t n_slots; /* a power of two */
    size_t used;
    uint64_t found;                       /* queries that came before, of those looked up so far */
    bool forgot;                          /* it was full once and started afresh */
    uint64_t waiting[DUPLICATES_WAITING]; /* fingerprints still to be looked up */
    size_t n_waiting;
};

void duplicates_init(struct duplicates *self);
void duplicates_free(struct duplicates *self);

/* Takes in a query (all its columns count). Two different queries of one log are taken for the same
 * with a probability of about n * n / 4e19. STATUS_RUN when memory runs out. */
int duplicates_add(struct duplicates *self, const struct ingest_query *query);

/* Looks up what still waits; `found` is then complete. */
void duplicates_finish(struct duplicates *self);

#endif
