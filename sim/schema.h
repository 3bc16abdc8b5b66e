/* schema.h - the table of parameters that comes with every model, sensor and profile.
 *
 * One row drives parsing, range checks, the default prior, `mxplain models show NAME` and the
 * manual.
 */
#ifndef SIM_SCHEMA_H
#define SIM_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

enum unit {
    UNIT_NONE,       /* a pure number */
    UNIT_COUNT,      /* how many; whole numbers are meant */
    UNIT_FRACTION,   /* share of a whole, 0 to 1; "30 %" may be written */
    UNIT_SECOND,     /* a duration; "90 s", "5 min", "2 h", "1 d", "1 w" may be written */
    UNIT_HOUR,       /* a duration */
    UNIT_DAY,        /* a duration */
    UNIT_PER_SECOND, /* a rate; "3 /h", "2 /d", "1 /w" may be written */
    UNIT_PER_HOUR,   /* a rate */
    UNIT_PER_DAY,    /* a rate */
    UNIT_PER_WEEK,   /* a rate */
    UNIT_CLOCK_HOUR, /* local time of day in hours, 0 to 24 */
    UNIT_WORD,       /* one of a list of words, stored as its number */
};

/* One parameter. A table of rows ends with a row whose name is NULL. */
struct param_row {
    const char *name; /* key in a scenario file */
    enum unit unit;   /* unit of every number of this row */
    double min,
        max; /* allowed range, both ends included, also of every value that a prior may draw */
    const char
        *prior; /* default prior or number, in the language of dist.h; NULL: the key is required */
    const char *meaning; /* one line */
    const char *const
        *words; /* UNIT_WORD: the NULL-terminated list of words, numbered from 0; else NULL */
};

/* Name of a unit as shown to people: "s", "per day", "" for a pure number. */
const char *unit_name(enum unit unit);

/* Reads a unit written after a number ("min", "/h", "%") and gives in *factor what the number must
 * be multiplied by to be in `unit`. False where the text is no unit or is of another dimension.
 * Empty text is always allowed (factor 1). */
bool unit_factor(enum unit unit, const char *text, size_t length, double *factor);

/* The units that may be written for `unit`, for error messages: "ms, s, min, h, d or w". */
const char *unit_choices(enum unit unit);

/* Number of rows before the closing one. */
size_t param_rows_count(const struct param_row *rows);

/* The name in a NULL-terminated list nearest to `wrong` (edit distance), or NULL where none is
 * near: for "did you mean". */
const char *nearest_word(const char *wrong, const char *const *words);

#endif
