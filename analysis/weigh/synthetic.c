#include "analysis/weigh/synthetic.h"

#include <stdio.h>
#include <string.h>

static int client_id(struct query_log *log, const struct world *world, uint32_t client,
                     uint32_t *id)
{
    char made_up[64];
    const char *text = intern_text(&world->clients, client);
    if (client >= world->clients.count) {
        uint32_t number = client - world->clients.count + 1;
        snprintf(made_up, sizeof made_up, "2001:db8::%x:%x", number >> 16, number & 0xffffu);
        text = made_up;
    }
    return intern_add(&log->clients, text, strlen(text), id);
}

static int copy_query(struct query_log *log, const struct world *world, struct query q)
{
    const char *name = intern_text(&world->names, q.name);
    char server[32] = "", mixed[256];
    uint32_t server_id;
    if (q.flags & QUERY_MIXED_CASE) {
        resolver_mix_case(name, rng_mix((uint64_t)q.time_us, q.client), mixed, sizeof mixed);
        name = mixed;
    }
    if (q.server > 0)
        snprintf(server, sizeof server, "ns%u", q.server);
    if (client_id(log, world, q.client, &q.client) != STATUS_OK ||
        intern_add(&log->names, name, strlen(name), &q.name) != STATUS_OK ||
        intern_add(&log->servers, server, strlen(server), &server_id) != STATUS_OK)
        return STATUS_RUN;
    q.server = (uint16_t)server_id;
    q.flags = 0;
    return query_array_add(&log->queries, q);
}

int synthetic_log(struct query_log *log, const struct trial *trial, uint32_t sensor,
                  struct message *message)
{
    const struct world *world = trial->world;
    const struct query_array *rows = &trial->logs[sensor];
    int status = query_log_init(log);
    log->columns = world->sensors[sensor].columns;
    log->from_us = world->sensors[sensor].from_us;
    log->until_us = world->sensors[sensor].until_us;
    for (size_t i = 0; status == STATUS_OK && i < rows->n; i++)
        status = copy_query(log, world, rows->q[i]);
    return status == STATUS_OK
               ? status
               : fail(message, status, "out of memory for a log of %zu queries", rows->n);
}
