#include "sim/plan.h"

#include <stdlib.h>
#include <string.h>

void plan_init(struct plan *self)
{
    memset(self, 0, sizeof *self);
}

void plan_free(struct plan *self)
{
    free(self->params);
    free(self->instances);
    plan_init(self);
}

uint32_t plan_find(const struct plan *self, const char *path)
{
    for (uint32_t i = 0; i < self->n_params; i++)
        if (strcmp(self->params[i].path, path) == 0)
            return i;
    return NO_INDEX;
}
