/* arena.h - working memory of one trial: blocks that are kept between trials and handed out again
 * from the start. */
#ifndef SIM_ARENA_H
#define SIM_ARENA_H

#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *first, *current;
};

void arena_init(struct arena *self);
void arena_free(struct arena *self);

/* Takes back everything that was handed out; keeps the memory. */
void arena_reset(struct arena *self);

/* n items of the given size, zeroed, aligned for any type; NULL when memory runs out or n * size
 * overflows. Valid until the next arena_reset. */
void *arena_array(struct arena *self, size_t n, size_t size);

#endif
