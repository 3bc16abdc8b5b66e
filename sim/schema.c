#include "sim/schema.h"

#include <string.h>

enum dimension { DIMENSION_NONE, DIMENSION_FRACTION, DIMENSION_TIME, DIMENSION_RATE };

struct unit_row {
    const char *name;
    enum dimension dimension;
    double in_base; /* seconds, or per second */
};

static const struct unit_row units[] = {
    [UNIT_NONE] = {"", DIMENSION_NONE, 1},
    [UNIT_COUNT] = {"count", DIMENSION_NONE, 1},
    [UNIT_FRACTION] = {"fraction", DIMENSION_FRACTION, 1},
    [UNIT_SECOND] = {"s", DIMENSION_TIME, 1},
    [UNIT_HOUR] = {"h", DIMENSION_TIME, 3600},
    [UNIT_DAY] = {"d", DIMENSION_TIME, 86400},
    [UNIT_PER_SECOND] = {"per second", DIMENSION_RATE, 1},
    [UNIT_PER_HOUR] = {"per hour", DIMENSION_RATE, 1.0 / 3600},
    [UNIT_PER_DAY] = {"per day", DIMENSION_RATE, 1.0 / 86400},
    [UNIT_PER_WEEK] = {"per week", DIMENSION_RATE, 1.0 / 604800},
    [UNIT_CLOCK_HOUR] = {"hour of day", DIMENSION_NONE, 1},
    [UNIT_WORD] = {"word", DIMENSION_NONE, 1},
};

static const struct unit_row suffixes[] = {
    {"us", DIMENSION_TIME, 1e-6},
    {"ms", DIMENSION_TIME, 1e-3},
    {"s", DIMENSION_TIME, 1},
    {"min", DIMENSION_TIME, 60},
    {"h", DIMENSION_TIME, 3600},
    {"d", DIMENSION_TIME, 86400},
    {"w", DIMENSION_TIME, 604800},
    {"%", DIMENSION_FRACTION, 0.01},
    {"/s", DIMENSION_RATE, 1},
    {"/min", DIMENSION_RATE, 1.0 / 60},
    {"/h", DIMENSION_RATE, 1.0 / 3600},
    {"/d", DIMENSION_RATE, 1.0 / 86400},
    {"/w", DIMENSION_RATE, 1.0 / 604800},
};

const char *unit_name(enum unit unit)
{
    return units[unit].name;
}

bool unit_factor(enum unit unit, const char *text, size_t length, double *factor)
{
    *factor = 1.0;
    if (length == 0)
        return true;
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        const struct unit_row *row = &suffixes[i];
        if (strlen(row->name) != length || memcmp(row->name, text, length) != 0)
            continue;
        *factor = row->in_base / units[unit].in_base;
        return row->dimension == units[unit].dimension;
    }
    return false;
}

const char *unit_choices(enum unit unit)
{
    switch (units[unit].dimension) {
    case DIMENSION_TIME:
        return "us, ms, s, min, h, d or w";
    case DIMENSION_RATE:
        return "/s, /min, /h, /d or /w";
    case DIMENSION_FRACTION:
        return "% or nothing";
    case DIMENSION_NONE:
        break;
    }
    return "no unit";
}

size_t param_rows_count(const struct param_row *rows)
{
    size_t n = 0;
    while (rows != NULL && rows[n].name != NULL)
        n++;
    return n;
}

#define NEAREST_MAX 63

/* Levenshtein distance; words are cut at NEAREST_MAX letters. */
static size_t edit_distance(const char *a, const char *b)
{
    size_t row[NEAREST_MAX + 1];
    size_t length_a = strnlen(a, NEAREST_MAX), length_b = strnlen(b, NEAREST_MAX);
    for (size_t j = 0; j <= length_b; j++)
        row[j] = j;
    for (size_t i = 1; i <= length_a; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= length_b; j++) {
            size_t change = diagonal + (a[i - 1] != b[j - 1]);
            size_t insert = row[j - 1] + 1, delete = row[j] + 1;
            diagonal = row[j];
            row[j] = change < insert ? change : insert;
            row[j] = row[j] < delete ? row[j] : delete;
        }
    }
    return row[length_b];
}

const char *nearest_word(const char *wrong, const char *const *words)
{
    const char *best = NULL;
    size_t best_distance = strlen(wrong) / 2 + 1;
    for (; words != NULL && *words != NULL; words++) {
        size_t length = strlen(wrong);
        bool begins = length >= 2 && strncmp(wrong, *words, length) == 0;
        size_t distance = begins ? 1 : edit_distance(wrong, *words); /* "bind" for "bind-9.18" */
        if (distance < best_distance) {
            best_distance = distance;
            best = *words;
        }
    }
    return best;
}
