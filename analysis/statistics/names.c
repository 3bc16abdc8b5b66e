/* names.c - query names: how many, who asks for one first, and when. Restrict the request to one
 * name for all but distinct_names. */
#include <math.h>

#include "analysis/statistics/families.h"
#include "analysis/statistics/series.h"

/* Counts in a hash table of `slots` (a power of two); gives up, with 0, when it is half full. */
static size_t count_names(struct series *series, uint32_t *seen, size_t slots)
{
    size_t position = series_first_row(series), distinct = 0;
    for (const struct query *q; (q = series_next_row(series, &position)) != NULL;) {
        size_t i = ((q->name * 2654435769u) >> 8) & (slots - 1);
        while (seen[i] != 0 && seen[i] != q->name + 1)
            i = (i + 1) & (slots - 1);
        distinct += seen[i] == 0;
        seen[i] = q->name + 1;
        if (2 * distinct > slots)
            return 0;
    }
    return distinct;
}

/* Names are few as a rule: start small. */
static double distinct_names(const struct statistic_call *call)
{
    if (call->who->n == 0)
        return 0;
    for (size_t slots = 256;; slots *= 16) {
        uint32_t *seen = series_scratch(call->who, slots, sizeof *seen);
        if (seen == NULL)
            return NAN;
        size_t distinct = count_names(call->who, seen, slots);
        if (distinct > 0)
            return (double)distinct;
    }
}

static double count_after(const struct statistic_call *call)
{
    time_us after_us = call->who->from_us + (int64_t)(setting(call, 0) * (double)US_PER_DAY);
    return log1p((double)(call->who->n - series_count_before(call->who, after_us)));
}

static double first_delay(const struct statistic_call *call)
{
    const struct series *who = call->who;
    time_us first_us = who->n > 0 ? who->t[0] : who->until_us;
    return (double)(first_us - who->from_us) / (double)US_PER_HOUR;
}

static double first_is_member(const struct statistic_call *call)
{
    size_t position = series_first_row(call->all);
    const struct query *first = series_next_row(call->all, &position);
    if (first == NULL)
        return NAN;
    return selection_has(call->who->selection, first) ? 1 : 0;
}

static const struct param_row after_rows[] = {
    {"after_d", UNIT_DAY, 0, 65000, "0", "days after the start of the stretch", NULL},
    {NULL, UNIT_NONE, 0, 0, NULL, NULL, NULL},
};

const struct statistic statistic_distinct_names = {
    .name = "distinct_names",
    .family = FAMILY_NAMES,
    .unit = "names",
    .low = 0,
    .high = INFINITY,
    .summary = "number of different query names",
    .tells = "tunnels and scans ask for many names, mail checks for few",
    .needs = COLUMN_TIME | COLUMN_NAME,
    .compute = distinct_names,
};

const struct statistic statistic_count_after = {
    .name = "count_after",
    .family = FAMILY_NAMES,
    .unit = "ln",
    .low = 0,
    .high = INFINITY,
    .summary = "ln(1 + number of queries from after_d days after the start of the stretch)",
    .tells = "interest in a name that was removed or has just appeared",
    .needs = COLUMN_TIME,
    .params = after_rows,
    .compute = count_after,
};

const struct statistic statistic_first_delay = {
    .name = "first_delay",
    .family = FAMILY_NAMES,
    .unit = "h",
    .low = 0,
    .high = INFINITY,
    .summary = "time from the start of the stretch to the first query; the whole stretch if none",
    .tells = "how fast a new name is found, and by whom",
    .needs = COLUMN_TIME,
    .compute = first_delay,
};

const struct statistic statistic_first_is_member = {
    .name = "first_is_member",
    .family = FAMILY_NAMES,
    .unit = "",
    .low = 0,
    .high = 1,
    .summary = "1 where the first query of everybody's comes from `who`, else 0; NaN if none",
    .tells = "who knew of a new name first",
    .needs = COLUMN_TIME | COLUMN_CLIENT,
    .needs_all = true,
    .compute = first_is_member,
};
