#include "sim/gateway.h"

#include <string.h>

const struct gateway_profile gateway_profiles[] = {
    {"postfix",
     "Postfix, default configuration, IPv4 client: PTR, then A of the name it gives",
     {{SUBJECT_REVERSE, 0}, {SUBJECT_REVERSE_NAME, 2}, {SUBJECT_END, 0}}},
    {"postfix-strict",
     "Postfix with HELO, sender domain and SPF checks",
     {{SUBJECT_REVERSE, 0},
      {SUBJECT_REVERSE_NAME, 2},
      {SUBJECT_HELO, 10},
      {SUBJECT_SENDER_MX, 2},
      {SUBJECT_SENDER_TXT, 5},
      {SUBJECT_HELO, 2},
      {SUBJECT_END, 0}}},
    {NULL, NULL, {{SUBJECT_END, 0}}},
};

const struct gateway_profile *gateway_profile_find(const char *name)
{
    for (const struct gateway_profile *p = gateway_profiles; p->name != NULL; p++)
        if (strcmp(p->name, name) == 0)
            return p;
    return NULL;
}
