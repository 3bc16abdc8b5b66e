#include "sim/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct arena_block {
    struct arena_block *next;
    size_t used, size;
    alignas(max_align_t) unsigned char bytes[];
};

#define FIRST_BLOCK 65536

void arena_init(struct arena *self)
{
    self->first = self->current = NULL;
}

void arena_free(struct arena *self)
{
    for (struct arena_block *block = self->first, *next; block != NULL; block = next) {
        next = block->next;
        free(block);
    }
    arena_init(self);
}

void arena_reset(struct arena *self)
{
    for (struct arena_block *block = self->first; block != NULL; block = block->next)
        block->used = 0;
    self->current = self->first;
}

static struct arena_block *add_block(struct arena *self, size_t least)
{
    size_t size = self->current == NULL ? FIRST_BLOCK : self->current->size * 2;
    while (size < least && size <= SIZE_MAX / 4)
        size *= 2;
    struct arena_block *block = size < least ? NULL : malloc(sizeof *block + size);
    if (block == NULL)
        return NULL;
    block->used = 0;
    block->size = size;
    block->next = NULL;
    if (self->current == NULL)
        self->first = block;
    else
        self->current->next = block;
    return self->current = block;
}

void *arena_array(struct arena *self, size_t n, size_t size)
{
    if (size != 0 && n > (SIZE_MAX / 4 - alignof(max_align_t)) / size)
        return NULL;
    size_t bytes =
        (n * size + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
    struct arena_block *block = self->current;
    while (block != NULL && block->size - block->used < bytes && block->next != NULL)
        block = self->current = block->next;
    if (block == NULL || block->size - block->used < bytes)
        block = add_block(self, bytes);
    if (block == NULL)
        return NULL;
    void *memory = block->bytes + block->used;
    block->used += bytes;
    return memset(memory, 0, bytes);
}
