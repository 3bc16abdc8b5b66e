#include "models/models.h"

#include <string.h>

/* One row per model: the file models/NAME.c exports model_NAME. */
#define MODELS(ROW)                                                                                \
    ROW(campaign)                                                                                  \
    ROW(shared_sender)                                                                             \
    ROW(rejection_loop)                                                                            \
    ROW(gateway_recheck)                                                                           \
    ROW(business_application)                                                                      \
    ROW(private_channel)                                                                           \
    ROW(beacon)                                                                                    \
    ROW(misconfigured_client)                                                                      \
    ROW(tunnel)                                                                                    \
    ROW(relay)                                                                                     \
    ROW(spoofed)                                                                                   \
    ROW(backscatter)                                                                               \
    ROW(scanner)                                                                                   \
    ROW(background)                                                                                \
    ROW(mail_stream)

#define DECLARE(name) extern const struct model model_##name;
#define ADDRESS(name) &model_##name,

MODELS(DECLARE)

const struct model *const models[] = {MODELS(ADDRESS) NULL};

const struct model *model_find(const char *name)
{
    for (const struct model *const *model = models; *model != NULL; model++)
        if (strcmp((*model)->name, name) == 0)
            return *model;
    return NULL;
}
