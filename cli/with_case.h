/* with_case.h - what most commands do with a case: load it, use it, free it; and find a scenario or
 * sensor in it by name. */
#ifndef CLI_WITH_CASE_H
#define CLI_WITH_CASE_H

#include "analysis/config/case.h"

/* What a command does with its case; `settings` are the command's own. */
typedef int case_user(const void *settings, struct case_file *case_file, struct message *message);

/* Loads the case `name`, lets `use` work with it, and frees it. */
int with_case(const char *name, case_user *use, const void *settings, struct message *message);

/* The scenario of that name; NULL with a sentence in *message where the case (named `case_name` by
 * the user) has none. */
const struct scenario *find_scenario(struct case_file *case_file, const char *name,
                                     const char *case_name, struct message *message);

/* The index of the sensor of that name; 0 where `name` is NULL. */
int find_sensor(const struct world *world, const char *name, uint32_t *index,
                struct message *message);

#endif
