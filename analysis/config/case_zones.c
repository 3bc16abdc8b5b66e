/* case_zones.c - the zones of a case file: how long failures are remembered, and what becomes of a
 * zone's servers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/config/case.h"

static const struct key_row zone_keys[] = {
    {"origin", true, "the zone's name"},
    {"moved", false, "when other servers, which no sensor sees, took it over"},
    {"silent_from", false, "when its servers stop answering"},
    {"silent_until", false, "when they answer again"},
    {NULL, false, NULL},
};
enum { NEGATIVE_TTL, NS_TTL, MOVED_AWAY, HELD, STRAYS, N_ZONE_PARAMS };
static const struct param_row zone_params[] = {
    [NEGATIVE_TTL] = {"negative_ttl", UNIT_SECOND, 0, 2147483647.0, "900",
                      "how long a failure is remembered: min(SOA TTL, SOA minimum)", NULL},
    [NS_TTL] = {"ns_ttl", UNIT_SECOND, 0, 2147483647.0, "86400",
                "how long resolvers remember the zone's servers", NULL},
    [MOVED_AWAY] =
        {"moved_away", UNIT_FRACTION, 0, 1, "0",
         "probability that the zone had gone to other servers before the simulated time, "
         "while the watched ones went on answering",
         NULL},
    [HELD] = {"held", UNIT_FRACTION, 0, 1, "1",
              "then: probability that a resolver still holds on to the old servers at the start",
              NULL},
    [STRAYS] = {"strays", UNIT_FRACTION, 0, 1, "0",
                "then: probability that an address without resolver still asks the old servers",
                NULL},
    [N_ZONE_PARAMS] = {NULL, UNIT_NONE, 0, 0, NULL, NULL, NULL}};

static int load_times(const config_setting_t *group, struct zone *zone, struct message *message)
{
    bool from = config_setting_get_member(group, "silent_from") != NULL;
    bool until = config_setting_get_member(group, "silent_until") != NULL;
    if (config_time(group, "moved", &zone->moved_us, message) != STATUS_OK ||
        config_time(group, "silent_from", &zone->silent_from_us, message) != STATUS_OK ||
        config_time(group, "silent_until", &zone->silent_until_us, message) != STATUS_OK)
        return STATUS_INPUT;
    if (from != until || zone->silent_until_us < zone->silent_from_us)
        return config_complain(group, message,
                               "silent_from and silent_until: expected both, in this order");
    return STATUS_OK;
}

int case_load_zone(struct case_file *self, const config_setting_t *group, struct message *message)
{
    struct world *world = &self->world;
    const char *origin;
    char prefix[320];
    int status = config_check_keys(group, zone_keys, zone_params, message);
    if (status == STATUS_OK)
        status = config_text(group, "origin", &origin, message);
    if (status != STATUS_OK)
        return status;
    struct zone *grown = realloc(world->zones, (world->n_zones + 1u) * sizeof *grown);
    if (grown == NULL)
        return STATUS_RUN;
    world->zones = grown;
    struct zone *zone = &grown[world->n_zones];
    memset(zone, 0, sizeof *zone);
    snprintf(prefix, sizeof prefix, "zone.%.253s", origin);
    status = load_times(group, zone, message);
    if (status == STATUS_OK)
        status = case_intern_name(self, strcmp(origin, ".") == 0 ? "" : origin, &zone->origin);
    uint32_t *params[N_ZONE_PARAMS] = {[NEGATIVE_TTL] = &zone->negative_ttl_s,
                                       [NS_TTL] = &zone->ns_ttl_s,
                                       [MOVED_AWAY] = &zone->moved_away,
                                       [HELD] = &zone->held,
                                       [STRAYS] = &zone->strays};
    for (int i = 0; i < N_ZONE_PARAMS && status == STATUS_OK; i++)
        status = case_world_param(self, group, prefix, &zone_params[i], params[i], message);
    world->n_zones += status == STATUS_OK;
    return status;
}

int case_set_negative_ttls(struct case_file *self, struct message *message)
{
    struct world *world = &self->world;
    const struct param_row *row = &zone_params[NEGATIVE_TTL];
    struct dist usual;
    uint32_t other;
    int status = dist_parse(&usual, row->prior, row, message);
    if (status == STATUS_OK)
        status =
            param_list_add(&self->world_params, "zone.other.negative_ttl", row, &usual, &other);
    for (uint32_t q = 0; status == STATUS_OK && q < world->n_questions; q++) {
        uint32_t zone = world->questions[q].zone;
        world->questions[q].negative_ttl_s =
            zone == 0 ? other : world->zones[zone - 1].negative_ttl_s;
    }
    return status;
}
