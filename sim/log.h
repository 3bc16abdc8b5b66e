/* log.h - the log table: queries, observed or synthetic, in one type.
 *
 * Time is integer microseconds since 1970-01-01T00:00:00Z (UTC, no leap seconds). A query names its
 * client, server and query name by id: ids belong to the tables that come with the log (struct
 * query_log) or, inside a trial, to the simulated world.
 */
#ifndef SIM_LOG_H
#define SIM_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/intern.h"
#include "sim/status.h"

typedef int64_t time_us; /* microseconds since the Unix epoch, UTC */

#define US_PER_S INT64_C(1000000)
#define US_PER_HOUR (INT64_C(3600) * US_PER_S)
#define US_PER_DAY (INT64_C(86400) * US_PER_S)

/* Record types by their DNS number (RFC 1035, 2782, 3596, 9460); 0 where the log does not say. */
enum query_type {
    TYPE_UNKNOWN = 0,
    TYPE_A = 1,
    TYPE_NS = 2,
    TYPE_SOA = 6,
    TYPE_PTR = 12,
    TYPE_MX = 15,
    TYPE_TXT = 16,
    TYPE_AAAA = 28,
    TYPE_ANY = 255,
};

/* One DNS question. 24 bytes. */
struct query {
    time_us time_us;
    uint32_t client; /* id of the asking address */
    uint32_t name;   /* id of the query name, case kept as seen */
    uint16_t type;   /* enum query_type or any other DNS type number */
    uint16_t server; /* id of the server that was asked, 0 where unknown or only one */
    uint32_t flags;  /* bits of enum query_flag */
};

enum query_flag {
    QUERY_LOSSY_NAME = 1u << 0, /* the source wrote the name lossily ("?", "<name unprintable>") */
    QUERY_INSERTED =
        1u << 1, /* put in by an edit of a sensor, not by traffic (synthetic logs only) */
    QUERY_MIXED_CASE = 1u << 2, /* sent in random case, 0x20 (synthetic logs only); the name's id is
                                   that of the plain spelling */
};

/* What the source of a log could tell; statistics that need a missing column are left out by name.
 */
enum log_column {
    COLUMN_TIME = 1u << 0,
    COLUMN_CLIENT = 1u << 1,
    COLUMN_NAME = 1u << 2,
    COLUMN_TYPE = 1u << 3,
    COLUMN_SERVER = 1u << 4,
};

/* A growing array of queries. The caller owns it; q[0..n) are valid. */
struct query_array {
    struct query *q;
    size_t n;
    size_t capacity;
};

void query_array_init(struct query_array *self);
void query_array_free(struct query_array *self);

/* Makes room for at least n queries in all. STATUS_RUN when memory runs out, array unchanged. */
int query_array_reserve(struct query_array *self, size_t n);

/* Appends one query of undefined content, for the caller to fill in; NULL when memory runs out. */
static inline struct query *query_array_push(struct query_array *self)
{
    if (self->n == self->capacity && query_array_reserve(self, self->n + 1) != STATUS_OK)
        return NULL;
    return &self->q[self->n++];
}

/* Appends one query. STATUS_RUN when memory runs out, array unchanged. */
static inline int query_array_add(struct query_array *self, struct query query)
{
    if (self->n == self->capacity && query_array_reserve(self, self->n + 1) != STATUS_OK)
        return STATUS_RUN;
    self->q[self->n++] = query;
    return STATUS_OK;
}

/* Sorts by time; queries of equal time keep their order. `scratch` is working space, reused between
 * calls (its contents are lost). Linear time for spread-out logs, n log n at worst. STATUS_RUN when
 * memory runs out. */
int query_array_sort(struct query_array *self, struct query_array *scratch);

/* A log with its own name tables: what a reader makes and an exporter writes. */
struct query_log {
    struct query_array queries;
    struct intern clients; /* addresses or host names, as text */
    struct intern names;   /* query names without the trailing dot, case kept */
    struct intern servers; /* servers, by address or file; id 0 = "" = unknown */
    unsigned columns;      /* bits of enum log_column that the source had */
    time_us resolution_us; /* of the time stamps: 1000000 for whole seconds */
    time_us
        from_us; /* window that the log claims to cover, [from, until); from == until: not known */
    time_us until_us;
};

/* Makes an empty log with server id 0 = "". STATUS_RUN when memory runs out. */
int query_log_init(struct query_log *self);
void query_log_free(struct query_log *self);

#endif
