/* case_gateway.c - a party's mail gateway: a profile of the registry, or look-ups one by one. */
#include <stdio.h>
#include <string.h>

#include "analysis/config/case.h"

/* `lookups = ( "PTR {reverse}", "A {reverse_name}", ... )` */
static int load_lookups(struct case_file *self, const config_setting_t *group, struct party *party,
                        int n, struct message *message)
{
    struct lookup_row *rows = arena_array(&self->memory, (size_t)n + 1, sizeof *rows);
    struct gateway_profile *own = arena_array(&self->memory, 1, sizeof *own);
    if (rows == NULL || own == NULL)
        return STATUS_RUN;
    if (n >= GATEWAY_MAX_LOOKUPS)
        return config_complain(group, message, "lookups: expected %d at most, found %d",
                               GATEWAY_MAX_LOOKUPS - 1, n);
    for (int i = 0; i < n; i++) {
        struct message inner;
        char *name = arena_array(&self->memory, 256, 1);
        const char *text = config_item(group, "lookups", i, message);
        if (name == NULL || text == NULL)
            return name == NULL ? STATUS_RUN : STATUS_INPUT;
        if (gateway_parse_row(text, &rows[i], name, 256, &inner) != STATUS_OK)
            return config_complain(group, message, "lookups: %s", inner.text);
    }
    own->name = "own";
    own->summary = "look-ups listed in the case";
    own->lookups = rows;
    party->gateway = own;
    return STATUS_OK;
}

static int load_block_lists(struct case_file *self, const config_setting_t *group,
                            struct party *party, struct message *message)
{
    const char *dnsbl, *rhsbl;
    int status = STATUS_OK;
    if (config_text(group, "dnsbl", &dnsbl, message) != STATUS_OK ||
        config_text(group, "rhsbl", &rhsbl, message) != STATUS_OK)
        return STATUS_INPUT;
    party->dnsbl = case_keep(self, dnsbl, &status);
    party->rhsbl = case_keep(self, rhsbl, &status);
    return status;
}

/* Which software it is may be uncertain: the profile is a parameter of the world. */
static int load_profile(struct case_file *self, const config_setting_t *group, struct party *party,
                        struct message *message)
{
    static const struct param_row row = {"gateway",
                                         UNIT_WORD,
                                         0,
                                         0,
                                         NULL,
                                         "profile of the receiving mail gateway",
                                         gateway_profile_words};
    char prefix[320];
    uint32_t index;
    snprintf(prefix, sizeof prefix, "party.%.253s", party->name);
    int status = case_world_param(self, group, prefix, &row, &index, message);
    if (status != STATUS_OK)
        return status;
    party->gateway = &gateway_profiles[0];
    party->gateway_param = index + 1;
    return STATUS_OK;
}

int case_load_gateway(struct case_file *self, const config_setting_t *group, struct party *party,
                      struct message *message)
{
    int n = config_n_items(group, "lookups");
    bool named = config_setting_get_member(group, "gateway") != NULL;
    int status = load_block_lists(self, group, party, message);
    if (status != STATUS_OK)
        return status;
    if (named && n > 0)
        return config_complain(group, message, "give either a gateway or its own list of lookups");
    if (n > 0)
        return load_lookups(self, group, party, n, message);
    return named ? load_profile(self, group, party, message) : STATUS_OK;
}
