/* text.h - slices of a line and the few scanning steps that every text reader needs.
 *
 * A slice points into somebody else's bytes, is not NUL-terminated and may hold any byte. No
 * function here allocates, fails or reads outside its slice.
 */
#ifndef INGEST_TEXT_H
#define INGEST_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct text {
    const char *at;
    size_t n;
};

static inline struct text text_slice(const char *at, size_t n)
{
    return (struct text){at, n};
}

/* The slice of a C string, without its NUL. */
static inline struct text text_of(const char *string)
{
    return text_slice(string, strlen(string));
}

/* These three stand here so that a constant string is compared without a call. */
static inline bool text_equal(struct text self, const char *string)
{
    size_t n = strlen(string);
    return n == self.n && memcmp(self.at, string, n) == 0;
}

static inline bool text_starts(struct text self, const char *prefix)
{
    size_t n = strlen(prefix);
    return self.n >= n && memcmp(self.at, prefix, n) == 0;
}

/* Removes `prefix` from the front and gives true, or leaves the slice alone and gives false. */
static inline bool text_skip(struct text *self, const char *prefix)
{
    if (!text_starts(*self, prefix))
        return false;
    size_t n = strlen(prefix);
    *self = text_slice(self->at + n, self->n - n);
    return true;
}

bool text_equal_nocase(struct text self, const char *string); /* ASCII letters only */

/* Removes blanks and tabs from the front. */
void text_skip_blanks(struct text *self);

/* The slice without blanks, tabs, CR and LF at either end. */
struct text text_trim(struct text self);

/* Takes everything up to `stop` off the front, and the stop too. Without a stop: the whole rest. */
struct text text_take(struct text *self, char stop);

/* Skips blanks, then takes everything up to the next blank (which stays). Empty at the end. */
struct text text_word(struct text *self);

/* Where `needle` first stands in the slice, or NULL. */
const char *text_find(struct text self, const char *needle);

/* The part after position `at`, which lies inside the slice or at its end. */
static inline struct text text_from(struct text self, const char *at)
{
    return text_slice(at, self.n - (size_t)(at - self.at));
}

/* Reads a slice made of decimal digits only, at most `max`. False, and nothing written, for
 * anything else. */
bool text_number(struct text self, uint64_t max, uint64_t *value);

/* Reads exactly `digits` decimal digits off the front into *value. False leaves the slice alone.
 * Stands here so that the loop is unrolled for a constant number. */
static inline bool text_digits(struct text *self, size_t digits, int *value)
{
    if (self->n < digits)
        return false;
    int sum = 0;
    for (size_t i = 0; i < digits; i++) {
        unsigned digit = (unsigned char)self->at[i] - (unsigned)'0';
        if (digit > 9)
            return false;
        sum = sum * 10 + (int)digit;
    }
    *value = sum;
    *self = text_slice(self->at + digits, self->n - digits);
    return true;
}

#endif
