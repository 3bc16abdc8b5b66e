#include "analysis/statistics/series.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void series_free(struct series *self)
{
    free(self->days.count);
    free(self->hours);
    for (unsigned i = 0; i < SERIES_GAP_SETS; i++)
        gap_set_free(&self->gaps[i]);
    for (unsigned i = 0; i < SERIES_WINDOWS; i++) {
        free(self->windows[i].window);
        free(self->windows[i].count);
    }
    memset(self, 0, sizeof *self);
}

static size_t count_before(const time_us *t, size_t n, time_us limit)
{
    size_t low = 0;
    while (low < n) {
        size_t middle = low + (n - low) / 2;
        if (t[middle] < limit)
            low = middle + 1;
        else
            n = middle;
    }
    return low;
}

void series_set_count(struct series *self, const struct query_array *log,
                      const struct client_tally *tally, size_t n)
{
    self->log = log;
    self->tally = tally;
    self->t = NULL;
    self->n = n;
    self->has_week = self->has_days = self->has_hours = false;
    self->has_clients = self->has_entropy = false;
    self->n_gaps = self->next_gaps = 0;
    self->n_windows = self->next_windows = 0;
    self->ladder.is_set = self->spectrum.is_set = false;
}

void series_set(struct series *self, const struct query_array *log, const time_us *times, size_t n)
{
    size_t first = count_before(times, n, self->from_us);
    series_set_count(self, log, NULL, count_before(times + first, n - first, self->until_us));
    self->t = times + first;
}

double series_days(const struct series *self)
{
    return (double)(self->until_us - self->from_us) / (double)US_PER_DAY;
}

size_t series_count_before(const struct series *self, time_us t)
{
    return count_before(self->t, self->n, t);
}

void *series_scratch(struct series *self, size_t n, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes)) {
        *self->out_of_memory = true;
        return NULL;
    }
    if (bytes + 1 > self->scratch->size) {
        free(self->scratch->bytes);
        self->scratch->size = 0;
        self->scratch->bytes = malloc(bytes + bytes / 2 + 64);
        if (self->scratch->bytes == NULL) {
            *self->out_of_memory = true;
            return NULL;
        }
        self->scratch->size = bytes + bytes / 2 + 64;
    }
    memset(self->scratch->bytes, 0, bytes);
    return self->scratch->bytes;
}

/* Makes a counter table of n zeroes that only ever grows. */
static bool clear_counts(struct series *self, uint32_t **counts, size_t *capacity, size_t n)
{
    if (n > *capacity) {
        uint32_t *grown = realloc(*counts, n * sizeof *grown);
        if (grown == NULL) {
            *self->out_of_memory = true;
            return false;
        }
        *counts = grown;
        *capacity = n;
    }
    memset(*counts, 0, n * sizeof **counts);
    return true;
}

const struct week_profile *series_week(struct series *self)
{
    struct week_profile *profile = &self->week;
    if (self->has_week)
        return profile;
    memset(profile, 0, sizeof *profile);
    const uint8_t *hour_of_week = self->calendar->hour_of_week;
    for (size_t i = 0; i < self->n; i++)
        profile->week[hour_of_week[calendar_hour(self->calendar, self->t[i])]]++;
    for (int h = 0; h < 168; h++)
        profile->hour[h % 24] += profile->week[h];
    self->has_week = true;
    return profile;
}

/* First place in [i, n) of a sorted list that is not below the limit; meant for a few places on. */
static inline size_t skip_below(const time_us *t, size_t i, size_t n, time_us limit)
{
    while (i + 8 <= n && t[i + 7] < limit)
        i += 8;
    if (i + 8 > n) {
        while (i < n && t[i] < limit)
            i++;
        return i;
    }
    size_t more = 0; /* counted, not searched: no branch to mispredict */
    for (size_t k = 0; k < 7; k++)
        more += t[i + k] < limit;
    return i + more;
}

/* The times are sorted: walking from midnight to midnight is cheaper than finding each query's day.
 */
const struct daily_counts *series_daily(struct series *self)
{
    struct daily_counts *days = &self->days;
    if (self->has_days)
        return days;
    uint32_t first = calendar_day(self->calendar, self->from_us);
    uint32_t last = calendar_day(self->calendar, self->until_us - 1);
    days->n_days = self->until_us > self->from_us ? last - first + 1 : 0;
    days->active = days->holiday = 0;
    if (!clear_counts(self, &days->count, &days->capacity, (size_t)days->n_days + 1))
        return NULL;
    size_t i = 0;
    for (uint32_t d = 0; d < days->n_days; d++) {
        const time_us midnight_us = self->calendar->day_start_us[first + d + 1];
        size_t start = i;
        i = skip_below(self->t, i, self->n, midnight_us);
        days->count[d] = (uint32_t)(i - start);
        days->active += i > start;
        days->holiday += self->calendar->holiday[first + d] ? days->count[d] : 0;
    }
    self->has_days = true;
    return days;
}

const uint32_t *series_hours(struct series *self, size_t *n_hours)
{
    if (self->until_us <= self->from_us)
        return NULL;
    uint64_t origin = (uint64_t)(self->from_us - self->calendar->origin_us) / US_PER_HOUR;
    time_us start_us = self->calendar->origin_us + (time_us)origin * US_PER_HOUR;
    *n_hours = (size_t)((self->until_us - start_us - 1) / US_PER_HOUR) + 1;
    if (self->has_hours)
        return self->hours;
    if (!clear_counts(self, &self->hours, &self->hours_capacity, *n_hours))
        return NULL;
    for (size_t i = 0; i < self->n; i++)
        self->hours[(uint64_t)(self->t[i] - start_us) / (uint64_t)US_PER_HOUR]++;
    self->has_hours = true;
    return self->hours;
}

struct gap_set *series_gaps(struct series *self, int64_t burst_us)
{
    for (unsigned i = 0; i < self->n_gaps; i++)
        if (self->gaps[i].burst_us == burst_us)
            return &self->gaps[i];
    struct gap_set *set = &self->gaps[self->next_gaps];
    self->next_gaps = (self->next_gaps + 1) % SERIES_GAP_SETS;
    if (gap_set_fill(set, self->t, self->n, burst_us) != STATUS_OK) {
        set->burst_us = -1;
        *self->out_of_memory = true;
        return NULL;
    }
    if (self->n_gaps < SERIES_GAP_SETS)
        self->n_gaps++;
    return set;
}

static bool reserve_windows(struct window_counts *self, size_t n)
{
    if (n <= self->capacity)
        return true;
    size_t capacity = n + n / 2;
    uint64_t *window = realloc(self->window, capacity * sizeof *window);
    if (window != NULL)
        self->window = window;
    uint32_t *count = realloc(self->count, capacity * sizeof *count);
    if (count != NULL)
        self->count = count;
    if (window == NULL || count == NULL)
        return false;
    self->capacity = capacity;
    return true;
}

static void sum_windows(struct window_counts *self)
{
    uint64_t sum = 0, squares = 0; /* of at most 2^32 queries: the squares fit */
    self->largest = 0;
    for (size_t i = 0; i < self->n_active; i++) {
        uint64_t count = self->count[i];
        sum += count;
        squares += count * count;
        if (self->count[i] > self->largest)
            self->largest = self->count[i];
    }
    self->sum = (double)sum;
    self->sum_of_squares = (double)squares;
}

/* A 64-bit division per query would cost more than all the rest: multiply by the reciprocal, then
 * put right what rounding may have spoilt. Exact below 2^53. */
static inline uint64_t window_of(uint64_t since_us, double reciprocal, uint64_t window_us)
{
    uint64_t window = (uint64_t)((double)since_us * reciprocal);
    window -= window * window_us > since_us;
    window += (window + 1) * window_us <= since_us;
    return window;
}

/* Writes (window, count) of every active window; the last write of a run of equal windows stands.
 * Gives the number of active windows. */
static size_t count_runs(const struct series *series, uint64_t window_us, uint64_t n_windows,
                         uint64_t *windows, uint32_t *counts)
{
    const double reciprocal = 1.0 / (double)window_us;
    uint64_t last = UINT64_MAX;
    uint32_t run = 0;
    size_t active = 0;
    for (size_t i = 0; i < series->n; i++) {
        uint64_t since_us = (uint64_t)(series->t[i] - series->from_us);
        uint64_t window = window_of(since_us, reciprocal, window_us);
        if (window >= n_windows)
            break;
        bool starts = window != last;
        active += starts;
        run = starts ? 1 : run + 1;
        windows[active - 1] = last = window;
        counts[active - 1] = run;
    }
    return active;
}

/* The same for windows with several queries each: from border to border. */
static size_t walk_windows(const struct series *series, uint64_t window_us, uint64_t n_windows,
                           uint64_t *windows, uint32_t *counts)
{
    size_t i = 0, active = 0;
    time_us border_us = series->from_us;
    for (uint64_t window = 0; window < n_windows; window++) {
        size_t start = i;
        border_us += (time_us)window_us;
        i = skip_below(series->t, i, series->n, border_us);
        windows[active] = window; /* overwritten by the next where nothing lies in it */
        counts[active] = (uint32_t)(i - start);
        active += i > start;
    }
    return active;
}

static bool fill_windows(struct window_counts *self, const struct series *series, int64_t window_us)
{
    self->window_us = window_us;
    self->n_windows = 0;
    self->n_active = 0;
    if (!reserve_windows(self, series->n + 1))
        return false;
    if (window_us > 0 && series->until_us > series->from_us)
        self->n_windows = (uint64_t)((series->until_us - series->from_us) / window_us);
    if (self->n_windows > 0)
        self->n_active = (self->n_windows < series->n / 4 ? walk_windows : count_runs)(
            series, (uint64_t)window_us, self->n_windows, self->window, self->count);
    sum_windows(self);
    return true;
}

const struct window_counts *series_windows(struct series *self, int64_t window_us)
{
    for (unsigned i = 0; i < self->n_windows; i++)
        if (self->windows[i].window_us == window_us)
            return &self->windows[i];
    struct window_counts *counts = &self->windows[self->next_windows];
    self->next_windows = (self->next_windows + 1) % SERIES_WINDOWS;
    if (!fill_windows(counts, self, window_us)) {
        counts->window_us = -1;
        *self->out_of_memory = true;
        return NULL;
    }
    if (self->n_windows < SERIES_WINDOWS)
        self->n_windows++;
    return counts;
}

size_t series_row_at(const struct series *self, time_us t)
{
    size_t low = 0, high = self->log->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (self->log->q[middle].time_us < t)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

size_t series_first_row(const struct series *self)
{
    return series_row_at(self, self->from_us);
}

const struct query *series_next_row(const struct series *self, size_t *position)
{
    const struct query_array *log = self->log;
    while (*position < log->n && log->q[*position].time_us < self->until_us) {
        const struct query *query = &log->q[(*position)++];
        if (selection_has(self->selection, query))
            return query;
    }
    return NULL;
}

#define DIRECT_CLIENTS 256 /* ids below this, the case's own, are counted without hashing */

/* Counts of other clients, in an open-addressing table that stays at most half full. */
struct client_slot {
    uint32_t client;
    uint32_t count; /* 0: empty */
};

static void count_in_slot(struct client_slot *slots, size_t mask, uint32_t client)
{
    size_t i = hash_id(client) & mask;
    while (slots[i].count != 0 && slots[i].client != client)
        i = (i + 1) & mask;
    slots[i].client = client;
    slots[i].count++;
}

/* What is counted: rows [from, until) of the log, all of them or those of the selection. */
struct rows {
    size_t from, until;
    bool all;
};

static struct rows rows_of(const struct series *self)
{
    struct rows rows = {.from = series_first_row(self),
                        .until = series_row_at(self, self->until_us),
                        .all = selection_is_everything(self->selection)};
    return rows;
}

static void add_client(struct series *self, uint32_t count)
{
    struct client_counts *out = &self->clients;
    if (count == 0)
        return;
    out->distinct++;
    out->singletons += count == 1;
    out->top = count > out->top ? count : out->top;
    if (self->has_entropy)
        out->entropy_nats -= count / (double)self->n * log(count / (double)self->n);
}

/* Clients with low ids; gives the number of queries from all others. */
static size_t count_low_clients(struct series *self, struct rows rows)
{
    uint32_t direct[DIRECT_CLIENTS + 1] = {0}; /* the last: all others */
    const struct query *q = self->log->q;
    for (size_t i = rows.from; i < rows.until; i++)
        if (rows.all || selection_has(self->selection, &q[i]))
            direct[q[i].client < DIRECT_CLIENTS ? q[i].client : DIRECT_CLIENTS]++;
    for (int i = 0; i < DIRECT_CLIENTS; i++)
        add_client(self, direct[i]);
    return direct[DIRECT_CLIENTS];
}

static bool count_high_clients(struct series *self, struct rows rows, size_t queries)
{
    size_t size = 16;
    const struct query *q = self->log->q;
    while (size < 2 * queries)
        size *= 2;
    struct client_slot *slots = series_scratch(self, size, sizeof *slots);
    if (slots == NULL)
        return false;
    for (size_t i = rows.from; i < rows.until; i++)
        if (q[i].client >= DIRECT_CLIENTS && (rows.all || selection_has(self->selection, &q[i])))
            count_in_slot(slots, size - 1, q[i].client);
    for (size_t i = 0; i < size; i++)
        add_client(self, slots[i].count);
    return true;
}

static void add_tally(struct series *self)
{
    for (size_t i = 0; i < self->tally->n_clients; i++)
        if (client_set_has(&self->selection->clients, self->tally->of[i].client))
            add_client(self, self->tally->of[i].rows);
    self->has_clients = true;
}

const struct client_counts *series_clients(struct series *self, bool entropy)
{
    if (self->has_clients && (self->has_entropy || !entropy))
        return &self->clients;
    memset(&self->clients, 0, sizeof self->clients);
    self->has_entropy = entropy;
    if (self->tally != NULL) {
        add_tally(self);
        return &self->clients;
    }
    struct rows rows = rows_of(self);
    size_t others = count_low_clients(self, rows);
    self->has_clients = others == 0 || count_high_clients(self, rows, others);
    return self->has_clients ? &self->clients : NULL;
}
