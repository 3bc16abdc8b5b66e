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

struct resolve;
struct world;

/* More client queries than this in one trial end the run with an error: a prior is out of hand. */
#define TRAFFIC_MAX_QUERIES 10000000

struct mail_event {
    time_us time_us;
    uint16_t host;   /* sending host: index in world.hosts */
    uint16_t party;  /* receiving party */
    uint16_t status; /* enum mail_status */
    uint16_t again;  /* 1: a further attempt at a message that came before */
};

struct mail_array {
    struct mail_event *m;
    size_t n, capacity;
};

struct traffic {
    const struct world *world;
    struct resolve *resolve; /* takes parties' queries that it can set apart as they come; NULL:
                                all of them are kept here. Borrowed */
    const double *values;    /* the trial's drawn parameters; borrowed */
    bool may_renew; /* in this trial a question may keep a resolver at servers that its zone
                       has left */
    struct query_array queries; /* .client: party index or, with TRAFFIC_DIRECT in .flags, a client
                                   id; .name: question */
    struct mail_array mails;
};

/* Flags of client queries. */
#define TRAFFIC_DIRECT (1u << 31)      /* bypasses the parties' resolvers */
#define TRAFFIC_NO_SEARCH (1u << 30)   /* not tried with the search suffix */
#define TRAFFIC_FOLLOW_A (1u << 29)    /* then A of the name that the answer gives */
#define TRAFFIC_FOLLOW_AAAA (1u << 28) /* then its AAAA */
#define TRAFFIC_FOLLOW (TRAFFIC_FOLLOW_A | TRAFFIC_FOLLOW_AAAA)
#define TRAFFIC_REMEMBERED (1u << 27) /* once per process of the gateway */
#define TRAFFIC_TRIES (3u << 20)      /* how often it was tried before */
#define TRAFFIC_ONE_TRY (1u << 20)

void traffic_init(struct traffic *self, const struct world *world);
void traffic_free(struct traffic *self);
void traffic_reset(struct traffic *self);

/* Begins a trial with its drawn parameters (borrowed); `resolve` as in the struct. */
void traffic_begin(struct traffic *self, const double *values, struct resolve *resolve);

/* Whether in place of a party's question what it leads to can be asked at once (heard.h): not where
 * it would turn the wheel of the resolvers, keep a gateway's process alive, or go past them. */
bool traffic_is_certain(const struct world *world, uint32_t party, uint32_t question,
                        uint32_t flags);

/* A host of `party` asks its resolver a question (index in world.questions) at t. */
int traffic_query(struct traffic *self, time_us t, int party, uint32_t question);

/* A client outside all parties asks the authority; it has no cache that matters. `client` is an id
 * of world.clients or, from model_run.new_clients upwards, a new address. */
int traffic_direct(struct traffic *self, time_us t, uint32_t client, uint32_t question);

/* A mail host connects to a party's gateway at t: records the event and asks, through the party's
 * resolvers, what the gateway's profile looks up. A party without gateway records the event only.
 */
int traffic_mail(struct traffic *self, time_us t, int host, int party, enum mail_status status);

/* The same for a further attempt at a message: the gateway does what it did before, but nobody got
 * a new message. */
int traffic_mail_again(struct traffic *self, time_us t, int host, int party,
                       enum mail_status status);

/* A party returns a message to the envelope sender's domain of `host`, be it forged (backscatter):
 * records the event and asks for the domain's MX, then for the address of what it names, or of the
 * domain itself where it has no MX. The mail host is asked for only where it is its domain's MX. */
int traffic_bounce(struct traffic *self, time_us t, int host, int party);

#endif
