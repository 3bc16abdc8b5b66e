#include "analysis/ingest/text.h"

#include <strings.h>

bool text_equal_nocase(struct text self, const char *string)
{
    return strlen(string) == self.n && strncasecmp(self.at, string, self.n) == 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

void text_skip_blanks(struct text *self)
{
    while (self->n > 0 && is_blank(*self->at))
        *self = text_slice(self->at + 1, self->n - 1);
}

struct text text_trim(struct text self)
{
    text_skip_blanks(&self);
    while (self.n > 0) {
        char last = self.at[self.n - 1];
        if (!is_blank(last) && last != '\r' && last != '\n')
            break;
        self.n--;
    }
    return self;
}

struct text text_take(struct text *self, char stop)
{
    const char *end = self->n > 0 ? memchr(self->at, stop, self->n) : NULL;
    if (end == NULL) {
        struct text all = *self;
        *self = text_slice(self->at + self->n, 0);
        return all;
    }
    struct text taken = text_slice(self->at, (size_t)(end - self->at));
    *self = text_from(*self, end + 1);
    return taken;
}

/* Eight bytes at a time: the lowest set bit of the result lies in the first blank or tab. (A byte
 * behind one may be marked wrongly, which does not matter.) */
static uint64_t blanks_in(const char *at)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
    uint64_t word;
    memcpy(&word, at, sizeof word);
    uint64_t blank = word ^ (ones * ' '), tab = word ^ (ones * '\t');
    return (((blank - ones) & ~blank) | ((tab - ones) & ~tab)) & high;
}

static const char *end_of_word(const char *at, const char *end)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    for (; end - at >= 8; at += 8) {
        uint64_t blanks = blanks_in(at);
        if (blanks != 0)
            return at + __builtin_ctzll(blanks) / 8;
    }
#endif
    while (at < end && !is_blank(*at))
        at++;
    return at;
}

struct text text_word(struct text *self)
{
    const char *at = self->at, *end = at + self->n;
    while (at < end && is_blank(*at))
        at++;
    const char *start = at;
    at = end_of_word(at, end);
    *self = text_slice(at, (size_t)(end - at));
    return text_slice(start, (size_t)(at - start));
}

/* Its first byte is mostly rare in the line, so that looking for that alone finds the needle; where
 * it is not, the search of the C library is linear for any input. */
const char *text_find(struct text self, const char *needle)
{
    enum { TRIES = 4 };
    size_t n = strlen(needle);
    for (int i = 0; i < TRIES && self.n >= n && n > 0; i++) {
        const char *at = memchr(self.at, needle[0], self.n - n + 1);
        if (at == NULL)
            return NULL;
        if (memcmp(at, needle, n) == 0)
            return at;
        self = text_from(self, at + 1);
    }
    return self.n < n ? NULL : memmem(self.at, self.n, needle, n);
}

bool text_number(struct text self, uint64_t max, uint64_t *value)
{
    enum { SAFE_DIGITS = 19 }; /* so many cannot overflow */
    uint64_t sum = 0;
    if (self.n == 0 || self.n > SAFE_DIGITS + 1)
        return false;
    for (size_t i = 0; i < self.n; i++) {
        unsigned digit = (unsigned char)self.at[i] - (unsigned)'0';
        if (digit > 9 || (i == SAFE_DIGITS && sum > (UINT64_MAX - digit) / 10))
            return false;
        sum = sum * 10 + digit;
    }
    if (sum > max)
        return false;
    *value = sum;
    return true;
}
