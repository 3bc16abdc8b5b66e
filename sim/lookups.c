#include "sim/lookups.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sim/steps.h"

bool name_is_below(const char *name, const char *origin)
{
    size_t n = strlen(name), m = strlen(origin);
    if (n < m || strcasecmp(name + n - m, origin) != 0)
        return false;
    return n == m || m == 0 || name[n - m - 1] == '.';
}

/* ---- zones ---- */

/* The zone with the longest origin above the name: its index + 1, or 0. */
static uint32_t zone_of(const struct world *self, const char *name)
{
    uint32_t best = 0;
    size_t longest = 0;
    for (uint32_t z = 0; z < self->n_zones; z++) {
        const char *origin = intern_text(&self->names, self->zones[z].origin);
        if (name_is_below(name, origin) && (best == 0 || strlen(origin) > longest)) {
            longest = strlen(origin);
            best = z + 1;
        }
    }
    return best;
}

static bool is_below_a_sender(const struct world *self, const char *name)
{
    for (uint32_t h = 0; h < self->n_hosts; h++)
        if (name_is_below(name, intern_text(&self->names, self->hosts[h].domain_name)))
            return true;
    return false;
}

static int add_text_question(struct world *self, const char *name, uint16_t type, uint32_t *index)
{
    uint32_t id, n_before = self->n_questions;
    int status = intern_add(&self->names, name, strlen(name), &id);
    if (status == STATUS_OK)
        status = world_add_question(self, id, type, index);
    if (status == STATUS_OK && self->n_questions > n_before) {
        struct question *q = &self->questions[*index];
        q->zone = zone_of(self, name);
        q->outside = q->zone == 0 && !is_below_a_sender(self, name);
    }
    return status;
}

/* ---- templates ---- */

/* The address backwards: the reverse name without its last two labels. */
static const char *backward_address(const struct world *self, const struct host *host, char *buffer,
                                    size_t size)
{
    if (host->reverse_question == NO_INDEX)
        return NULL;
    const char *name = intern_text(&self->names, self->questions[host->reverse_question].name);
    const char *end = strstr(name, ".in-addr.arpa");
    if (end == NULL)
        end = strstr(name, ".ip6.arpa");
    if (end == NULL || (size_t)(end - name) >= size)
        return NULL;
    memcpy(buffer, name, (size_t)(end - name));
    buffer[end - name] = '\0';
    return buffer;
}

static const char *content_hash(const struct host *host, const char *template, char *buffer)
{
    static const char letters[] = "abcdefghijkmnopqrstuwxyz13456789";
    uint64_t bits = rng_mix(rng_entity(host->name), rng_entity(template));
    for (int i = 0; i < 32; i++) {
        buffer[i] = letters[(bits >> (i % 12 * 5)) & 31u];
        if (i % 12 == 11)
            bits = rng_scramble(bits);
    }
    buffer[32] = '\0';
    return buffer;
}

/* The text of one field, or NULL. `buffer` is working space of 256 bytes. */
static const char *field_text(const struct world *self, const struct party *party,
                              const struct host *host, const char *field, const char *template,
                              char *buffer)
{
    const struct intern *names = &self->names;
    if (strcmp(field, "reverse") == 0)
        return host->reverse_question == NO_INDEX
                   ? NULL
                   : intern_text(names, self->questions[host->reverse_question].name);
    if (strcmp(field, "reverse_ip") == 0)
        return backward_address(self, host, buffer, 256);
    if (strcmp(field, "helo") == 0)
        return intern_text(names, self->questions[host->helo_question].name);
    if (strcmp(field, "sender") == 0)
        return intern_text(names, host->domain_name);
    if (strcmp(field, "hash") == 0)
        return content_hash(host, template, buffer);
    const struct {
        const char *field, *text;
    } given[] = {{"dnsbl", party->dnsbl},
                 {"rhsbl", party->rhsbl},
                 {"spf_include", host->spf_include},
                 {"spf_host", host->spf_host},
                 {"selector", host->selector},
                 {"link1", host->links[0]},
                 {"link2", host->links[1]},
                 {"link3", host->links[2]}};
    for (size_t i = 0; i < sizeof given / sizeof given[0]; i++)
        if (strcmp(field, given[i].field) == 0)
            return given[i].text;
    return NULL;
}

bool lookup_name(const struct world *self, const struct party *party, const struct host *host,
                 const char *template, char *buffer, size_t size)
{
    size_t used = 0;
    for (const char *at = template; *at != '\0';) {
        char field[24], space[256];
        const char *text = at;
        size_t n = strcspn(at, "{"), taken = n;
        if (*at == '{') {
            size_t length = strcspn(at + 1, "}");
            if (length >= sizeof field || at[1 + length] == '\0')
                return false;
            memcpy(field, at + 1, length);
            field[length] = '\0';
            text = field_text(self, party, host, field, template, space);
            if (text == NULL)
                return false;
            n = strlen(text);
            taken = length + 2;
        }
        if (used + n >= size)
            return false;
        memcpy(buffer + used, text, n);
        used += n;
        at += taken;
    }
    buffer[used] = '\0';
    return used > 0 && used <= 253;
}

/* Fills the GATEWAY_MAX_LOOKUPS entries of one profile and host. */
static int expand_host(struct world *self, const struct party *party, const struct lookup_row *rows,
                       const struct host *host, uint32_t *lookups)
{
    for (int i = 0; i < GATEWAY_MAX_LOOKUPS; i++)
        lookups[i] = NO_INDEX;
    for (int i = 0; i < GATEWAY_MAX_LOOKUPS && rows[i].name != NULL; i++) {
        char name[600];
        if (!lookup_name(self, party, host, rows[i].name, name, sizeof name))
            continue;
        uint16_t type = rows[i].type == LOOKUP_ADDRESS ? (uint16_t)TYPE_A : rows[i].type;
        if (add_text_question(self, name, type, &lookups[i]) != STATUS_OK)
            return STATUS_RUN;
    }
    return STATUS_OK;
}

/* The profiles that a party may have: all of the registry, or the one that it always has. */
static size_t count_profiles(const struct party *party)
{
    size_t n = 0;
    while (party->gateway_param != 0 && gateway_profiles[n].name != NULL)
        n++;
    return party->gateway_param != 0 ? n : 1;
}

static int expand_gateway(struct world *self, struct party *party)
{
    free(party->lookups);
    free(party->steps);
    party->lookups = NULL;
    party->steps = NULL;
    if (party->gateway == NULL)
        return STATUS_OK;
    size_t n = count_profiles(party), stride = (size_t)self->n_hosts * GATEWAY_MAX_LOOKUPS;
    party->lookups = malloc((n * stride + 1) * sizeof *party->lookups);
    party->steps = malloc(2 * n * (self->n_hosts + 1u) * GATEWAY_STEPS * sizeof *party->steps);
    if (party->lookups == NULL || party->steps == NULL)
        return STATUS_RUN;
    for (size_t i = 0; i < n; i++) {
        const struct gateway_profile *profile =
            party->gateway_param != 0 ? &gateway_profiles[i] : party->gateway;
        for (uint32_t h = 0; h < self->n_hosts; h++)
            if (expand_host(self, party, profile->lookups, &self->hosts[h],
                            party->lookups + i * stride + (size_t)h * GATEWAY_MAX_LOOKUPS) !=
                STATUS_OK)
                return STATUS_RUN;
    }
    return STATUS_OK;
}

/* ---- what PTR and MX answers lead to ---- */

static int expand_targets(struct world *self)
{
    static const uint16_t types[2] = {TYPE_A, TYPE_AAAA};
    for (uint32_t i = 0; i < self->n_records; i++) {
        for (int k = 0; k < 2 && self->records[i].target != INTERN_NONE; k++) {
            uint32_t index;
            if (add_text_question(self, intern_text(&self->names, self->records[i].target),
                                  types[k], &index) != STATUS_OK)
                return STATUS_RUN;
            self->records[i].followed[k] = index + 1;
        }
    }
    return STATUS_OK;
}

/* ---- QNAME minimisation ---- */

static int add_probe(struct world *self, const char *name, bool with_ns)
{
    struct probe *grown = realloc(self->probes, (self->n_probes + 1u) * sizeof *grown);
    if (grown == NULL)
        return STATUS_RUN;
    self->probes = grown;
    struct probe probe = {NO_INDEX, NO_INDEX};
    int status = add_text_question(self, name, TYPE_A, &probe.a_question);
    if (status == STATUS_OK && with_ns)
        status = add_text_question(self, name, TYPE_NS, &probe.ns_question);
    if (status == STATUS_OK)
        self->probes[self->n_probes++] = probe;
    return status;
}

/* The names strictly between a zone's origin and a question's name, the shortest first. */
static int expand_probes(struct world *self, uint32_t question)
{
    char name[256];
    const struct question *q = &self->questions[question];
    const char *origin = intern_text(&self->names, self->zones[q->zone - 1].origin);
    const char *text = intern_text(&self->names, q->name);
    size_t n = strlen(text), m = strlen(origin);
    if (n >= sizeof name || n <= m + 1)
        return STATUS_OK;
    memcpy(name, text, n + 1);
    self->questions[question].first_probe = self->n_probes;
    uint16_t type = q->type;
    for (size_t at = n - m - 1; at > 0; at--) {
        if (name[at - 1] != '.')
            continue;
        if (add_probe(self, name + at, true) != STATUS_OK)
            return STATUS_RUN;
        self->questions[question].n_probes++;
    }
    if (type == TYPE_A)
        return STATUS_OK;
    self->questions[question].n_probes++; /* unbound asks A of the name itself as well */
    return add_probe(self, name, false);
}

/* A bounce to a domain without MX asks for its address. */
static int expand_sender(struct world *self, struct host *host)
{
    uint32_t index;
    if (host->reverse_question != NO_INDEX)
        host->ipv6 = name_is_below(
            intern_text(&self->names, self->questions[host->reverse_question].name), "ip6.arpa");
    return add_text_question(self, intern_text(&self->names, host->domain_name), TYPE_A, &index);
}

int world_expand(struct world *self)
{
    int status = STATUS_OK;
    self->n_probes = 0;
    for (uint32_t q = 0; q < self->n_questions; q++) {
        self->questions[q].zone = zone_of(self, intern_text(&self->names, self->questions[q].name));
        self->questions[q].n_probes = 0;
    }
    status = expand_targets(self);
    for (uint32_t p = 0; status == STATUS_OK && p < self->n_parties; p++)
        status = expand_gateway(self, &self->parties[p]);
    for (uint32_t h = 0; status == STATUS_OK && h < self->n_hosts; h++)
        status = expand_sender(self, &self->hosts[h]);
    uint32_t n_asked = self->n_questions; /* steps have no steps of their own */
    for (uint32_t q = 0; status == STATUS_OK && q < n_asked; q++)
        if (self->questions[q].zone != 0)
            status = expand_probes(self, q);
    if (status == STATUS_OK)
        world_fill_steps(self);
    return status;
}
