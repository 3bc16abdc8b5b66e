/* world.h - what exists in a case, whatever explanation runs in it: names, zones, hosts, parties,
 * events, sensors.
 *
 * The world is made once (analysis/config) and only read by trials. Whatever is uncertain about it
 * (a TTL, a sensor's coverage) is not stored here as a number but as the index of a parameter of
 * the plan (plan.h), drawn per trial.
 */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "sim/block_list.h"
#include "sim/civil.h"
#include "sim/gateway.h"
#include "sim/intern.h"
#include "sim/resolver.h"
#include "sim/sensor.h"

#define NO_INDEX UINT32_MAX

/* A record set with a lifetime [from, until): a name can appear, vanish and appear again. */
struct zone_record {
    time_us from_us, until_us;
    uint32_t ttl_s;       /* parameter index */
    uint32_t target;      /* for PTR and MX: name id that it points to; else INTERN_NONE */
    uint32_t followed[2]; /* 1 + question that asks for the target's A, AAAA; 0: none
                             (world_expand) */
};

/* A zone of the case: where its names are asked for, and what happens to its servers. */
struct zone {
    uint32_t origin;         /* name id */
    uint32_t negative_ttl_s; /* parameter index */
    uint32_t ns_ttl_s; /* parameter index: how long a resolver remembers the zone's servers; used
                          only where moved_us is set */
    time_us moved_us;  /* from then on other servers, which no sensor sees, answer for it; 0: never
                        */
    uint32_t moved_away; /* parameter indices: probability that the zone had gone to other servers
                            before the simulated time, while the watched ones still answer; */
    uint32_t held;       /* then: probability that a resolver holds on to the old ones at the start;
                            it renews them with every answer and forgets them after ns_ttl_s without */
    uint32_t strays;     /* then: probability that an address without resolver still asks them */
    time_us silent_from_us, silent_until_us; /* its servers do not answer; equal: never */
};

/* One (name, type) pair that can be asked for; what a cache stores is stored per question. */
struct question {
    uint32_t name;           /* id in world.names */
    uint16_t type;           /* enum query_type */
    uint16_t n_records;      /* 0: never exists */
    uint32_t first_record;   /* in world.records; sorted by from_us, lifetimes disjoint */
    uint32_t negative_ttl_s; /* parameter index: min(SOA TTL, SOA minimum), RFC 2308 section 5;
                                NO_INDEX: OTHER_NEGATIVE_TTL_S */
    uint32_t zone;           /* 1 + index in world.zones; 0: none */
    uint32_t first_probe;    /* in world.probes: names on the way from the zone to this one */
    uint16_t n_probes;
    bool outside; /* other people's servers answer: asked, but never seen above the resolver */
    bool unseen, unneeded; /* leaves no trace in any log, see heard.h */
    bool certain;          /* unseen, and what it leads to is known without asking, see heard.h */
};

#define OTHER_NEGATIVE_TTL_S 3600

/* What QNAME minimisation asks for one name on the way. */
struct probe {
    uint32_t a_question, ns_question;
};

#define HOST_MAX_LINKS 3

/* A machine that sends mail: what a gateway may look up about it. */
struct host {
    const char *name;          /* in the case file */
    int party;                 /* who runs it */
    uint32_t address_question; /* A of its own host name */
    uint32_t reverse_question; /* PTR of its address; NO_INDEX where the case gives no address */
    uint32_t helo_question;    /* A of the name it says in HELO */
    uint32_t domain_name;      /* name id of the envelope sender's domain */
    uint32_t domain_mx_question, domain_txt_question; /* MX and TXT of that domain */
    bool ipv6; /* connects over IPv6: has a reverse name below ip6.arpa
                  (world_expand) */
    /* For the templates of gateway.h; NULL: the host has no such thing. Borrowed. */
    const char *spf_include, *spf_host, *selector, *links[HOST_MAX_LINKS];
    uint32_t reported; /* 1 + parameter index of the first of reported_rows; 0: the case has no
                          block lists */
};

enum resolver_choice {
    CHOOSE_SINGLE, /* always the first */
    CHOOSE_ROTATE, /* the next one for every query */
    CHOOSE_RANDOM, /* uniformly at random for every query */
    CHOOSE_STANDBY /* the first; the next one where it gives no answer */
};
extern const char
    *const resolver_choice_words[]; /* "single", "rotate", "random", "standby", NULL */

struct resolver {
    uint32_t client;   /* its address as the authority sees it: id in world.clients */
    uint32_t software; /* parameter index: which row of resolver_profiles (a word parameter) */
    uint32_t settings; /* parameter index of the first of resolver_rows; 0: none given */
};

struct party {
    const char *name;
    struct timezone_table timezone;
    struct civil_grid grid;               /* local hours from world.start_us to world.until_us */
    uint32_t first_resolver, n_resolvers; /* in world.resolvers */
    enum resolver_choice choice;
    const struct gateway_profile *gateway; /* NULL: the party receives no mail */
    uint32_t gateway_param;    /* 1 + parameter index of which row of gateway_profiles it is in this
                                  trial (gateway is then only "there is one"); 0: always gateway */
    const char *dnsbl, *rhsbl; /* its block lists; NULL: the gateway asks none. Borrowed */
    uint32_t *lookups;         /* lookups[(profile * n_hosts + host) * GATEWAY_MAX_LOOKUPS + row]:
                                  question or NO_INDEX; profile 0 where gateway_param is 0; made by
                                  world_expand */
    struct gateway_step *steps; /* the same as lists of what matters: steps.h */
    uint32_t client;            /* address of its stub below the cache: id in world.clients */
    const char *search;         /* suffix tried after a failed look-up; NULL: none */
    uint32_t *searched;         /* searched[question]: the same name with the suffix, or NO_INDEX */
};

/* A dated event to which a model may react. */
struct dated_event {
    time_us time_us;
    const char *label;
};

struct world {
    time_us from_us, until_us; /* the window of the case */
    time_us start_us;          /* from_us less the warm-up, in which queues and caches fill */
    struct intern names;
    struct intern clients; /* every address with a fixed identity */
    struct intern strings; /* labels of parties, hosts, events */
    struct question *questions;
    uint32_t n_questions;
    struct zone_record *records;
    uint32_t n_records;
    struct zone *zones;
    uint32_t n_zones;
    struct probe *probes;
    uint32_t n_probes;
    struct host *hosts;
    uint32_t n_hosts;
    struct party *parties;
    uint32_t n_parties;
    struct resolver *resolvers;
    uint32_t n_resolvers;
    struct dated_event *events; /* sorted by time */
    uint32_t n_events;
    struct block_list *block_lists;
    uint32_t n_block_lists;
    struct sensor *sensors;
    uint32_t n_sensors;
    uint16_t n_servers; /* authoritative servers of the watched zone; log server ids are 1..n */
};

/* Makes an empty world. world_free frees everything reachable, on any state after world_init. */
void world_init(struct world *self);
void world_free(struct world *self);

/* Index of the question (name, type), or NO_INDEX. */
uint32_t world_find_question(const struct world *self, uint32_t name, uint16_t type);

/* The same; the question is added where there is none, without records and of no zone. STATUS_RUN
 * when memory runs out. */
int world_add_question(struct world *self, uint32_t name, uint16_t type, uint32_t *index);

/* The record set of a question that exists at t, or NULL. */
const struct zone_record *world_record_at(const struct world *self, uint32_t question, time_us t);

/* The first host run by a party, or -1. */
int world_host_of(const struct world *self, int party);

#endif
