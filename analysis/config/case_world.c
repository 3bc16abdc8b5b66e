/* case_world.c - names, zones, parties, hosts and events of a case file become a struct world. */
#include <arpa/inet.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "analysis/config/case.h"
#include "analysis/config/time_text.h"
#include "analysis/config/timezone.h"
#include "sim/lookups.h"

#define MAX_LIST 4096 /* entries of any list in a case file */

static const struct param_row warmup_row = {
    "warmup",     UNIT_SECOND, 0,
    60 * 86400.0, "7 d",       "simulated before the window, so that queues and caches fill",
    NULL};
static const struct param_row ttl_row = {
    "ttl", UNIT_SECOND, 0, 2147483647.0, "3600", "time to live of the record", NULL};
static const struct param_row servers_row = {
    "servers", UNIT_COUNT, 1, 64, "1", "authoritative servers of the watched zone", NULL};

static const struct {
    const char *name;
    uint16_t type;
} type_names[] = {{"A", 1},   {"NS", 2},   {"SOA", 6},   {"PTR", 12},
                  {"MX", 15}, {"TXT", 16}, {"AAAA", 28}, {"ANY", 255}};
static const char *const type_words[] = {"A", "NS", "SOA", "PTR", "MX", "TXT", "AAAA", "ANY", NULL};

/* ---- names, questions, records ---- */

int case_intern_name(struct case_file *self, const char *text, uint32_t *id)
{
    char name[256];
    size_t n = strnlen(text, sizeof name - 1);
    for (size_t i = 0; i < n; i++)
        name[i] = (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] + 32 : text[i]);
    if (n > 1 && name[n - 1] == '.')
        n--;
    return intern_add(&self->world.names, name, n, id);
}

static int add_question_text(struct case_file *self, const char *name, uint16_t type,
                             uint32_t *index)
{
    uint32_t id;
    if (case_intern_name(self, name, &id) != STATUS_OK)
        return STATUS_RUN;
    return world_add_question(&self->world, id, type, index);
}

static int add_record(struct world *world, struct zone_record record, uint32_t question)
{
    struct zone_record *grown =
        realloc(world->records, (world->n_records + 1u) * sizeof *world->records);
    if (grown == NULL)
        return STATUS_RUN;
    world->records = grown;
    /* Records of a question stand together, in order of time: insert at the right place. */
    struct question *q = &world->questions[question];
    uint32_t at = q->n_records == 0 ? world->n_records : q->first_record + q->n_records;
    while (q->n_records > 0 && at > q->first_record && grown[at - 1].from_us > record.from_us)
        at--;
    memmove(grown + at + 1, grown + at, (world->n_records - at) * sizeof *grown);
    grown[at] = record;
    if (q->n_records == 0)
        q->first_record = at;
    for (uint32_t i = 0; i < world->n_questions; i++)
        if (i != question && world->questions[i].n_records > 0 &&
            world->questions[i].first_record >= at)
            world->questions[i].first_record++;
    q->n_records++;
    world->n_records++;
    return STATUS_OK;
}

static int check_lifetimes(const struct world *world, uint32_t question, const config_setting_t *at,
                           struct message *message)
{
    const struct question *q = &world->questions[question];
    for (uint32_t i = 1; i < q->n_records; i++)
        if (world->records[q->first_record + i].from_us <
            world->records[q->first_record + i - 1].until_us)
            return config_complain(at, message,
                                   "the lifetimes of %s overlap; give each entry from and until",
                                   intern_text(&world->names, q->name));
    return STATUS_OK;
}

static const struct key_row name_keys[] = {
    {"name", true, "the host name"},
    {"type", false, "record type, A by default"},
    {"from", false, "when it appears"},
    {"until", false, "when it vanishes"},
    {"target", false, "PTR: the name that it gives"},
    {NULL, false, NULL},
};
static const struct param_row name_params[] = {
    {"ttl", UNIT_SECOND, 0, 2147483647.0, "3600", "time to live of the record", NULL},
    {NULL, UNIT_NONE, 0, 0, NULL, NULL, NULL}};

static int load_name(struct case_file *self, const config_setting_t *group, struct message *message)
{
    const char *name, *type, *target;
    int type_index = 0;
    struct zone_record record = {
        .from_us = INT64_MIN, .until_us = INT64_MAX, .target = INTERN_NONE};
    uint32_t question;
    char prefix[320];
    if (config_check_keys(group, name_keys, name_params, message) != STATUS_OK ||
        config_text(group, "name", &name, message) != STATUS_OK ||
        config_text(group, "type", &type, message) != STATUS_OK ||
        config_text(group, "target", &target, message) != STATUS_OK ||
        config_time(group, "from", &record.from_us, message) != STATUS_OK ||
        config_time(group, "until", &record.until_us, message) != STATUS_OK)
        return STATUS_INPUT;
    if (type != NULL &&
        config_word(group, "record type", type, type_words, &type_index, message) != STATUS_OK)
        return STATUS_INPUT;
    if (strlen(name) == 0 || strlen(name) > 253)
        return config_complain(group, message, "name: expected 1 to 253 characters (RFC 1035)");
    if (record.from_us >= record.until_us)
        return config_complain(group, message, "the name %s: until must be after from", name);
    snprintf(prefix, sizeof prefix, "name.%s.%s", name, type_words[type_index]);
    int status = case_world_param(self, group, prefix, &name_params[0], &record.ttl_s, message);
    if (status == STATUS_OK && config_setting_get_member(group, "ttl") == NULL)
        status =
            case_assume(self, "the name %s has no TTL: taken as %s s", name, name_params[0].prior);
    if (status == STATUS_OK && target != NULL)
        status = case_intern_name(self, target, &record.target);
    if (status == STATUS_OK)
        status = add_question_text(self, name, type_names[type_index].type, &question);
    if (status == STATUS_OK)
        status = add_record(&self->world, record, question);
    return status == STATUS_OK ? check_lifetimes(&self->world, question, group, message) : status;
}

/* ---- parties ---- */

static const struct key_row party_keys[] = {
    {"name", true, "how roles and facts call it"},
    {"timezone", false, "name of the tz database, UTC by default"},
    {"holidays", false, "local dates, \"2016-06-13\""},
    {"resolvers", false, "list of { address; software; }"},
    {"choice", false, "how a resolver is chosen: single, rotate, random, standby"},
    {"gateway", false, "profile of the receiving mail gateway"},
    {"lookups", false, "its look-ups one by one, in place of a profile"},
    {"dnsbl", false, "its block list of addresses"},
    {"rhsbl", false, "its block list of domains"},
    {"client", false, "address of its stub below the cache"},
    {"search", false, "suffix that its stubs try after a failed look-up"},
    {NULL, false, NULL},
};
static const struct key_row resolver_keys[] = {
    {"address", true, "the resolver's address as logs show it"},
    {NULL, false, NULL},
};

/* The software first, then what a case may set about it, one parameter each. */
static const struct param_row software_row = {"software",
                                              UNIT_WORD,
                                              0,
                                              1e6,
                                              "bind-9.18-no-prefetch",
                                              "resolver software and version",
                                              resolver_profile_words};

/* All keys of a resolver that are parameters, for the check of unknown keys. */
static void resolver_params(struct param_row rows[RESOLVER_N_PARAMS + 2])
{
    rows[0] = software_row;
    for (int i = 0; i <= RESOLVER_N_PARAMS; i++)
        rows[i + 1] = resolver_rows[i];
}

static int load_resolver(struct case_file *self, const config_setting_t *group,
                         struct message *message)
{
    struct param_row rows[RESOLVER_N_PARAMS + 2];
    resolver_params(rows);
    struct world *world = &self->world;
    const char *address;
    char prefix[320];
    if (config_check_keys(group, resolver_keys, rows, message) != STATUS_OK ||
        config_text(group, "address", &address, message) != STATUS_OK)
        return STATUS_INPUT;
    struct resolver *grown =
        realloc(world->resolvers, (world->n_resolvers + 1u) * sizeof *world->resolvers);
    if (grown == NULL)
        return STATUS_RUN;
    world->resolvers = grown;
    struct resolver *resolver = &grown[world->n_resolvers];
    if (intern_find(&world->clients, address, strlen(address)) != INTERN_NONE)
        return config_complain(group, message, "the address \"%.60s\" is used twice", address);
    if (intern_add(&world->clients, address, strlen(address), &resolver->client) != STATUS_OK)
        return STATUS_RUN;
    snprintf(prefix, sizeof prefix, "resolver.%.253s", address);
    int status = case_world_param(self, group, prefix, &software_row, &resolver->software, message);
    for (int i = 0; status == STATUS_OK && i < RESOLVER_N_PARAMS; i++) {
        uint32_t index;
        status = case_world_param(self, group, prefix, &resolver_rows[i], &index, message);
        resolver->settings = i == 0 ? index : resolver->settings;
    }
    if (status == STATUS_OK && config_setting_get_member(group, software_row.name) == NULL)
        status = case_assume(self, "the resolver %s has no software: taken as %s", address,
                             software_row.prior);
    world->n_resolvers += status == STATUS_OK;
    return status;
}

static int load_resolvers(struct case_file *self, const config_setting_t *group,
                          struct party *party, struct message *message)
{
    const config_setting_t *list;
    int n;
    int status = config_groups(group, "resolvers", &list, &n, message);
    party->first_resolver = self->world.n_resolvers;
    for (int i = 0; status == STATUS_OK && i < n; i++)
        status = load_resolver(self, config_setting_get_elem(list, (unsigned)i), message);
    party->n_resolvers = self->world.n_resolvers - party->first_resolver;
    return status;
}

static int load_holidays(const config_setting_t *group, int64_t **days, int *n,
                         struct message *message)
{
    *n = config_n_items(group, "holidays");
    *days = calloc((size_t)*n + 1, sizeof **days);
    if (*days == NULL)
        return STATUS_RUN;
    for (int i = 0; i < *n; i++) {
        time_us t;
        const char *text = config_item(group, "holidays", i, message);
        if (text == NULL)
            return STATUS_INPUT;
        if (strlen(text) != 10 || !time_parse(text, &t))
            return config_complain(group, message,
                                   "holidays: \"%.40s\" is no date; expected \"2016-06-13\"", text);
        (*days)[i] = t / US_PER_DAY;
    }
    return STATUS_OK;
}

static int load_local_time(struct case_file *self, const config_setting_t *group,
                           struct party *party, struct message *message)
{
    const struct world *world = &self->world;
    const char *zone;
    int64_t *days = NULL;
    int n_days;
    struct message inner;
    int status = config_text(group, "timezone", &zone, message);
    if (status == STATUS_OK && zone == NULL)
        status = case_assume(self, "the party %s has no time zone: taken as UTC", party->name);
    if (status == STATUS_OK)
        status = load_holidays(group, &days, &n_days, message);
    if (status == STATUS_OK && timezone_load(&party->timezone, zone ? zone : "UTC", world->start_us,
                                             world->until_us, &inner) != STATUS_OK)
        status = config_complain(group, message, "timezone: %s", inner.text);
    if (status == STATUS_OK)
        status = civil_grid_init(&party->grid, &party->timezone, world->start_us, world->until_us,
                                 days, n_days);
    free(days);
    return status;
}

static int load_stub(struct case_file *self, const config_setting_t *group, struct party *party,
                     struct message *message)
{
    const char *client, *search;
    char made_up[300];
    int status = STATUS_OK;
    if (config_text(group, "client", &client, message) != STATUS_OK ||
        config_text(group, "search", &search, message) != STATUS_OK)
        return STATUS_INPUT;
    snprintf(made_up, sizeof made_up, "%s(inside)", party->name);
    if (client == NULL)
        client = made_up;
    if (intern_add(&self->world.clients, client, strlen(client), &party->client) != STATUS_OK)
        return STATUS_RUN;
    party->search = case_keep(self, search, &status);
    return status;
}

static int load_party(struct case_file *self, const config_setting_t *group,
                      struct message *message)
{
    struct world *world = &self->world;
    const char *name, *choice;
    int number = CHOOSE_SINGLE, status = STATUS_OK;
    if (config_check_keys(group, party_keys, NULL, message) != STATUS_OK ||
        config_text(group, "name", &name, message) != STATUS_OK ||
        config_text(group, "choice", &choice, message) != STATUS_OK)
        return STATUS_INPUT;
    if (case_find_party(self, name) >= 0)
        return config_complain(group, message, "there are two parties \"%.60s\"", name);
    if (choice != NULL && config_word(group, "resolver choice", choice, resolver_choice_words,
                                      &number, message) != STATUS_OK)
        return STATUS_INPUT;
    struct party *grown = realloc(world->parties, (world->n_parties + 1u) * sizeof *world->parties);
    if (grown == NULL)
        return STATUS_RUN;
    world->parties = grown;
    struct party *party = &grown[world->n_parties];
    memset(party, 0, sizeof *party);
    world->n_parties++; /* from here on world_free knows it */
    party->choice = (enum resolver_choice)number;
    party->name = case_keep(self, name, &status);
    if (status == STATUS_OK)
        status = load_resolvers(self, group, party, message);
    if (status == STATUS_OK)
        status = load_local_time(self, group, party, message);
    if (status == STATUS_OK)
        status = case_load_gateway(self, group, party, message);
    return status == STATUS_OK ? load_stub(self, group, party, message) : status;
}

/* ---- hosts ---- */

static const struct key_row host_keys[] = {
    {"name", true, "how messages call it"},
    {"party", true, "who runs it"},
    {"hostname", true, "its own name: what is looked up"},
    {"address", false, "its IP address: gives the reverse name"},
    {"helo", false, "the name that it says in HELO; its hostname by default"},
    {"sender_domain", false, "domain of the envelope sender; the hostname's parent by default"},
    {"spf_include", false, "domain that the sender's SPF record includes"},
    {"spf_host", false, "host that it names with a:"},
    {"dkim_selector", false, "selector of the DKIM signature"},
    {"links", false, "hosts of the links in its messages, 3 at most"},
    {NULL, false, NULL},
};

/* The name under which the address is looked up backwards (RFC 1035 section 3.5, RFC 3596
 * section 2.5). */
static bool reverse_name(const char *address, char *buffer, size_t size)
{
    unsigned char bytes[16];
    if (inet_pton(AF_INET, address, bytes) == 1) {
        snprintf(buffer, size, "%u.%u.%u.%u.in-addr.arpa", bytes[3], bytes[2], bytes[1], bytes[0]);
        return true;
    }
    if (inet_pton(AF_INET6, address, bytes) != 1)
        return false;
    size_t used = 0;
    for (int i = 15; i >= 0; i--)
        used +=
            (size_t)snprintf(buffer + used, size - used, "%x.%x.", bytes[i] & 15u, bytes[i] >> 4);
    snprintf(buffer + used, size - used, "ip6.arpa");
    return true;
}

/* A reverse record that gives the host's name for ever, unless the case lists one. */
static int ensure_reverse(struct case_file *self, struct host *host, const char *reverse,
                          const config_setting_t *group, struct message *message)
{
    struct world *world = &self->world;
    char prefix[320];
    int status = add_question_text(self, reverse, TYPE_PTR, &host->reverse_question);
    if (status != STATUS_OK || world->questions[host->reverse_question].n_records > 0)
        return status;
    struct zone_record record = {.from_us = INT64_MIN,
                                 .until_us = INT64_MAX,
                                 .target = world->questions[host->address_question].name};
    struct dist usual;
    snprintf(prefix, sizeof prefix, "name.%s.PTR.ttl", reverse);
    const char *path = case_keep(self, prefix, &status);
    if (status != STATUS_OK || dist_parse(&usual, ttl_row.prior, &ttl_row, message) != STATUS_OK)
        return config_complain(group, message, "the reverse name cannot be made");
    status = param_list_add(&self->world_params, path, &ttl_row, &usual, &record.ttl_s);
    return status == STATUS_OK ? add_record(world, record, host->reverse_question) : status;
}

static int host_questions(struct case_file *self, struct host *host, const config_setting_t *group,
                          const char *hostname, struct message *message)
{
    const char *address, *helo, *domain;
    char reverse[128];
    if (config_text(group, "address", &address, message) != STATUS_OK ||
        config_text(group, "helo", &helo, message) != STATUS_OK ||
        config_text(group, "sender_domain", &domain, message) != STATUS_OK)
        return STATUS_INPUT;
    const char *parent = strchr(hostname, '.');
    domain = domain != NULL ? domain : parent != NULL ? parent + 1 : hostname;
    int status = add_question_text(self, hostname, TYPE_A, &host->address_question);
    if (status == STATUS_OK && self->world.questions[host->address_question].n_records == 0)
        status = case_assume(self,
                             "the host %s is called %s, but no entry of names gives that an "
                             "address: every look-up of it fails",
                             host->name, hostname);
    if (status == STATUS_OK)
        status = add_question_text(self, helo ? helo : hostname, TYPE_A, &host->helo_question);
    if (status == STATUS_OK)
        status = case_intern_name(self, domain, &host->domain_name);
    if (status == STATUS_OK)
        status =
            world_add_question(&self->world, host->domain_name, TYPE_MX, &host->domain_mx_question);
    if (status == STATUS_OK)
        status = world_add_question(&self->world, host->domain_name, TYPE_TXT,
                                    &host->domain_txt_question);
    host->reverse_question = NO_INDEX;
    if (status != STATUS_OK || address == NULL)
        return status;
    if (!reverse_name(address, reverse, sizeof reverse))
        return config_complain(group, message, "address: \"%.60s\" is no IPv4 or IPv6 address",
                               address);
    return ensure_reverse(self, host, reverse, group, message);
}

/* What gateways' templates may ask for besides names. */
static int host_texts(struct case_file *self, struct host *host, const config_setting_t *group,
                      struct message *message)
{
    const char *include, *spf_host, *selector;
    int status = STATUS_OK, n = config_n_items(group, "links");
    if (config_text(group, "spf_include", &include, message) != STATUS_OK ||
        config_text(group, "spf_host", &spf_host, message) != STATUS_OK ||
        config_text(group, "dkim_selector", &selector, message) != STATUS_OK)
        return STATUS_INPUT;
    if (n > HOST_MAX_LINKS)
        return config_complain(group, message, "links: expected %d at most, found %d",
                               HOST_MAX_LINKS, n);
    host->spf_include = case_keep(self, include, &status);
    host->spf_host = case_keep(self, spf_host, &status);
    host->selector = case_keep(self, selector, &status);
    for (int i = 0; i < n; i++) {
        const char *link = config_item(group, "links", i, message);
        if (link == NULL)
            return STATUS_INPUT;
        host->links[i] = case_keep(self, link, &status);
    }
    return status;
}

static int load_host(struct case_file *self, const config_setting_t *group, struct message *message)
{
    struct world *world = &self->world;
    const char *name, *party, *hostname;
    int status = STATUS_OK, number;
    if (config_check_keys(group, host_keys, NULL, message) != STATUS_OK ||
        config_text(group, "name", &name, message) != STATUS_OK ||
        config_text(group, "party", &party, message) != STATUS_OK ||
        config_text(group, "hostname", &hostname, message) != STATUS_OK)
        return STATUS_INPUT;
    const char *const *known = case_party_names(self);
    if (known == NULL)
        return STATUS_RUN;
    if (config_word(group, "party", party, known, &number, message) != STATUS_OK)
        return STATUS_INPUT;
    struct host *grown = realloc(world->hosts, (world->n_hosts + 1u) * sizeof *world->hosts);
    if (grown == NULL)
        return STATUS_RUN;
    world->hosts = grown;
    struct host *host = &grown[world->n_hosts++];
    memset(host, 0, sizeof *host);
    host->party = number;
    host->name = case_keep(self, name, &status);
    if (status == STATUS_OK)
        status = host_texts(self, host, group, message);
    return status == STATUS_OK ? host_questions(self, host, group, hostname, message) : status;
}

/* ---- search suffixes ---- */

/* Stubs try the list for host names only: PTR, MX and TXT are asked as they stand. */
static bool is_searched(const struct question *question)
{
    return !question->outside && (question->type == TYPE_A || question->type == TYPE_AAAA);
}

static int fill_searched(struct case_file *self)
{
    struct world *world = &self->world;
    uint32_t n_plain =
        world->n_questions; /* the run-together names are not tried with a suffix again */
    for (uint32_t p = 0; p < world->n_parties; p++) {
        struct party *party = &world->parties[p];
        for (uint32_t q = 0; party->search != NULL && q < n_plain; q++) {
            char name[600];
            uint32_t made;
            if (!is_searched(&world->questions[q]))
                continue;
            snprintf(name, sizeof name, "%s.%s",
                     intern_text(&world->names, world->questions[q].name), party->search);
            if (add_question_text(self, name, world->questions[q].type, &made) != STATUS_OK)
                return STATUS_RUN;
        }
    }
    for (uint32_t p = 0; p < world->n_parties; p++) {
        struct party *party = &world->parties[p];
        if (party->search == NULL)
            continue;
        party->searched = malloc(world->n_questions * sizeof *party->searched);
        if (party->searched == NULL)
            return STATUS_RUN;
        for (uint32_t q = 0; q < world->n_questions; q++) {
            char name[600];
            snprintf(name, sizeof name, "%s.%s",
                     intern_text(&world->names, world->questions[q].name), party->search);
            uint32_t id = intern_find(&world->names, name, strlen(name));
            party->searched[q] =
                q < n_plain && id != INTERN_NONE && is_searched(&world->questions[q])
                    ? world_find_question(world, id, world->questions[q].type)
                    : NO_INDEX;
        }
    }
    return STATUS_OK;
}

/* ---- events ---- */

static const struct key_row event_keys[] = {
    {"date", true, "when it happened"},
    {"label", true, "what it was"},
    {NULL, false, NULL},
};

static int load_event(struct case_file *self, const config_setting_t *group,
                      struct message *message)
{
    struct world *world = &self->world;
    struct dated_event event = {0};
    const char *label;
    int status = STATUS_OK;
    if (config_check_keys(group, event_keys, NULL, message) != STATUS_OK ||
        config_time(group, "date", &event.time_us, message) != STATUS_OK ||
        config_text(group, "label", &label, message) != STATUS_OK)
        return STATUS_INPUT;
    char from[40], until[40];
    time_print(world->from_us, from, sizeof from);
    time_print(world->until_us, until, sizeof until);
    if (event.time_us < world->from_us || event.time_us >= world->until_us)
        return config_complain(group, message,
                               "the event \"%.60s\" lies outside the window %s to %s", label, from,
                               until);
    event.label = case_keep(self, label, &status);
    struct dated_event *grown =
        realloc(world->events, (world->n_events + 1u) * sizeof *world->events);
    if (grown == NULL || status != STATUS_OK)
        return STATUS_RUN;
    world->events = grown;
    uint32_t at = world->n_events++;
    for (; at > 0 && grown[at - 1].time_us > event.time_us; at--)
        grown[at] = grown[at - 1];
    grown[at] = event;
    return STATUS_OK;
}

/* ---- all of it ---- */

typedef int entry_loader(struct case_file *, const config_setting_t *, struct message *);

static int load_list(struct case_file *self, const config_setting_t *group, const char *key,
                     entry_loader *loader, struct message *message)
{
    const config_setting_t *list;
    int n;
    int status = config_groups(group, key, &list, &n, message);
    if (status == STATUS_OK && n > MAX_LIST)
        return config_complain(list, message, "%s: more than %d entries", key, MAX_LIST);
    for (int i = 0; status == STATUS_OK && i < n; i++)
        status = loader(self, config_setting_get_elem(list, (unsigned)i), message);
    return status;
}

static const struct key_row window_keys[] = {
    {"from", true, "first instant"},
    {"until", true, "first instant after it"},
    {NULL, false, NULL},
};

static int complain_window(const config_setting_t *window, struct message *message)
{
    const char *from, *until;
    if (config_text(window, "from", &from, message) != STATUS_OK ||
        config_text(window, "until", &until, message) != STATUS_OK)
        return STATUS_INPUT;
    return config_complain(window, message,
                           "the window from %.40s until %.40s: until must be after from (it is the "
                           "first instant outside), by ten years at most",
                           from, until);
}

static int load_window(struct case_file *self, const config_setting_t *group,
                       struct message *message)
{
    struct world *world = &self->world;
    const config_setting_t *window = config_setting_get_member(group, "window");
    double warmup_s, n_servers;
    if (config_check_keys(window, window_keys, NULL, message) != STATUS_OK ||
        config_time(window, "from", &world->from_us, message) != STATUS_OK ||
        config_time(window, "until", &world->until_us, message) != STATUS_OK ||
        config_number(group, &warmup_row, &warmup_s, message) != STATUS_OK ||
        config_number(group, &servers_row, &n_servers, message) != STATUS_OK)
        return STATUS_INPUT;
    if (world->until_us <= world->from_us || world->until_us - world->from_us > 3660 * US_PER_DAY)
        return complain_window(window, message);
    world->start_us = world->from_us - (time_us)(warmup_s * 1e6);
    world->n_servers = (uint16_t)n_servers;
    return STATUS_OK;
}

int case_load_world(struct case_file *self, const config_setting_t *group, struct message *message)
{
    int status = load_window(self, group, message);
    if (status == STATUS_OK)
        status = load_list(self, group, "names", load_name, message);
    if (status == STATUS_OK)
        status = load_list(self, group, "parties", load_party, message);
    if (status == STATUS_OK)
        status = load_list(self, group, "hosts", load_host, message);
    if (status == STATUS_OK)
        status = load_list(self, group, "zones", case_load_zone, message);
    if (status == STATUS_OK)
        status = world_expand(&self->world);
    if (status == STATUS_OK)
        status = fill_searched(self);
    if (status == STATUS_OK)
        status = case_set_negative_ttls(self, message);
    if (status == STATUS_OK)
        status = load_list(self, group, "events", load_event, message);
    if (status == STATUS_RUN)
        fail(message, status, "%s: out of memory while building the world", self->path);
    return status;
}
