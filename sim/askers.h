/* askers.h - who asks how often in a log, where the rows themselves are not wanted.
 *
 * Several published extracts may be made from one collection, and of most of them only counts are
 * compared. The addresses of the collection are numbered once; what an extract keeps is then a
 * count per address (sensor_count) and no copy of the rows.
 */
#ifndef SIM_ASKERS_H
#define SIM_ASKERS_H

#include "sim/log.h"

/* The addresses of one log, numbered in the order of their first rows, and every row's number. */
struct askers {
    uint32_t *client; /* [n]: id of each address */
    uint32_t *rows;   /* [n]: its rows, at least 1 */
    uint32_t *row_of; /* [n_rows]: number of the address that each row comes from */
    uint64_t *limit;  /* [n]: working space of sensor_count */
    uint32_t *slots;  /* hash table of addresses: 1 + number, 0 where empty */
    size_t n, n_rows;
    size_t capacity, rows_capacity, n_slots; /* n_slots is a power of two, at least 2 * capacity */
};

void askers_init(struct askers *self);
void askers_free(struct askers *self);

/* Numbers the addresses of a log of less than 2^31 rows; what was there before is forgotten, the
 * memory is used again. STATUS_RUN when memory runs out or the log is longer. */
int askers_read(struct askers *self, const struct query_array *log);

/* Rows of one address. */
struct client_rows {
    uint32_t client, rows;
};

/* What a sensor records, by address: each address with at least one row, once. */
struct client_tally {
    bool is_set; /* false: the rows were recorded instead */
    struct client_rows *of;
    size_t n_clients, capacity;
    size_t n_rows; /* of all addresses */
};

void client_tally_init(struct client_tally *self);
void client_tally_free(struct client_tally *self);

/* Makes room for n addresses in all. STATUS_RUN when memory runs out, tally unchanged. */
int client_tally_reserve(struct client_tally *self, size_t n);

#endif
