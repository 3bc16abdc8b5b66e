/* integrity.c - marks of an edited, incomplete or invented log. NaN for an empty selection. */
#include <math.h>

#include "analysis/statistics/families.h"
#include "analysis/statistics/series.h"

static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9); /* finaliser of splitmix64 */
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

/* A hash table with room for n entries that stays at most half full: a power of two. */
static size_t table_size(size_t n)
{
    size_t size = 16;
    while (size < 2 * n)
        size *= 2;
    return size;
}

/* Last time of every (client, name, type). */
struct last_asked {
    time_us time_us;
    uint32_t client, name;
    uint16_t type;
    bool used;
};

static struct last_asked *find_last(struct last_asked *slots, size_t size, const struct query *q)
{
    size_t i = mix((uint64_t)q->client << 32 ^ q->name ^ (uint64_t)q->type << 16) & (size - 1);
    while (slots[i].used &&
           (slots[i].client != q->client || slots[i].name != q->name || slots[i].type != q->type))
        i = (i + 1) & (size - 1);
    return &slots[i];
}

static double cache_floor_violations(const struct statistic_call *call)
{
    struct series *who = call->who;
    int64_t ttl_us = setting_us(call, 0);
    size_t size = table_size(who->n), repeats = 0, early = 0;
    struct last_asked *slots = series_scratch(who, size, sizeof *slots);
    if (slots == NULL)
        return NAN;
    size_t position = series_first_row(who);
    for (const struct query *q; (q = series_next_row(who, &position)) != NULL;) {
        struct last_asked *last = find_last(slots, size, q);
        repeats += last->used;
        early += last->used && q->time_us - last->time_us < ttl_us;
        *last = (struct last_asked){q->time_us, q->client, q->name, q->type, true};
    }
    return repeats > 0 ? (double)early / (double)repeats : NAN;
}

static double second_digits(const struct statistic_call *call)
{
    const struct series *who = call->who;
    double count[10] = {0}, square = 0, n = (double)who->n;
    if (who->n == 0)
        return NAN;
    for (size_t i = 0; i < who->n; i++) {
        int64_t second = who->t[i] / US_PER_S % 10;
        count[second < 0 ? second + 10 : second]++;
    }
    for (int digit = 0; digit < 10; digit++)
        square += (count[digit] - n / 10) * (count[digit] - n / 10);
    return log(square / (n / 10) / 9 + 1e-3);
}

/* Strings of k whole-second gaps are compared by 32 bits of a rolling polynomial of the gaps: among
 * n strings a false match is expected n / 2^31 times. */
static double repeated_gaps(const struct statistic_call *call)
{
    const uint64_t factor = UINT64_C(0x9e3779b97f4a7c15); /* odd, so no power of it vanishes */
    struct series *who = call->who;
    size_t k = (size_t)(setting(call, 0) + 0.5);
    if (who->n < k + 2)
        return NAN;
    size_t strings = who->n - k, size = table_size(strings), repeated = 0;
    uint32_t *seen = series_scratch(who, size, sizeof *seen);
    if (seen == NULL)
        return NAN;
    uint64_t last_power = 1, string = 0;
    for (size_t j = 0; j < k; j++)
        last_power *= factor;
    for (size_t i = 0; i + 1 < who->n; i++) {
        string = string * factor + (uint64_t)((who->t[i + 1] - who->t[i]) / US_PER_S);
        if (i >= k)
            string -= last_power * (uint64_t)((who->t[i + 1 - k] - who->t[i - k]) / US_PER_S);
        if (i + 1 < k)
            continue;
        uint64_t hash = mix(string);
        uint32_t mark = (uint32_t)(hash >> 32) | 1; /* 0 marks an empty slot */
        size_t slot = hash & (size - 1);
        while (seen[slot] != 0 && seen[slot] != mark)
            slot = (slot + 1) & (size - 1);
        repeated += seen[slot] == mark;
        seen[slot] = mark;
    }
    return (double)repeated / (double)strings;
}

static bool same_question(const struct query *a, const struct query *b)
{
    return a->client == b->client && a->name == b->name && a->type == b->type &&
           a->server == b->server;
}

/* Rows of equal time stand together; of those only the nearest few are compared, so that a log with
 * one single time stamp costs no more than any other. */
#define TIE_REACH 64

static bool has_double(const struct query *log, size_t first, size_t i)
{
    for (size_t j = i; j > first && i - j < TIE_REACH; j--)
        if (same_question(&log[j - 1], &log[i]))
            return true;
    return false;
}

/* Doubles among the rows of one time stamp, which start at `first`. */
static size_t doubles_at(const struct series *who, size_t first)
{
    const struct query_array *log = who->log;
    size_t doubles = 0;
    for (size_t i = first + 1; i < log->n && log->q[i].time_us == log->q[first].time_us; i++)
        doubles += selection_has(who->selection, &log->q[i]) && has_double(log->q, first, i);
    return doubles;
}

static double duplicates(const struct statistic_call *call)
{
    const struct series *who = call->who;
    const time_us *t = who->t;
    size_t doubles = 0, row = series_first_row(who);
    if (who->n == 0)
        return NAN;
    for (size_t i = 1; i < who->n; i++) {
        if (t[i] != t[i - 1])
            continue;
        while (who->log->q[row].time_us < t[i])
            row++;
        doubles += doubles_at(who, row);
        while (i + 1 < who->n && t[i + 1] == t[i])
            i++;
    }
    return (double)doubles / (double)who->n;
}

static double cut_ratio(const struct statistic_call *call)
{
    return log(((double)call->who->n + 0.5) / ((double)call->other->n + 0.5));
}

/* Both are sorted: walk through them side by side, each row of the other log serving once. */
static double cut_missing(const struct statistic_call *call)
{
    const struct series *a = call->who, *b = call->other;
    int64_t tolerance_us = setting_us(call, 0);
    size_t missing = 0, j = 0;
    if (a->n == 0)
        return NAN;
    for (size_t i = 0; i < a->n; i++) {
        while (j < b->n && b->t[j] < a->t[i] - tolerance_us)
            j++;
        if (j < b->n && b->t[j] <= a->t[i] + tolerance_us)
            j++;
        else
            missing++;
    }
    return (double)missing / (double)a->n;
}

#define END_ROW                                                                                    \
    {                                                                                              \
        NULL, UNIT_NONE, 0, 0, NULL, NULL, NULL                                                    \
    }

static const struct param_row floor_rows[] = {
    {"ttl_s", UNIT_SECOND, 0, 1e9, "3600", "life time that a cache should have kept", NULL},
    END_ROW,
};

static const struct param_row repeat_rows[] = {
    {"length", UNIT_COUNT, 1, 64, "3", "how many gaps in a row", NULL},
    END_ROW,
};

static const struct param_row missing_rows[] = {
    {"tolerance_s", UNIT_SECOND, 0, 1e6, "1", "times that differ by no more are the same", NULL},
    END_ROW,
};

const struct statistic statistic_cache_floor_violations = {
    .name = "cache_floor_violations",
    .family = FAMILY_INTEGRITY,
    .unit = "share",
    .low = 0,
    .high = 1,
    .summary =
        "share of repeated questions that come sooner than ttl_s after the same client's last",
    .tells = "no cache, several caches behind one address, spoofed or invented rows",
    .needs = COLUMN_TIME | COLUMN_CLIENT,
    .params = floor_rows,
    .compute = cache_floor_violations,
};

const struct statistic statistic_second_digits = {
    .name = "second_digits",
    .family = FAMILY_INTEGRITY,
    .unit = "ln",
    .low = -6.91,
    .high = INFINITY,
    .summary = "ln(chi-square / 9 + 0.001) of the last digit of the seconds against even digits",
    .tells = "0 is chance; well below: too even to be true; well above: rounded or scheduled times",
    .needs = COLUMN_TIME,
    .compute = second_digits,
};

const struct statistic statistic_repeated_gaps = {
    .name = "repeated_gaps",
    .family = FAMILY_INTEGRITY,
    .unit = "share",
    .low = 0,
    .high = 1,
    .summary = "share of strings of `length` successive whole-second gaps that occurred before",
    .tells = "copied stretches of a log; clocks repeat too, so look at gap_cv",
    .needs = COLUMN_TIME,
    .params = repeat_rows,
    .compute = repeated_gaps,
};

const struct statistic statistic_duplicates = {
    .name = "duplicates",
    .family = FAMILY_INTEGRITY,
    .unit = "share",
    .low = 0,
    .high = 1,
    .summary =
        "share of rows equal to one of the 64 before them in time, client, name, type, server",
    .tells = "merged copies of one log, retransmission within the time resolution",
    .needs = COLUMN_TIME | COLUMN_CLIENT,
    .compute = duplicates,
};

const struct statistic statistic_cut_ratio = {
    .name = "cut_ratio",
    .family = FAMILY_INTEGRITY,
    .unit = "ln",
    .low = -INFINITY,
    .high = INFINITY,
    .summary = "ln((n at this sensor + 1/2) / (n at the other sensor + 1/2)) of the same clients",
    .tells = "published cuts of one collection that disagree",
    .needs = COLUMN_TIME,
    .needs_other_sensor = true,
    .without_times = true,
    .by_client = true,
    .compute = cut_ratio,
};

const struct statistic statistic_cut_missing = {
    .name = "cut_missing",
    .family = FAMILY_INTEGRITY,
    .unit = "share",
    .low = 0,
    .high = 1,
    .summary = "share of this sensor's rows that the other sensor's log has not, by time",
    .tells = "deleted or inserted rows between two cuts",
    .needs = COLUMN_TIME,
    .needs_other_sensor = true,
    .params = missing_rows,
    .compute = cut_missing,
};
