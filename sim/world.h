/* world.h - what exists in a case, whatever explanation runs in it: names, zones, hosts, parties,
 * events, sensors.
 *
 * The world is made once (analysis/config) and only read by trials. Whatever is uncertain about it
 * (a TTL, a sensor's coverage) is not stored here as a number but as the index of a parameter of
 * the plan (plan.h), drawn per trial.
 */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "sim/civil.h"
#include "sim/gateway.h"
#include "sim/intern.h"
#include "sim/resolver.h"
#include "sim/sensor.h"

#define NO_INDEX UINT32_MAX

/* A record set with a lifetime [from, until): a name can appear, vanish and appear again. */
struct zone_record {
    time_us from_us, until_us;
    uint32_t ttl_s;  /* parameter index */
    uint32_t target; /* for PTR: name id that it points to; else INTERN_NONE */
};

/* One (name, type) pair that can be asked for; what a cache stores is stored per question. */
struct question {
    uint32_t name;           /* id in world.names */
    uint16_t type;           /* enum query_type */
    uint16_t n_records;      /* 0: never exists */
    uint32_t first_record;   /* in world.records; sorted by from_us, lifetimes disjoint */
    uint32_t negative_ttl_s; /* parameter index: min(SOA TTL, SOA minimum), RFC 2308 section 5 */
};

/* A machine that sends mail: what a gateway may look up about it. */
struct host {
    const char *name;          /* in the case file */
    int party;                 /* who runs it */
    uint32_t address_question; /* A of its own host name */
    uint32_t reverse_question; /* PTR of its address; NO_INDEX where the case gives no address */
    uint32_t helo_question;    /* A of the name it says in HELO */
    uint32_t domain_name;      /* name id of the envelope sender's domain */
    uint32_t domain_mx_question, domain_txt_question; /* MX and TXT of that domain */
};

enum resolver_choice {
    CHOOSE_SINGLE, /* always the first */
    CHOOSE_ROTATE, /* the next one for every query */
    CHOOSE_RANDOM, /* uniformly at random for every query */
    CHOOSE_STANDBY /* the first; the others only see what the first misses (never, in this world) */
};
extern const char
    *const resolver_choice_words[]; /* "single", "rotate", "random", "standby", NULL */

struct resolver {
    uint32_t client;   /* its address as the authority sees it: id in world.clients */
    uint32_t software; /* parameter index: which row of resolver_profiles (a word parameter) */
};

struct party {
    const char *name;
    struct timezone_table timezone;
    struct civil_grid grid;               /* local hours from world.start_us to world.until_us */
    uint32_t first_resolver, n_resolvers; /* in world.resolvers */
    enum resolver_choice choice;
    const struct gateway_profile *gateway; /* NULL: the party receives no mail */
    uint32_t client;    /* address of its stub below the cache: id in world.clients */
    const char *search; /* suffix tried after a failed look-up; NULL: none */
    uint32_t *searched; /* searched[question]: the same name with the suffix, or NO_INDEX */
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
    struct host *hosts;
    uint32_t n_hosts;
    struct party *parties;
    uint32_t n_parties;
    struct resolver *resolvers;
    uint32_t n_resolvers;
    struct dated_event *events; /* sorted by time */
    uint32_t n_events;
    struct sensor *sensors;
    uint32_t n_sensors;
    uint16_t n_servers; /* authoritative servers of the watched zone; log server ids are 1..n */
};

/* Makes an empty world. world_free frees everything reachable, on any state after world_init. */
void world_init(struct world *self);
void world_free(struct world *self);

/* Index of the question (name, type), or NO_INDEX. */
uint32_t world_find_question(const struct world *self, uint32_t name, uint16_t type);

/* The record set of a question that exists at t, or NULL. */
const struct zone_record *world_record_at(const struct world *self, uint32_t question, time_us t);

/* The first host run by a party, or -1. */
int world_host_of(const struct world *self, int party);

#endif
