/* gateway.h - receiving mail gateways: the ordered look-ups that one mail event causes, as data.
 *
 * Orders and conditions: docs/mechanisms.md, section "Receiving side".
 */
#ifndef SIM_GATEWAY_H
#define SIM_GATEWAY_H

#include <stdint.h>

/* What a look-up asks about. */
enum lookup_subject {
    SUBJECT_END,          /* closes a list */
    SUBJECT_REVERSE,      /* PTR of the connecting address */
    SUBJECT_REVERSE_NAME, /* A of the name that the PTR gave; nothing where it gave none */
    SUBJECT_HELO,         /* A of the name said in HELO */
    SUBJECT_SENDER_MX,    /* MX of the envelope sender's domain */
    SUBJECT_SENDER_TXT,   /* TXT of the envelope sender's domain: SPF */
};

struct lookup_row {
    enum lookup_subject subject;
    uint32_t delay_ms; /* after the look-up before it */
};

#define GATEWAY_MAX_LOOKUPS 64

struct gateway_profile {
    const char *name;
    const char *summary;
    struct lookup_row lookups[GATEWAY_MAX_LOOKUPS]; /* ends with SUBJECT_END */
};

/* The registry; ends with a row whose name is NULL. */
extern const struct gateway_profile gateway_profiles[];

/* The profile of a name, or NULL. */
const struct gateway_profile *gateway_profile_find(const char *name);

#endif
