/* intern.h - strings by small number: names, clients and servers of a log.
 *
 * Ids are 0, 1, 2 ... in order of first appearance. Strings are stored once, byte for byte (any
 * byte but NUL).
 */
#ifndef SIM_INTERN_H
#define SIM_INTERN_H

#include <stddef.h>
#include <stdint.h>

#include "sim/status.h"

#define INTERN_NONE UINT32_MAX

struct intern {
    char *text;        /* all strings, NUL-terminated, one after the other */
    size_t text_used;  /* bytes of text in use */
    size_t text_size;  /* bytes allocated */
    size_t *offset;    /* offset[id]: where string id starts in text */
    uint32_t count;    /* number of strings */
    uint32_t capacity; /* allocated entries of offset */
    uint32_t *slot;    /* open-addressing hash table of ids, INTERN_NONE = empty */
    uint32_t n_slots;  /* a power of two, at least twice count */
};

/* Makes an empty table; allocates nothing. Never fails. */
void intern_init(struct intern *self);

/* Frees everything; safe on an initialised or already freed table. */
void intern_free(struct intern *self);

/* Gives the id of text[0..length) in *id, adding it if new. A NUL byte inside ends the string
 * there. Fails with STATUS_RUN when memory or ids run out; the table is then unchanged. */
int intern_add(struct intern *self, const char *text, size_t length, uint32_t *id);

/* The id of a string (up to a NUL byte inside), or INTERN_NONE where it is not in the table. */
uint32_t intern_find(const struct intern *self, const char *text, size_t length);

/* The string of an id; "" where id is out of range. Valid until the next intern_add. */
const char *intern_text(const struct intern *self, uint32_t id);

#endif
