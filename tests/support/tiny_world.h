/* tiny_world.h - a small world for tests and benchmarks: one mail host, two receiving parties, one
 * sensor.
 *
 * Parties: "sender" (UTC-4, runs mail.example.org), "east" (UTC+3, two resolvers at random),
 * "west" (UTC-4, one resolver). Gateways: Postfix. No PTR, so each mail event is one A look-up.
 */
#ifndef TESTS_SUPPORT_TINY_WORLD_H
#define TESTS_SUPPORT_TINY_WORLD_H

#include "sim/plan.h"
#include "sim/trial.h"

enum { TINY_SENDER, TINY_EAST, TINY_WEST, TINY_N_PARTIES };

/* Parameters of the world, first in every plan. */
enum { TINY_TTL, TINY_NEGATIVE_TTL, TINY_SOFTWARE, TINY_SENSOR };

struct tiny_options {
    int32_t days;         /* length of the window from Monday 2016-05-02T00:00Z; 0: 140 */
    double ttl_s;         /* of the host's A record */
    const char *software; /* name in resolver_profiles; NULL: "none", no cache at all */
    int n_events;         /* dated events, evenly spread */
    int n_labels;         /* further names "xN.mail.example.org", at most 9 */
    double gone_after_d;  /* the host's name vanishes after so many days; 0: it stays */
};

struct tiny_world {
    struct world world;
    struct plan plan;
    char (*paths)[96]; /* of the plan's parameters */
};

/* One model entry of a scenario: overrides are "key=text" strings, NULL-terminated. */
struct tiny_entry {
    const char *model;
    const char *label;
    const char *const *overrides;
};

/* Makes world and plan; the test fails where anything goes wrong. */
void tiny_world_init(struct tiny_world *self, struct tiny_options options,
                     const struct tiny_entry *entries, uint32_t n_entries);
void tiny_world_free(struct tiny_world *self);

/* Gives parameter `path` ("label.key") a prior in the file's language. */
void tiny_set(struct tiny_world *self, const char *path, const char *prior);

#endif
