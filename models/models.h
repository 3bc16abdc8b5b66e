/* models.h - the registry of models: every mechanism that a scenario may use. */
#ifndef MODELS_MODELS_H
#define MODELS_MODELS_H

#include "sim/model.h"

/* NULL-terminated, in the order shown to people. A new model is one file and one row in models.c.
 */
extern const struct model *const models[];

/* The model of a name, or NULL. */
const struct model *model_find(const char *name);

#endif
