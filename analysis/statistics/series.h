/* series.h - the sorted times of one selection in one stretch of time, and what several statistics
 * make of them.
 *
 * A series is made once for each distinct (sensor, client set, name, type, stretch, calendar) of a
 * panel and shared by all requests that want it. Derived tables (local profile, gaps, counts in
 * windows ...) are made when the first statistic asks for them and kept until the next log: their
 * memory is reused, so nothing is allocated after warm-up. Where memory runs out a table is NULL,
 * the caller gives NAN and the panel reports STATUS_RUN.
 */
#ifndef ANALYSIS_STATISTICS_SERIES_H
#define ANALYSIS_STATISTICS_SERIES_H

#include "analysis/statistics/calendar.h"
#include "analysis/statistics/fourier.h"
#include "analysis/statistics/gap_set.h"
#include "analysis/statistics/statistic.h"

/* Whose queries, of which name and type. */
struct selection {
    uint32_t sensor;
    struct client_set clients;
    uint32_t name; /* INTERN_NONE: all */
    uint16_t type; /* TYPE_UNKNOWN: all */
    bool timed;    /* some statistic asks for its times, not only for its rows or their number */
};

/* True where every row belongs to the selection. */
static inline bool selection_is_everything(const struct selection *self)
{
    return self->clients.member == NULL && self->name == INTERN_NONE && self->type == TYPE_UNKNOWN;
}

static inline bool client_set_has(const struct client_set *self, uint32_t client)
{
    return self->member == NULL || (client < self->n ? self->member[client] != 0 : self->others);
}

/* True where the query belongs to the selection. */
static inline bool selection_has(const struct selection *self, const struct query *query)
{
    return client_set_has(&self->clients, query->client) &&
           (self->name == INTERN_NONE || self->name == query->name) &&
           (self->type == TYPE_UNKNOWN || self->type == query->type);
}

/* Queries by local time of the week. */
struct week_profile {
    uint32_t week[168]; /* by hour of the week, 0 = Monday 00:00-01:00 local */
    uint32_t hour[24];  /* by hour of the day */
};

/* Queries by local day, from the day that contains from_us to the one that contains the last
 * instant; the first and the last may be parts of days. */
struct daily_counts {
    uint32_t n_days;  /* 0 for an empty stretch */
    uint32_t active;  /* days with at least one query */
    uint32_t holiday; /* queries on listed holidays */
    uint32_t *count;  /* count[0..n_days) */
    size_t capacity;
};

/* Counts in windows of equal width from the start of the stretch; a last, shorter window is left
 * out. Only windows with queries are listed. */
struct window_counts {
    time_us window_us;
    uint64_t n_windows; /* whole windows in the stretch */
    size_t n_active;
    uint64_t *window; /* window[i]: number of the i-th window that has queries, increasing */
    uint32_t *count;  /* count[i]: its queries, at least 1 */
    size_t capacity;
    double sum, sum_of_squares; /* of the counts */
    uint32_t largest;
};

/* Queries of each client of the selection in the stretch, once each. */
struct client_counts {
    uint32_t distinct;   /* clients with at least one query */
    uint32_t singletons; /* clients with exactly one */
    uint32_t top;        /* queries of the busiest client */
    double entropy_nats; /* of the clients' shares; only where it was asked for */
};

/* How many different burst settings and window widths a series keeps at a time; more still work,
 * only slower. */
#define SERIES_GAP_SETS 4
#define SERIES_WINDOWS 6

/* A growing table of numbers that statistics may use as they like within one call, and tables that
 * depend on no log. */
struct scratch {
    void *bytes;
    size_t size;
    struct fourier fourier;
};

/* The strongest of the ladder of periods (periodicity.c). */
struct ladder_peak {
    bool is_set;
    double period_s, strength;
};

/* The largest power of the counts in windows of window_us, at frequency number k or above
 * k_least. */
struct spectral_peak {
    bool is_set;
    int64_t window_us;
    size_t k_least, k;
    double power; /* not positive: none */
};

struct series {
    /* fixed by the panel */
    const struct selection *selection;
    const struct calendar *calendar;
    time_us from_us, until_us; /* [from, until) */
    struct scratch *scratch;   /* shared by the series of one space */
    bool *out_of_memory;       /* likewise */
    /* set for each log */
    const struct query_array *log;    /* the sensor's whole log */
    const struct client_tally *tally; /* NULL; or all that was recorded of it, and `log` is empty */
    const time_us *t;                 /* sorted, n of them; NULL where only `n` was counted */
    size_t n;
    /* made on demand */
    bool has_week, has_days, has_hours, has_clients, has_entropy;
    struct week_profile week;
    struct daily_counts days;
    uint32_t *hours;
    size_t hours_capacity;
    struct client_counts clients;
    struct gap_set gaps[SERIES_GAP_SETS];
    unsigned n_gaps, next_gaps;
    struct window_counts windows[SERIES_WINDOWS];
    unsigned n_windows, next_windows;
    struct ladder_peak ladder;
    struct spectral_peak spectrum;
};

/* What a statistic computes from. */
struct statistic_call {
    const struct statistic_request *request;
    const struct world *world;
    struct series *who;   /* the request's selection */
    struct series *other; /* needs_other: the other client set; needs_other_sensor: the same clients
                             at the other sensor; else NULL */
    struct series *all;   /* needs_all: everybody, same name and type; else NULL */
};

static inline double setting(const struct statistic_call *call, unsigned i)
{
    return call->request->param[i];
}

/* Microseconds of a setting in seconds, rounded; settings are at most some 10^9 s. */
static inline int64_t setting_us(const struct statistic_call *call, unsigned i)
{
    return (int64_t)(setting(call, i) * 1e6 + 0.5);
}

void series_free(struct series *self);

/* Points the series at the sorted times of its selection (the whole log's; cut to the stretch here)
 * and forgets all tables of the log before. */
void series_set(struct series *self, const struct query_array *log, const time_us *times, size_t n);

/* The same where only the number of rows was counted; all of the log lies in the stretch. `tally`:
 * what stands in place of the log, or NULL. */
void series_set_count(struct series *self, const struct query_array *log,
                      const struct client_tally *tally, size_t n);

/* Length of the stretch. */
double series_days(const struct series *self);

/* The tables; NULL when memory runs out. Valid until the next series_set, gap sets and window
 * counts until SERIES_... others were asked for. */
const struct week_profile *series_week(struct series *self);
const struct daily_counts *series_daily(struct series *self);
struct gap_set *series_gaps(struct series *self, int64_t burst_us);
const struct window_counts *series_windows(struct series *self, int64_t window_us);
const struct client_counts *series_clients(struct series *self, bool entropy);

/* Counts by local hour; *n_hours of them from the hour that contains from_us. NULL when memory runs
 * out or the stretch is empty. */
const uint32_t *series_hours(struct series *self, size_t *n_hours);

/* Walks through the rows of the selection in the stretch: *position starts at series_first_row;
 * NULL at the end. */
size_t series_first_row(const struct series *self);
size_t series_row_at(const struct series *self, time_us t); /* first row of the log not before t */
const struct query *series_next_row(const struct series *self, size_t *position);

/* n zeroed items of the given size in the space's common scratch, lost at the next call; NULL when
 * memory runs out. */
void *series_scratch(struct series *self, size_t n, size_t size);

/* Spreads ids over a hash table (Fibonacci hashing: the upper half of the product is well mixed).
 */
static inline size_t hash_id(uint32_t id)
{
    return (size_t)((id * UINT64_C(0x9e3779b97f4a7c15)) >> 32);
}

/* Number of times below t. */
size_t series_count_before(const struct series *self, time_us t);

#endif
