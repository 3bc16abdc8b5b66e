/* traffic.h - where models put what happens: client queries and mail events of one trial.
 *
 * Order does not matter: everything is sorted by time before the resolvers see it. Whatever lies
 * before world.start_us or at and after world.until_us is left out without complaint.
 */
#ifndef SIM_TRAFFIC_H
#define SIM_TRAFFIC_H

#include "sim/log.h"
#include "sim/mail.h"
#include "sim/status.h"

struct world;

/* More client queries than this in one trial end the run with an error: a prior is out of hand. */
#define TRAFFIC_MAX_QUERIES 5000000


struct mail_event {
    time_us time_us;
    uint16_t host;   /* sending host: index in world.hosts */
    uint16_t party;  /* receiving party */
    uint32_t status; /* enum mail_status */
};

struct mail_array {
    struct mail_event *m;
    size_t n, capacity;
};

struct traffic {
    const struct world *world;
    struct query_array queries; /* .client: party index or, with TRAFFIC_DIRECT in .flags, a client
                                   id; .name: question */
    struct mail_array mails;
};

#define TRAFFIC_DIRECT (1u << 31) /* flag of queries that bypass the parties' resolvers */

void traffic_init(struct traffic *self, const struct world *world);
void traffic_free(struct traffic *self);
void traffic_reset(struct traffic *self);

/* A host of `party` asks its resolver a question (index in world.questions) at t. */
int traffic_query(struct traffic *self, time_us t, int party, uint32_t question);

/* A client outside all parties asks the authority; it has no cache that matters. `client` is an id
 * of world.clients or, from model_run.new_clients upwards, a new address. */
int traffic_direct(struct traffic *self, time_us t, uint32_t client, uint32_t question);

/* A mail host connects to a party's gateway at t: records the event and asks, through the party's
 * resolvers, what the gateway's profile looks up. A party without gateway records the event only.
 */
int traffic_mail(struct traffic *self, time_us t, int host, int party, enum mail_status status);

#endif
