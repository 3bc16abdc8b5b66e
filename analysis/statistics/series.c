#include "analysis/statistics/series.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void series_free(struct series *self)
{
    free(self->profile.day);
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

void series_set(struct series *self, const struct query_array *log, const time_us *times, size_t n)
{
    size_t first = count_before(times, n, self->from_us);
    self->log = log;
    self->t = times + first;
    self->n = count_before(times + first, n - first, self->until_us);
    self->has_profile = self->has_hours = self->has_clients = false;
    self->n_gaps = self->next_gaps = 0;
    self->n_windows = self->next_windows = 0;
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

static void count_active_days(struct local_profile *profile)
{
    profile->active_days = 0;
    for (uint32_t d = 0; d < profile->n_days; d++)
        profile->active_days += profile->day[d] > 0;
    memset(profile->hour, 0, sizeof profile->hour);
    for (int h = 0; h < 168; h++)
        profile->hour[h % 24] += profile->week[h];
}

const struct local_profile *series_profile(struct series *self)
{
    struct local_profile *profile = &self->profile;
    if (self->has_profile)
        return profile;
    unsigned first_day = calendar_at(self->calendar, self->from_us)->day;
    unsigned last_day = calendar_at(self->calendar, self->until_us - 1)->day;
    profile->n_days = self->until_us > self->from_us ? last_day - first_day + 1 : 0;
    if (!clear_counts(self, &profile->day, &profile->day_capacity, profile->n_days + 1))
        return NULL;
    memset(profile->week, 0, sizeof profile->week);
    profile->holiday = 0;
    for (size_t i = 0; i < self->n; i++) {
        const struct calendar_hour *hour = calendar_at(self->calendar, self->t[i]);
        profile->week[hour->hour_of_week]++;
        profile->day[hour->day - first_day]++;
        profile->holiday += hour->holiday;
    }
    count_active_days(profile);
    self->has_profile = true;
    return profile;
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

static bool fill_windows(struct window_counts *self, const struct series *series, int64_t window_us)
{
    self->window_us = window_us;
    self->n_windows = 0;
    self->n_active = 0;
    if (!reserve_windows(self, series->n + 1))
        return false;
    if (window_us > 0 && series->until_us > series->from_us)
        self->n_windows = (uint64_t)((series->until_us - series->from_us) / window_us);
    double reciprocal = 1.0 / (double)(window_us > 0 ? window_us : 1);
    uint64_t last = UINT64_MAX;
    size_t active = 0;
    for (size_t i = 0; i < series->n && self->n_windows > 0; i++) {
        uint64_t since_us = (uint64_t)(series->t[i] - series->from_us);
        uint64_t window = window_of(since_us, reciprocal, (uint64_t)window_us);
        if (window >= self->n_windows)
            break;
        active += window != last;
        last = window;
        self->window[active - 1] = window;
        self->count[active - 1] = (self->n_active == active ? self->count[active - 1] : 0) + 1;
        self->n_active = active;
    }
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

size_t series_first_row(const struct series *self)
{
    size_t low = 0, high = self->log->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (self->log->q[middle].time_us < self->from_us)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
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

/* Counts by client in an open-addressing table: client ids of observed logs have no small bound. */
struct client_slot {
    uint32_t client;
    uint32_t count; /* 0: empty */
};

static struct client_slot *find_client(struct client_slot *slots, size_t mask, uint32_t client)
{
    size_t i = (client * 2654435769u) & mask;
    while (slots[i].count != 0 && slots[i].client != client)
        i = (i + 1) & mask;
    return &slots[i];
}

static struct client_slot *grow_clients(struct client_slot *old, size_t *mask)
{
    size_t size = 2 * (*mask + 1);
    struct client_slot *slots = calloc(size, sizeof *slots);
    for (size_t i = 0; slots != NULL && old != NULL && i <= *mask; i++)
        if (old[i].count != 0)
            *find_client(slots, size - 1, old[i].client) = old[i];
    free(old);
    *mask = size - 1;
    return slots;
}

static void summarise_clients(struct series *self, const struct client_slot *slots, size_t mask)
{
    struct client_counts *out = &self->clients;
    memset(out, 0, sizeof *out);
    double n = (double)self->n;
    for (size_t i = 0; i <= mask; i++) {
        uint32_t count = slots[i].count;
        if (count == 0)
            continue;
        out->distinct++;
        out->singletons += count == 1;
        out->top = count > out->top ? count : out->top;
        out->entropy_nats -= count / n * log(count / n);
    }
}

#define SMALL_CLIENTS 64 /* slots on the stack: no allocation for a case's few clients */

const struct client_counts *series_clients(struct series *self)
{
    if (self->has_clients)
        return &self->clients;
    struct client_slot small[SMALL_CLIENTS] = {{0}};
    struct client_slot *slots = small, *heap = NULL;
    size_t mask = SMALL_CLIENTS - 1, used = 0, position = series_first_row(self);
    for (const struct query *q; (q = series_next_row(self, &position)) != NULL;) {
        struct client_slot *slot = find_client(slots, mask, q->client);
        used += slot->count == 0;
        slot->client = q->client;
        slot->count++;
        if (2 * used <= mask)
            continue;
        if (heap == NULL && (heap = malloc(sizeof small)) != NULL)
            memcpy(heap, small, sizeof small);
        slots = heap = heap != NULL ? grow_clients(heap, &mask) : NULL;
        if (slots == NULL) {
            *self->out_of_memory = true;
            return NULL;
        }
    }
    summarise_clients(self, slots, mask);
    free(heap);
    self->has_clients = true;
    return &self->clients;
}
