#include "sim/intern.h"

#include <stdlib.h>
#include <string.h>

static uint64_t hash_text(const char *text, size_t length)
{
    uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a, 64 bits */
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)text[i]) * 0x100000001b3u;
    return hash ^ (hash >> 29);
}

void intern_init(struct intern *self)
{
    memset(self, 0, sizeof *self);
}

void intern_free(struct intern *self)
{
    free(self->text);
    free(self->offset);
    free(self->slot);
    intern_init(self);
}

/* The slot where the string stands, or the empty slot where it would be put. */
static uint32_t probe(const struct intern *self, const char *text, size_t length)
{
    uint32_t mask = self->n_slots - 1;
    uint32_t at = (uint32_t)hash_text(text, length) & mask;
    while (self->slot[at] != INTERN_NONE) {
        const char *other = self->text + self->offset[self->slot[at]];
        if (strncmp(other, text, length) == 0 && other[length] == '\0')
            return at;
        at = (at + 1) & mask;
    }
    return at;
}

static int grow_slots(struct intern *self)
{
    uint32_t wanted = self->n_slots == 0 ? 16 : self->n_slots * 2;
    uint32_t *slot = malloc(wanted * sizeof *slot);
    if (slot == NULL || wanted == 0) {
        free(slot);
        return STATUS_RUN;
    }
    memset(slot, 0xff, wanted * sizeof *slot);
    free(self->slot);
    self->slot = slot;
    self->n_slots = wanted;
    for (uint32_t id = 0; id < self->count; id++) {
        const char *text = self->text + self->offset[id];
        self->slot[probe(self, text, strlen(text))] = id;
    }
    return STATUS_OK;
}

static int reserve(struct intern *self, size_t length)
{
    if (self->count == self->capacity) {
        uint32_t wanted = self->capacity == 0 ? 8 : self->capacity * 2;
        size_t *offset = realloc(self->offset, wanted * sizeof *offset);
        if (offset == NULL)
            return STATUS_RUN;
        self->offset = offset;
        self->capacity = wanted;
    }
    if (self->text_used + length + 1 > self->text_size) {
        size_t wanted = (self->text_size + length + 64) * 2;
        char *text = realloc(self->text, wanted);
        if (text == NULL)
            return STATUS_RUN;
        self->text = text;
        self->text_size = wanted;
    }
    return STATUS_OK;
}

static size_t length_before_nul(const char *text, size_t length)
{
    const char *nul = memchr(text, '\0', length);
    return nul == NULL ? length : (size_t)(nul - text);
}

int intern_add(struct intern *self, const char *text, size_t length, uint32_t *id)
{
    length = length_before_nul(text, length);
    if (self->count >= self->n_slots / 2 && grow_slots(self) != STATUS_OK)
        return STATUS_RUN;
    uint32_t at = probe(self, text, length);
    if (self->slot[at] == INTERN_NONE) {
        if (self->count >= INTERN_NONE / 4 || reserve(self, length) != STATUS_OK)
            return STATUS_RUN;
        self->offset[self->count] = self->text_used;
        memcpy(self->text + self->text_used, text, length);
        self->text[self->text_used + length] = '\0';
        self->text_used += length + 1;
        self->slot[at] = self->count++;
    }
    *id = self->slot[at];
    return STATUS_OK;
}

uint32_t intern_find(const struct intern *self, const char *text, size_t length)
{
    if (self->n_slots == 0)
        return INTERN_NONE;
    return self->slot[probe(self, text, length_before_nul(text, length))];
}

const char *intern_text(const struct intern *self, uint32_t id)
{
    return id < self->count ? self->text + self->offset[id] : "";
}
