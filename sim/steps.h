/* steps.h - what a gateway asks about a host, as a list of steps without templates: made when the
 * world stands, so that a message costs no more than the questions that matter.
 *
 * A row of gateway.h is left out where the party or the host lacks a part of it, or where its
 * question is unneeded (heard.h) and no later row depends on its answer. Where the answer is
 * certain, what it leads to stands in its place. All this does not hold in trials in which a zone
 * had gone to other servers before they began (a question may then renew what a resolver knows of
 * the old ones): they use the whole list.
 */
#ifndef SIM_STEPS_H
#define SIM_STEPS_H

#include "sim/world.h"

struct gateway_step {
    uint32_t question; /* NO_INDEX ends a list */
    uint32_t flags;    /* of traffic.h */
    uint32_t after_us; /* since the connection */
    uint8_t when;      /* enum lookup_when */
    bool first;        /* nothing is found yet: begins after a row that is always asked */
    bool decides;      /* a later step depends on whether this one has an answer */
    bool aside;        /* the reverse name: asked whatever was found, and counts as nothing found */
};

/* The lists of a party have this many places each, the end included: one look-up may lead to two.
 */
#define GATEWAY_STEPS (2 * GATEWAY_MAX_LOOKUPS + 1)

/* Fills party.steps of every party that has the room for it (world_expand) from its profiles, their
 * questions and what is needed of them. */
void world_fill_steps(struct world *self);

/* The list of a party for a host, all of it or what matters; `profile` is 0 where the party always
 * has the same one. */
static inline struct gateway_step *steps_of(const struct world *self, uint32_t party,
                                            size_t profile, uint32_t host, bool whole)
{
    size_t at = 2 * (profile * self->n_hosts + host) + whole;
    return self->parties[party].steps + at * GATEWAY_STEPS;
}

#endif
