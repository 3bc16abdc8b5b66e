/* bed.h - a simulated test bed: zones, mail hosts and one receiving party, built line by line in a
 * test, with fixed numbers. Everything fails the running test where it cannot be done.
 *
 *     struct bed bed;
 *     bed_init(&bed);
 *     bed_zone(&bed, "sender.test", 10, 0);
 *     bed_record(&bed, "mail1.sender.test", TYPE_A, 3, NULL);
 *     bed_resolver(&bed, "bind-9.18");
 *     bed_ready(&bed);
 *     traffic_query(&bed.trial.traffic, t, BED_PARTY, bed_question(&bed, ...));
 *     bed_run(&bed);     // bed.trial.upstream has what the authority sees
 *     bed_free(&bed);
 */
#ifndef TESTS_SUPPORT_BED_H
#define TESTS_SUPPORT_BED_H

#include "sim/trial.h"

#define BED_PARTY 0
#define BED_MAX_VALUES 256

struct bed {
    struct world world;
    struct trial trial;
    double values[BED_MAX_VALUES];
    uint32_t n_values;
    bool is_ready;
};

/* An empty world from 2001 to 2064 with one party without gateway or resolver. */
void bed_init(struct bed *self);
void bed_free(struct bed *self);

/* A number as a parameter of the world; gives its index. */
uint32_t bed_value(struct bed *self, double value);

/* A zone with its negative TTL and, where moved_us is not 0, the TTL of its delegation: NS_TTL_S.
 */
struct zone *bed_zone(struct bed *self, const char *origin, double negative_ttl_s, double ns_ttl_s);

/* A record for ever, or with a lifetime; `target` for PTR and MX, else NULL. Records of one
 * question must be given one after the other, in order of time. */
void bed_record(struct bed *self, const char *name, uint16_t type, double ttl_s,
                const char *target);
void bed_record_during(struct bed *self, const char *name, uint16_t type, double ttl_s,
                       const char *target, time_us from_us, time_us until_us);

/* A resolver of the party, with its own address 192.0.2.N. Returns its settings: values of
 * resolver_rows, to be changed before bed_run. */
double *bed_resolver(struct bed *self, const char *software);

/* A mail host of the name, connecting from the reverse name (NULL: none). */
struct host *bed_host(struct bed *self, const char *hostname, const char *helo, const char *domain,
                      const char *reverse);

/* Finishes the world: questions of the gateway (bed.world.parties[0].gateway), the search list. */
void bed_ready(struct bed *self);

/* The question of a name and type that the world has. */
uint32_t bed_question(const struct bed *self, const char *name, uint16_t type);

/* Passes the traffic through the resolvers. */
void bed_run(struct bed *self);

#endif
