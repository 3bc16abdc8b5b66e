#include "analysis/infer/sort.h"

#include <stdlib.h>
#include <string.h>

enum { DIGIT_BITS = 11, DIGITS = 6, BUCKETS = 1 << DIGIT_BITS, FEW = 64 };

static const uint64_t SIGN = (uint64_t)1 << 63;

struct item {
    uint64_t key;
    uint32_t place;
};

/* Keys whose order as unsigned numbers is that of the doubles: negative ones have all bits turned,
 * others the sign bit. */
static uint64_t key_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits & SIGN ? ~bits : bits | SIGN;
}

static double value_of(uint64_t key)
{
    double value;
    uint64_t bits = key & SIGN ? key & ~SIGN : ~key;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static size_t digit_of(uint64_t key, unsigned digit)
{
    return key >> (digit * DIGIT_BITS) & (BUCKETS - 1);
}

/* Turns the counts of one digit into first places; 0 if all keys have the same digit. */
static int to_starts(size_t *count, size_t n)
{
    size_t sum = 0;
    for (size_t b = 0; b < BUCKETS; b++) {
        size_t here = count[b];
        if (here == n)
            return 0;
        count[b] = sum;
        sum += here;
    }
    return 1;
}

static void insert_keys(uint64_t *key, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        uint64_t k = key[i];
        size_t j = i;
        for (; j > 0 && key[j - 1] > k; j--)
            key[j] = key[j - 1];
        key[j] = k;
    }
}

/* Leaves the result in the returned one of the two arrays. */
static uint64_t *radix_keys(uint64_t *from, uint64_t *to, size_t *count, size_t n)
{
    memset(count, 0, DIGITS * BUCKETS * sizeof *count);
    for (size_t i = 0; i < n; i++)
        for (unsigned d = 0; d < DIGITS; d++)
            count[d * BUCKETS + digit_of(from[i], d)]++;
    for (unsigned d = 0; d < DIGITS; d++) {
        size_t *start = count + d * BUCKETS;
        if (!to_starts(start, n))
            continue;
        for (size_t i = 0; i < n; i++)
            to[start[digit_of(from[i], d)]++] = from[i];
        uint64_t *other = from;
        from = to;
        to = other;
    }
    return from;
}

int sort_numbers(double *value, size_t n)
{
    uint64_t few[FEW], *key = n <= FEW ? few : malloc(2 * n * sizeof *key), *sorted = key;
    size_t *count = n <= FEW ? NULL : malloc(DIGITS * BUCKETS * sizeof *count);
    int code = n <= FEW || (key != NULL && count != NULL) ? STATUS_OK : STATUS_RUN;
    if (code == STATUS_OK) {
        for (size_t i = 0; i < n; i++)
            key[i] = key_of(value[i]);
        if (n <= FEW)
            insert_keys(key, n);
        else
            sorted = radix_keys(key, key + n, count, n);
        for (size_t i = 0; i < n; i++)
            value[i] = value_of(sorted[i]);
    }
    if (key != few)
        free(key);
    free(count);
    return code;
}

static struct item *radix_items(struct item *from, struct item *to, size_t *count, size_t n)
{
    memset(count, 0, DIGITS * BUCKETS * sizeof *count);
    for (size_t i = 0; i < n; i++)
        for (unsigned d = 0; d < DIGITS; d++)
            count[d * BUCKETS + digit_of(from[i].key, d)]++;
    for (unsigned d = 0; d < DIGITS; d++) {
        size_t *start = count + d * BUCKETS;
        if (!to_starts(start, n))
            continue;
        for (size_t i = 0; i < n; i++)
            to[start[digit_of(from[i].key, d)]++] = from[i];
        struct item *other = from;
        from = to;
        to = other;
    }
    return from;
}

int sort_places(const double *value, size_t n, uint32_t *order)
{
    struct item *item = malloc((2 * n + 1) * sizeof *item);
    size_t *count = malloc(DIGITS * BUCKETS * sizeof *count);
    int code = item != NULL && count != NULL ? STATUS_OK : STATUS_RUN;
    if (code == STATUS_OK) {
        /* 0 and -0 are equal numbers. */
        for (size_t i = 0; i < n; i++)
            item[i] = (struct item){key_of(value[i] == 0 ? 0 : value[i]), (uint32_t)i};
        const struct item *sorted = radix_items(item, item + n, count, n);
        for (size_t i = 0; i < n; i++)
            order[i] = sorted[i].place;
    }
    free(item);
    free(count);
    return code;
}
