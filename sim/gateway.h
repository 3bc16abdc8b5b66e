/* gateway.h - receiving mail gateways: the ordered look-ups that one mail event causes, as data.
 *
 * Orders and conditions: docs/mechanisms.md, section "Receiving side". Names are templates:
 *
 *   {reverse}       reverse name of the connecting address (10.2.0.192.in-addr.arpa)
 *   {reverse_name}  the name that this PTR gave; asked as soon as the answer is there
 *   {reverse_ip}    the address backwards, for block lists (10.2.0.192)
 *   {helo}          the name said in HELO
 *   {sender}        the envelope sender's domain
 *   {dnsbl} {rhsbl} the gateway's block lists of addresses and of domains
 *   {spf_include} {spf_host} {selector} {link1} {link2} {link3}
 *                   what the host's SPF record, DKIM signature and messages name; a row whose part
 *                   the host does not have is left out
 *   {hash}          32 letters and digits that stand for a checksum of the message's content
 *
 * They are turned into questions once, when the world is made (world_expand in lookups.h).
 */
#ifndef SIM_GATEWAY_H
#define SIM_GATEWAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/status.h"

/* When a row is asked, given the rows since the last LOOKUP_ALWAYS. */
enum lookup_when {
    LOOKUP_ALWAYS,
    LOOKUP_IF_FOUND,     /* one of them has an answer: TXT after a listing */
    LOOKUP_IF_NOT_FOUND, /* none of them has: AAAA after A */
};

/* Pseudo type: A for a client on IPv4, AAAA on IPv6. */
#define LOOKUP_ADDRESS UINT16_C(0)

struct lookup_row {
    uint16_t type;    /* enum query_type, or LOOKUP_ADDRESS */
    const char *name; /* template; NULL ends a list */
    enum lookup_when when;
    bool remembered;   /* kept in the server process's own memory: asked once per process */
    uint32_t delay_ms; /* after the row before it */
};

#define GATEWAY_MAX_LOOKUPS 64

/* A process that has had no mail for this long is gone, and its memory with it (Postfix max_idle).
 */
#define GATEWAY_PROCESS_IDLE_S 100

struct gateway_profile {
    const char *name;
    const char *summary;
    const struct lookup_row *lookups; /* at most GATEWAY_MAX_LOOKUPS, ends with a NULL name */
};

/* The registry; ends with a row whose name is NULL. */
extern const struct gateway_profile gateway_profiles[];

/* The names of the rows above in the same order, NULL-terminated. */
extern const char *const gateway_profile_words[];

/* The profile of a name, or NULL. */
const struct gateway_profile *gateway_profile_find(const char *name);

/* Reads one line of a list in a case file: TYPE TEMPLATE ["if found" | "if not found"] ["once per
 * process"], for example "TXT {reverse_ip}.list.example if found". The template is written to
 * `name` (at least 256 bytes), to which row->name then points. STATUS_INPUT with what was expected.
 */
int gateway_parse_row(const char *text, struct lookup_row *row, char *name, size_t size,
                      struct message *message);

#endif
