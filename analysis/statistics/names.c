/* names.c - query names: how many, who asks for one first, and when. Restrict the request to one
 * name for all but distinct_names. */
#include <math.h>
#include <string.h>
#include <strings.h>

#include "analysis/statistics/families.h"
#include "analysis/statistics/series.h"

/* Counts in a hash table of `slots` (a power of two); gives up, with 0, when it is half full. */
static size_t count_names(struct series *series, uint32_t *seen, size_t slots)
{
    size_t position = series_first_row(series), distinct = 0;
    for (const struct query *q; (q = series_next_row(series, &position)) != NULL;) {
        size_t i = hash_id(q->name) & (slots - 1);
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

static double log_distinct_names(const struct statistic_call *call)
{
    return log1p(distinct_names(call));
}

/* True where the name is another name of the world with more labels behind it, as a resolver's
 * search list makes them: "mail.example.org" and "mail.example.org.corp.example.net". */
static bool is_suffixed(const struct intern *names, uint32_t name)
{
    const char *text = intern_text(names, name);
    for (uint32_t other = 0; other < names->count; other++) {
        const char *stem = intern_text(names, other);
        size_t length = strlen(stem);
        if (length > 0 && strncasecmp(text, stem, length) == 0 && text[length] == '.')
            return true;
    }
    return false;
}

/* Looks at the text of each name once. Names that the world does not know cannot be judged. */
static double suffixed(const struct statistic_call *call)
{
    enum { UNSEEN, PLAIN, SUFFIXED };
    const struct intern *names = &call->world->names;
    uint8_t *kind = series_scratch(call->who, (size_t)names->count + 1, 1);
    size_t position = series_first_row(call->who), n = 0;
    if (kind == NULL)
        return NAN;
    for (const struct query *q; (q = series_next_row(call->who, &position)) != NULL;) {
        if (q->name >= names->count)
            continue;
        if (kind[q->name] == UNSEEN)
            kind[q->name] = is_suffixed(names, q->name) ? SUFFIXED : PLAIN;
        n += kind[q->name] == SUFFIXED;
    }
    return log1p((double)n);
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

const struct statistic statistic_log_distinct_names = {
    .name = "log_distinct_names",
    .family = FAMILY_NAMES,
    .unit = "ln",
    .low = 0,
    .high = INFINITY,
    .summary = "ln(1 + number of different query names)",
    .tells = "as distinct_names, on a scale on which a factor means the same everywhere",
    .needs = COLUMN_TIME | COLUMN_NAME,
    .compute = log_distinct_names,
};

const struct statistic statistic_suffixed = {
    .name = "suffixed",
    .family = FAMILY_NAMES,
    .unit = "ln",
    .low = 0,
    .high = INFINITY,
    .summary = "ln(1 + number of queries for a name of the case with more labels behind it)",
    .tells =
        "a client's search list after a failed look-up: a real client, a name that had vanished",
    .needs = COLUMN_TIME | COLUMN_NAME,
    .compute = suffixed,
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
