#include "sim/gateway.h"

#include <stdio.h>
#include <string.h>

#include "sim/log.h"

#define ALWAYS(type, name)                                                                         \
    {                                                                                              \
        type, name, LOOKUP_ALWAYS, false, 1                                                        \
    }
#define IF_NOT_FOUND(type, name)                                                                   \
    {                                                                                              \
        type, name, LOOKUP_IF_NOT_FOUND, false, 1                                                  \
    }
#define IF_FOUND_ONCE(type, name)                                                                  \
    {                                                                                              \
        type, name, LOOKUP_IF_FOUND, true, 1                                                       \
    }
#define ONCE_PER_PROCESS(type, name)                                                               \
    {                                                                                              \
        type, name, LOOKUP_ALWAYS, true, 1                                                         \
    }
#define END                                                                                        \
    {                                                                                              \
        0, NULL, LOOKUP_ALWAYS, false, 0                                                           \
    }

/* Reverse name, then the name it gives in the family of the connection. */
#define CONNECT                                                                                    \
    {TYPE_PTR, "{reverse}", LOOKUP_ALWAYS, false, 0}, ALWAYS(LOOKUP_ADDRESS, "{reverse_name}")

static const struct lookup_row postfix[] = {CONNECT, END};

#define POSTFIX_CHECKS                                                                             \
    CONNECT, {TYPE_A, "{helo}", LOOKUP_ALWAYS, false, 5}, IF_NOT_FOUND(TYPE_AAAA, "{helo}"),       \
        IF_NOT_FOUND(TYPE_MX, "{helo}"), ALWAYS(TYPE_MX, "{sender}"),                              \
        IF_NOT_FOUND(TYPE_A, "{sender}"), IF_NOT_FOUND(TYPE_AAAA, "{sender}"),                     \
        ONCE_PER_PROCESS(TYPE_A, "{reverse_ip}.{dnsbl}"),                                          \
        IF_FOUND_ONCE(TYPE_TXT, "{reverse_ip}.{dnsbl}"),                                           \
        ONCE_PER_PROCESS(TYPE_A, "{sender}.{rhsbl}"), IF_FOUND_ONCE(TYPE_TXT, "{sender}.{rhsbl}")

static const struct lookup_row postfix_strict[] = {POSTFIX_CHECKS, END};

static const struct lookup_row postfix_strict_spf[] = {POSTFIX_CHECKS,
                                                       ALWAYS(TYPE_TXT, "{helo}"),
                                                       ALWAYS(TYPE_A, "{helo}"),
                                                       ALWAYS(TYPE_TXT, "{sender}"),
                                                       ALWAYS(TYPE_TXT, "{spf_include}"),
                                                       END};

/* host_lookup = * (PTR for every client), then the forward check of the name. */
static const struct lookup_row exim[] = {CONNECT, END};

/* ${client_resolve} at connect; the sender's domain must resolve (accept_unresolvable_domains is
 * off). */
static const struct lookup_row sendmail[] = {CONNECT, ALWAYS(TYPE_MX, "{sender}"),
                                             IF_NOT_FOUND(TYPE_A, "{sender}"), END};

/* The double look-up comes before SMTP; then the envelope sender. */
static const struct lookup_row ironport[] = {CONNECT, ALWAYS(TYPE_MX, "{sender}"),
                                             IF_NOT_FOUND(TYPE_A, "{sender}"), END};

static const struct lookup_row rspamd[] = {
    ALWAYS(TYPE_TXT, "{reverse_ip}.asn.rspamd.com"),
    ALWAYS(TYPE_A, "{reverse_ip}.list.dnswl.org"),
    ALWAYS(TYPE_A, "{reverse_ip}.rep.mailspike.net"),
    ALWAYS(TYPE_TXT, "{sender}"),
    ALWAYS(TYPE_TXT, "{selector}._domainkey.{sender}"),
    ALWAYS(TYPE_A, "{helo}"),
    ALWAYS(TYPE_AAAA, "{helo}"),
    ALWAYS(TYPE_A, "{sender}"),
    ALWAYS(TYPE_AAAA, "{sender}"),
    ALWAYS(TYPE_MX, "{sender}"),
    ALWAYS(TYPE_A, "{sender}.dwl.dnswl.org"),
    ALWAYS(TYPE_A, "{reverse_ip}.ix.dnsbl.manitu.net"),
    ALWAYS(TYPE_A, "{hash}.uribl.rspamd.com"),
    ALWAYS(TYPE_A, "{hash}.uribl.rspamd.com"),
    ALWAYS(TYPE_A, "{hash}.uribl.rspamd.com"),
    ALWAYS(TYPE_A, "{link1}.multi.uribl.com"),
    ALWAYS(TYPE_A, "{sender}.multi.uribl.com"),
    ALWAYS(TYPE_A, "{helo}.multi.uribl.com"),
    ALWAYS(TYPE_A, "{link2}.multi.uribl.com"),
    ALWAYS(TYPE_A, "{link1}.uribl.spameatingmonkey.net"),
    ALWAYS(TYPE_A, "{sender}.uribl.spameatingmonkey.net"),
    ALWAYS(TYPE_A, "{link2}.uribl.spameatingmonkey.net"),
    ALWAYS(TYPE_A, "{reverse_ip}.zen.spamhaus.org"),
    ALWAYS(TYPE_A, "{link1}.fresh15.spameatingmonkey.net"),
    ALWAYS(TYPE_A, "{sender}.fresh15.spameatingmonkey.net"),
    ALWAYS(TYPE_A, "{link2}.fresh15.spameatingmonkey.net"),
    ALWAYS(TYPE_A, "{reverse_ip}.bl.blocklist.de"),
    ALWAYS(TYPE_A, "{reverse_ip}.bl.score.senderscore.com"),
    ALWAYS(TYPE_A, "{reverse_ip}.bip.virusfree.cz"),
    ALWAYS(TYPE_A, "{link1}.dbl.spamhaus.org"),
    ALWAYS(TYPE_A, "{sender}.dbl.spamhaus.org"),
    ALWAYS(TYPE_A, "{helo}.dbl.spamhaus.org"),
    ALWAYS(TYPE_A, "{link2}.dbl.spamhaus.org"),
    ALWAYS(TYPE_A, "{link1}.multi.surbl.org"),
    ALWAYS(TYPE_A, "{sender}.multi.surbl.org"),
    ALWAYS(TYPE_A, "{helo}.multi.surbl.org"),
    ALWAYS(TYPE_A, "{link2}.multi.surbl.org"),
    ALWAYS(TYPE_A, "{reverse_ip}.bl.spameatingmonkey.net"),
    ALWAYS(TYPE_TXT, "{spf_include}"),
    ALWAYS(TYPE_A, "{spf_host}"),
    ALWAYS(TYPE_AAAA, "{spf_host}"),
    ALWAYS(TYPE_A, "{spf_host}"),
    ALWAYS(TYPE_AAAA, "{spf_host}"),
    ALWAYS(TYPE_TXT, "_dmarc.{sender}"),
    ALWAYS(TYPE_TXT, "{hash}.phishtank.rspamd.com"),
    ALWAYS(TYPE_TXT, "{hash}.phishtank.rspamd.com"),
    END,
};

static const struct lookup_row spamassassin[] = {
    ALWAYS(TYPE_A, "{reverse_ip}.zen.spamhaus.org"),
    ALWAYS(TYPE_A, "{reverse_ip}.iadb.isipp.com"),
    ALWAYS(TYPE_A, "{reverse_ip}.psbl.surriel.com"),
    ALWAYS(TYPE_A, "{reverse_ip}.bl.score.senderscore.com"),
    ALWAYS(TYPE_A, "{reverse_ip}.wl.mailspike.net"),
    ALWAYS(TYPE_A, "{reverse_ip}.list.dnswl.org"),
    ALWAYS(TYPE_TXT, "{reverse_ip}.sa-trusted.bondedsender.org"),
    ALWAYS(TYPE_TXT, "{reverse_ip}.sa-accredit.habeas.com"),
    ALWAYS(TYPE_TXT, "{reverse_ip}.bl.spamcop.net"),
    ALWAYS(TYPE_A, "{reverse_ip}.bl.mailspike.net"),
    ALWAYS(TYPE_A, "{sender}.fresh.fmb.la"),
    ALWAYS(TYPE_A, "{helo}"),
    ALWAYS(TYPE_TXT, "{selector}._domainkey.{sender}"),
    ALWAYS(TYPE_A, "{sender}.lookup.dkimwl.org"),
    END,
};

const struct gateway_profile gateway_profiles[] = {
    {"postfix", "Postfix, default configuration: PTR, then A of the name it gives", postfix},
    {"postfix-strict", "Postfix that checks HELO, sender domain and block lists", postfix_strict},
    {"postfix-strict-spf", "the same with an SPF policy service", postfix_strict_spf},
    {"exim", "Exim, default configuration (host_lookup = *): PTR, then A of the name", exim},
    {"sendmail", "Sendmail: PTR and A at connect, then MX of the sender's domain", sendmail},
    {"cisco-ironport", "Cisco/IronPort: double look-up before SMTP, then the sender", ironport},
    {"rspamd", "rspamd 3.4, an HTML message with links: 46 look-ups at once", rspamd},
    {"spamassassin", "SpamAssassin 4.0: 14 look-ups at once", spamassassin},
    {NULL, NULL, NULL},
};

const char *const gateway_profile_words[] = {"postfix", "postfix-strict", "postfix-strict-spf",
                                             "exim",    "sendmail",       "cisco-ironport",
                                             "rspamd",  "spamassassin",   NULL};

const struct gateway_profile *gateway_profile_find(const char *name)
{
    for (const struct gateway_profile *p = gateway_profiles; p->name != NULL; p++)
        if (strcmp(p->name, name) == 0)
            return p;
    return NULL;
}

static const struct {
    const char *name;
    uint16_t type;
} types[] = {{"ADDRESS", LOOKUP_ADDRESS}, {"A", TYPE_A},    {"NS", TYPE_NS},
             {"PTR", TYPE_PTR},           {"MX", TYPE_MX},  {"TXT", TYPE_TXT},
             {"AAAA", TYPE_AAAA},         {"SOA", TYPE_SOA}};

static const char *const fields[] = {
    "reverse",  "reverse_name", "reverse_ip", "helo",  "sender", "dnsbl", "rhsbl", "spf_include",
    "spf_host", "selector",     "link1",      "link2", "link3",  "hash",  NULL};

static bool known_field(const char *field, size_t length)
{
    for (size_t i = 0; fields[i] != NULL; i++)
        if (strlen(fields[i]) == length && memcmp(fields[i], field, length) == 0)
            return true;
    return false;
}

/* Every "{" opens a known field and is closed again. */
static int check_template(const char *name, const char *text, struct message *message)
{
    for (const char *open = strchr(name, '{'); open != NULL; open = strchr(open + 1, '{')) {
        const char *close = strchr(open, '}');
        if (close == NULL || !known_field(open + 1, (size_t)(close - open - 1)))
            return fail(message, STATUS_INPUT,
                        "\"%.120s\": unknown field \"%.20s\"; known: {reverse}, {reverse_name}, "
                        "{reverse_ip}, {helo}, {sender}, {dnsbl}, {rhsbl}, {spf_include}, "
                        "{spf_host}, {selector}, {link1}, {link2}, {link3}, {hash}",
                        text, open);
    }
    return STATUS_OK;
}

static const char *skip_space(const char *at)
{
    while (*at == ' ' || *at == '\t')
        at++;
    return at;
}

/* Takes a phrase off the front of *at. */
static bool takes(const char **at, const char *phrase)
{
    size_t n = strlen(phrase);
    if (strncmp(*at, phrase, n) != 0 || ((*at)[n] != '\0' && (*at)[n] != ' '))
        return false;
    *at = skip_space(*at + n);
    return true;
}

int gateway_parse_row(const char *text, struct lookup_row *row, char *name, size_t size,
                      struct message *message)
{
    const char *at = skip_space(text);
    *row = (struct lookup_row){.name = name, .delay_ms = 1};
    size_t i = 0, n_types = sizeof types / sizeof types[0];
    while (i < n_types && !takes(&at, types[i].name))
        i++;
    if (i == n_types)
        return fail(message, STATUS_INPUT,
                    "\"%.120s\": expected a record type (A, AAAA, ADDRESS, PTR, MX, TXT, NS or "
                    "SOA), then a name such as {reverse_name}",
                    text);
    row->type = types[i].type;
    size_t length = strcspn(at, " \t");
    if (length == 0 || length >= size || length > 253)
        return fail(message, STATUS_INPUT, "\"%.120s\": expected a name of 1 to 253 characters",
                    text);
    memcpy(name, at, length);
    name[length] = '\0';
    at = skip_space(at + length);
    if (takes(&at, "if found"))
        row->when = LOOKUP_IF_FOUND;
    else if (takes(&at, "if not found"))
        row->when = LOOKUP_IF_NOT_FOUND;
    row->remembered = takes(&at, "once per process");
    if (*at != '\0')
        return fail(message, STATUS_INPUT,
                    "\"%.120s\": expected \"if found\", \"if not found\", \"once per process\" or "
                    "the end, found \"%.40s\"",
                    text, at);
    return check_template(name, text, message);
}
