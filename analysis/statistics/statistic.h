/* statistic.h - named numbers computed from a log, each a constant descriptor; and requests for
 * them.
 *
 * A descriptor says what the number is; a request says of which sensor's log, of whose queries, in
 * which stretch of time and with which settings it is wanted. The requests of a comparison are
 * compiled once into a panel and computed for every trial in as few passes as possible.
 */
#ifndef ANALYSIS_STATISTICS_STATISTIC_H
#define ANALYSIS_STATISTICS_STATISTIC_H

#include <stdbool.h>

#include "sim/log.h"
#include "sim/schema.h"
#include "sim/world.h"

enum statistic_family {
    FAMILY_VOLUME,
    FAMILY_DAILY_PROFILE,
    FAMILY_WEEK,
    FAMILY_GAPS,
    FAMILY_BURSTS,
    FAMILY_PERIODICITY,
    FAMILY_DISPERSION,
    FAMILY_SYNCHRONY,
    FAMILY_CHANGE,
    FAMILY_CALENDAR,
    FAMILY_NAMES,
    FAMILY_TYPES,
    FAMILY_DIVERSITY,
    FAMILY_INTEGRITY,
    FAMILY_COUNT
};
extern const char *const family_names[]; /* "volume", "daily profile", ...; NULL-terminated */

#define STATISTIC_MAX_PARAMS 6

/* Whose queries: a set of client ids. Ids of world.clients below n are looked up, all others
 * (addresses that a model invented, or that only the observed log has) belong to the set iff
 * `others`. */
struct client_set {
    const uint8_t *member; /* member[id] != 0, n entries; NULL: everybody */
    uint32_t n;
    bool others;
};

struct series; /* statistics/series.h: the sorted times of one selection, shared between statistics
                */
struct statistic_call;

struct statistic {
    const char *name; /* "count", "gap_quantile" */
    enum statistic_family family;
    const char *unit;    /* as shown: "queries", "s", "share", "" */
    double low, high;    /* no value lies outside [low, high]; infinite where there is no bound */
    const char *summary; /* one line: what it is */
    const char *tells;   /* one line: what it is good for */
    unsigned needs;      /* bits of enum log_column */
    bool needs_other;    /* compares two client sets: `who` and `other` */
    bool needs_other_sensor; /* compares the same clients at `sensor` and `other_sensor` */
    bool needs_all;          /* compares `who` with everybody (of the same name and type) */
    bool without_times; /* reads of its selections the number of queries and the rows, never the
                           times: they need not be gathered */
    bool by_client;     /* reads of its selections only how many queries each client has: a log need
                           not be recorded for it, counts do (client_tally) */
    const struct param_row
        *params; /* settings with defaults (plain numbers, no priors); NULL: none */
    /* The number, or NAN where it is undefined for this log (too few queries ...). Pure: depends on
     * the call alone. */
    double (*compute)(const struct statistic_call *call);
};

/* NULL-terminated registry, in the order shown to people. */
extern const struct statistic *const statistics[];

/* The statistic of a name, or NULL. */
const struct statistic *statistic_find(const char *name);

/* One number that is wanted. */
struct statistic_request {
    const struct statistic *statistic;
    char label[96];          /* unique: "paste.count.alfa-a"; shown to people, in tables and JSON */
    uint32_t sensor;         /* which log */
    struct client_set who;   /* borrowed */
    struct client_set other; /* for needs_other; borrowed */
    int party;               /* whose local time counts (index in world.parties), -1: UTC */
    uint32_t name;           /* only this name id; INTERN_NONE: all */
    uint16_t type;           /* only this record type; TYPE_UNKNOWN: all */
    time_us from_us, until_us;          /* stretch of time; the sensor's window by default */
    double param[STATISTIC_MAX_PARAMS]; /* in the order of statistic->params */
    uint32_t other_sensor; /* for needs_other_sensor: the log to compare with; else ignored */
};

/* Number of statistics in the registry. */
size_t statistics_count(void);

/* Fills `request` with: the statistic, its default settings, `sensor`, everybody, UTC, all names
 * and types, the sensor's window of time, and as label the statistic's name. */
void statistic_request_init(struct statistic_request *request, const struct statistic *statistic,
                            const struct world *world, uint32_t sensor);

/* Compiled requests. */
struct panel;

/* Compiles n requests (copied; what they borrow must outlive the panel, as must the world). The
 * caller frees with panel_free. STATUS_INPUT where a request names a sensor or party that the world
 * has not, a setting outside its row's range, or a stretch that is longer than 65,000 days or ends
 * before it begins; STATUS_RUN when memory runs out. On failure *panel is NULL. */
int panel_create(struct panel **panel, const struct world *world,
                 const struct statistic_request *requests, size_t n, struct message *message);
void panel_free(struct panel *panel);

/* Working space of one thread for a panel; reused between calls. */
struct panel_space;
/* STATUS_RUN when memory runs out; *space is then NULL. The panel must outlive the space. */
int panel_space_create(struct panel_space **space, const struct panel *panel);
void panel_space_free(struct panel_space *space);

/* Computes all requests. logs[sensor] are sorted by time, n_sensors of them as in the world; out[n]
 * receives the numbers in request order, NAN where undefined (never an infinity). STATUS_RUN when
 * memory runs out. Same input, same bytes. After a few logs of like size nothing is allocated any
 * more. */
int panel_compute(const struct panel *panel, struct panel_space *space,
                  const struct query_array *logs, double *out);

/* What the requests read of each sensor's log: wanted[sensor], enum record. For trial_want. */
void panel_wanted(const struct panel *panel, uint8_t *wanted);

/* The same numbers from logs of which nothing but what is wanted was recorded: where
 * tallies[sensor] is set, logs[sensor] is not read. */
int panel_compute_wanted(const struct panel *panel, struct panel_space *space,
                         const struct query_array *logs, const struct client_tally *tallies,
                         double *out);

/* The default requests for an observed log: about 40 to 70 numbers that are comparable in scale,
 * over sensible selections (all, the clients of the first parties that have any, pairs of those).
 * Appends to requests (at most `capacity` in all) and *n; client sets are made from the world and
 * owned by *sets (free with client_sets_free). Statistics left out for want of a column, or because
 * the log's time stamps are too coarse for them, are named in left_out, once each; it has room for
 * statistics_count() entries; *n_left_out is raised. STATUS_INPUT where `capacity` is too small,
 * STATUS_RUN when memory runs out; *sets is then NULL. */
struct client_sets;
int default_requests(const struct world *world, uint32_t sensor, unsigned columns,
                     time_us resolution_us, struct statistic_request *requests, size_t capacity,
                     size_t *n, struct client_sets **sets, const struct statistic **left_out,
                     size_t *n_left_out, struct message *message);
void client_sets_free(struct client_sets *sets);

#endif
