/* duplicates.h - tells whether a query was seen before, in bounded memory (32 MiB at most). */
#ifndef INGEST_DUPLICATES_H
#define INGEST_DUPLICATES_H

#include "analysis/ingest/ingest.h"

struct duplicates {
    uint64_t *slot; /* fingerprints, 0 = empty */
    size_t n_slots; /* a power of two */
    size_t used;
    bool forgot; /* it was full once and started afresh */
};

void duplicates_init(struct duplicates *self);
void duplicates_free(struct duplicates *self);

/* Sets *seen where the same query (all columns) came before. Two different queries of one log are
 * taken for the same with a probability of about n * n / 4e19. STATUS_RUN when memory runs out. */
int duplicates_check(struct duplicates *self, const struct ingest_query *query, bool *seen);

#endif
