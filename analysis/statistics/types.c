/* types.c - record types: shares, and which follows which. NaN for an empty selection. */
#include <math.h>

#include "analysis/statistics/families.h"
#include "analysis/statistics/series.h"

static double type_share(const struct statistic_call *call)
{
    uint16_t type = (uint16_t)(setting(call, 0) + 0.5);
    size_t position = series_first_row(call->who), matches = 0;
    if (call->who->n == 0)
        return NAN;
    for (const struct query *q; (q = series_next_row(call->who, &position)) != NULL;)
        matches += q->type == type;
    return (double)matches / (double)call->who->n;
}

/* Walks backwards in effect: remembers when the second type was last seen by reading the rows from
 * the end, so that one pass suffices. */
static double type_follows(const struct statistic_call *call)
{
    const struct series *who = call->who;
    uint16_t first_type = (uint16_t)(setting(call, 0) + 0.5);
    uint16_t second_type = (uint16_t)(setting(call, 1) + 0.5);
    int64_t within_us = setting_us(call, 2);
    size_t start = series_first_row(who), firsts = 0, followed = 0;
    size_t end = start;
    while (series_next_row(who, &end) != NULL)
        continue;
    time_us next_second_us = INT64_MAX;
    for (size_t i = end; i-- > start;) {
        const struct query *q = &who->log->q[i];
        if (!selection_has(who->selection, q))
            continue;
        if (q->type == first_type) {
            firsts++;
            followed += next_second_us != INT64_MAX && next_second_us - q->time_us <= within_us;
        }
        if (q->type == second_type)
            next_second_us = q->time_us;
    }
    return firsts > 0 ? (double)followed / (double)firsts : NAN;
}

#define END_ROW                                                                                    \
    {                                                                                              \
        NULL, UNIT_NONE, 0, 0, NULL, NULL, NULL                                                    \
    }

static const struct param_row share_rows[] = {
    {"record_type", UNIT_COUNT, 1, 65535, "1",
     "record type by its DNS number: 1 A, 12 PTR, 15 MX, 16 TXT, 28 AAAA", NULL},
    END_ROW,
};

static const struct param_row follows_rows[] = {
    {"first", UNIT_COUNT, 1, 65535, "12", "record type by its DNS number", NULL},
    {"second", UNIT_COUNT, 1, 65535, "1", "record type that follows it", NULL},
    {"within_s", UNIT_SECOND, 0, 1e8, "5", "at most this much later", NULL},
    END_ROW,
};

const struct statistic statistic_type_share = {
    .name = "type_share",
    .family = FAMILY_TYPES,
    .unit = "share",
    .low = 0,
    .high = 1,
    .summary = "share of queries of one record type",
    .tells = "what asks: mail gateways want PTR, MX and TXT, browsers A and AAAA",
    .needs = COLUMN_TIME | COLUMN_TYPE,
    .params = share_rows,
    .compute = type_share,
};

const struct statistic statistic_type_follows = {
    .name = "type_follows",
    .family = FAMILY_TYPES,
    .unit = "share",
    .low = 0,
    .high = 1,
    .summary = "share of queries of type `first` that a later row of type `second` follows in time",
    .tells = "an A after a PTR is a mail gateway that confirms the sender's name",
    .needs = COLUMN_TIME | COLUMN_TYPE,
    .params = follows_rows,
    .compute = type_follows,
};
