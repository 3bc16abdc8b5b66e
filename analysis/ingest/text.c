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

struct text text_word(struct text *self)
{
    const char *at = self->at, *end = at + self->n;
    while (at < end && is_blank(*at))
        at++;
    const char *start = at;
    while (at < end && (*at > ' ' || !is_blank(*at))) /* the first test alone settles most bytes */
        at++;
    *self = text_slice(at, (size_t)(end - at));
    return text_slice(start, (size_t)(at - start));
}

const char *text_find(struct text self, const char *needle)
{
    return self.n == 0 ? NULL : memmem(self.at, self.n, needle, strlen(needle));
}

bool text_number(struct text self, uint64_t max, uint64_t *value)
{
    if (self.n == 0 || self.n > 20)
        return false;
    uint64_t sum = 0;
    for (size_t i = 0; i < self.n; i++) {
        if (self.at[i] < '0' || self.at[i] > '9')
            return false;
        uint64_t digit = (uint64_t)(self.at[i] - '0');
        if (sum > (max - (digit > max ? max : digit)) / 10)
            return false;
        sum = sum * 10 + digit;
    }
    if (sum > max)
        return false;
    *value = sum;
    return true;
}

bool text_digits(struct text *self, size_t digits, int *value)
{
    if (self->n < digits)
        return false;
    int sum = 0;
    for (size_t i = 0; i < digits; i++) {
        if (self->at[i] < '0' || self->at[i] > '9')
            return false;
        sum = sum * 10 + (self->at[i] - '0');
    }
    *value = sum;
    *self = text_slice(self->at + digits, self->n - digits);
    return true;
}
