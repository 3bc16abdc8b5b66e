#include "analysis/store/text_cache.h"

#include <stdlib.h>

void text_cache_init(struct text_cache *self)
{
    *self = (struct text_cache){0};
}

static void generation_free(struct text_generation *generation)
{
    intern_free(&generation->texts);
    free(generation->number);
    *generation = (struct text_generation){0};
}

void text_cache_free(struct text_cache *self)
{
    generation_free(&self->young);
    generation_free(&self->old);
}

static bool is_full(const struct text_generation *generation)
{
    return generation->texts.count >= TEXT_CACHE_COUNT ||
           generation->texts.text_used >= TEXT_CACHE_BYTES;
}

static void age(struct text_cache *self)
{
    self->forgot = self->forgot || self->old.texts.count > 0;
    generation_free(&self->old);
    self->old = self->young;
    self->young = (struct text_generation){0};
}

static int64_t number_for(struct text_cache *self, const char *text, size_t length, bool *is_new)
{
    uint32_t old = intern_find(&self->old.texts, text, length);
    *is_new = old == INTERN_NONE;
    return *is_new ? self->next++ : self->old.number[old];
}

int text_cache_number(struct text_cache *self, const char *text, size_t length, int64_t *number,
                      bool *is_new)
{
    uint32_t id, count = self->young.texts.count;
    if (intern_add(&self->young.texts, text, length, &id) != STATUS_OK)
        return STATUS_RUN;
    *is_new = false;
    if (id == count) { /* not in the young generation before */
        if ((count & (count - 1)) == 0) {
            size_t capacity = count == 0 ? 1 : 2 * (size_t)count;
            int64_t *grown = realloc(self->young.number, capacity * sizeof *grown);
            if (grown == NULL)
                return STATUS_RUN;
            self->young.number = grown;
        }
        self->young.number[id] = number_for(self, text, length, is_new);
    }
    *number = self->young.number[id];
    if (is_full(&self->young))
        age(self);
    return STATUS_OK;
}
