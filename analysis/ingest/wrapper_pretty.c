#include <stdlib.h>

#include "analysis/ingest/wrapper.h"

/* JSON as people and tools print it: an array of objects, objects over several lines. The readers
 * of JSON lines get an object a line. Plain JSON lines are left to them. */

enum { MAX_OBJECT = 4 * 1024 * 1024 };

struct pretty {
    char *bytes; /* of the object that is open, then of those that this line completed */
    size_t n, size;
    size_t given;   /* bytes at the front that have been given out */
    unsigned depth; /* of braces */
    bool in_string, after_backslash;
    bool in_array; /* an outer bracket is open */
    bool was_cut;  /* a line ended within an object */
    bool seen;     /* something else than plain JSON lines */
};

static bool add_byte(struct pretty *self, char byte)
{
    if (self->n == self->size) {
        size_t size = self->size == 0 ? 4096 : self->size * 2;
        char *bytes = realloc(self->bytes, size);
        if (bytes == NULL)
            return false;
        self->bytes = bytes;
        self->size = size;
    }
    self->bytes[self->n++] = byte;
    return true;
}

/* Between objects: brackets and commas of the array around them. False for anything else. */
static bool take_between(struct pretty *self, char byte)
{
    if (byte == '[' && !self->in_array)
        self->in_array = self->seen = true;
    else if (byte == ']' && self->in_array)
        self->in_array = false;
    else
        return byte == ',' || byte == ' ' || byte == '\t';
    return true;
}

static void follow_braces(struct pretty *self, char byte)
{
    if (self->in_string) {
        self->in_string = self->after_backslash || byte != '"';
        self->after_backslash = !self->after_backslash && byte == '\\';
        return;
    }
    self->in_string = byte == '"';
    self->depth += byte == '{' ? 1 : 0;
    self->depth -= byte == '}' && self->depth > 0 ? 1 : 0;
}

static enum wrapped give_up(struct pretty *self, enum wrapped what)
{
    self->n = self->given = 0;
    self->depth = 0;
    self->in_string = self->after_backslash = false;
    return what;
}

/* A line with several objects, or a part of one; *objects is how many it completed. */
static enum wrapped take_line(struct pretty *self, struct text line, bool line_goes_on,
                              unsigned *objects)
{
    for (size_t i = 0; i < line.n; i++) {
        char byte = line.at[i];
        if (self->depth == 0 && byte != '{') {
            if (!take_between(self, byte))
                return give_up(self, WRAPPED_NOT);
            continue;
        }
        follow_braces(self, byte);
        if (!add_byte(self, byte))
            return WRAPPED_NO_MEMORY;
        if (self->n > MAX_OBJECT)
            return give_up(self, WRAPPED_NOT);
        if (self->depth > 0)
            continue;
        (*objects)++;
        if (!add_byte(self, '\n'))
            return WRAPPED_NO_MEMORY;
    }
    if (!self->in_string || line_goes_on)
        return WRAPPED_PART;
    /* A text does not go over several lines in JSON: what looks like one is damaged. */
    const char *end = *objects > 0 ? memrchr(self->bytes, '\n', self->n) : NULL;
    size_t complete = end != NULL ? (size_t)(end - self->bytes) + 1 : 0;
    give_up(self, WRAPPED_NOT);
    self->n = complete;
    self->was_cut = true;
    return complete > 0 ? WRAPPED_PART : WRAPPED_NOT;
}

/* What is behind the last object that was given out stays. */
static void drop_given(struct pretty *self)
{
    if (self->given == 0)
        return;
    memmove(self->bytes, self->bytes + self->given, self->n - self->given);
    self->n -= self->given;
    self->given = 0;
}

static enum wrapped pretty_open(void **state, struct text line, struct wrapped_line *inside)
{
    if (*state == NULL && (*state = calloc(1, sizeof(struct pretty))) == NULL)
        return WRAPPED_NO_MEMORY;
    struct pretty *self = *state;
    drop_given(self);
    bool was_open = self->depth > 0;
    unsigned objects = 0;
    enum wrapped what = take_line(self, line, inside->line_goes_on, &objects);
    if (what != WRAPPED_PART)
        return what;
    self->seen = self->seen || was_open || self->depth > 0 || objects > 1;
    if (!self->seen)
        return give_up(self, WRAPPED_NOT);
    if (objects == 0)
        return WRAPPED_PART;
    const char *end = memrchr(self->bytes, '\n', self->n);
    self->given = (size_t)(end - self->bytes) + 1;
    inside->message = text_slice(self->bytes, self->given - 1);
    return WRAPPED_LINE;
}

static enum wrapped pretty_end(void *state, struct wrapped_line *inside)
{
    const struct pretty *self = state;
    (void)inside;
    return self->depth > 0 || self->in_array || self->was_cut ? WRAPPED_NOT : WRAPPED_PART;
}

static void pretty_close(void *state)
{
    struct pretty *self = state;
    free(self->bytes);
    free(self);
}

const struct log_wrapper wrapper_pretty = {
    .name = "json-array",
    .title = "a JSON array, or JSON objects over several lines",
    .expected = "no part of a JSON array or object",
    .takes_fronts = true,
    .open = pretty_open,
    .end = pretty_end,
    .close = pretty_close,
};
