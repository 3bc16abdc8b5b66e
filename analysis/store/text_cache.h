/* text_cache.h - numbers for the texts of a log that is too long to hold, in bounded memory.
 *
 * Two generations: new texts go into the young one; when it is full it becomes the old one, and
 * what had been old is forgotten. A text that is looked up in the old generation comes back into
 * the young one with its number, so that frequent texts are never forgotten; a forgotten text that
 * comes again gets a second number. At most about 8 MiB each.
 */
#ifndef ANALYSIS_STORE_TEXT_CACHE_H
#define ANALYSIS_STORE_TEXT_CACHE_H

#include <stdbool.h>

#include "sim/intern.h"

enum { TEXT_CACHE_COUNT = 32768, TEXT_CACHE_BYTES = 1024 * 1024 }; /* of one generation */

struct text_generation {
    struct intern texts;
    int64_t *number; /* number[id of texts] */
};

struct text_cache {
    struct text_generation young, old;
    int64_t next; /* the number of the next new text: 0, 1, 2 ... */
    bool forgot;  /* some text was forgotten: one may have two numbers */
};

/* Makes an empty cache. text_cache_free is safe on an initialised or already freed one. */
void text_cache_init(struct text_cache *self);
void text_cache_free(struct text_cache *self);

/* Gives the number of text[0..length) and whether it is a new one. STATUS_RUN when memory runs
 * out. */
int text_cache_number(struct text_cache *self, const char *text, size_t length, int64_t *number,
                      bool *is_new);

#endif
