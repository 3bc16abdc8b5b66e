/* lookups.h - turns the templates of gateways, the answers of PTR and MX records and the steps of
 * QNAME minimisation into questions, once, so that no trial has to format or search a name. */
#ifndef SIM_LOOKUPS_H
#define SIM_LOOKUPS_H

#include "sim/world.h"

/* Gives every question its zone, then adds what gateways and minimising resolvers may ask. Call it
 * when names, zones, hosts and parties stand and nothing more will be added but the names of search
 * lists. Names made from templates that lie in no zone and not below a host's sender domain are
 * `outside`. Calling it again does the work anew. STATUS_RUN when memory runs out; the world stays
 * good to free. */
int world_expand(struct world *self);

/* Whether `name` is `origin` or lies below it (ASCII case ignored; "" is the root). */
bool name_is_below(const char *name, const char *origin);

/* Writes the name that a template gives for a host at a party; false where the host or the party
 * lacks a part of it, or where the name is too long. {reverse_name} is no name: false. */
bool lookup_name(const struct world *self, const struct party *party, const struct host *host,
                 const char *template, char *buffer, size_t size);

#endif
