/* timezone.h - time zones from the system's tz database, turned into the tables that sim/ uses. */
#ifndef ANALYSIS_CONFIG_TIMEZONE_H
#define ANALYSIS_CONFIG_TIMEZONE_H

#include "sim/civil.h"
#include "sim/status.h"

/* Makes the table of zone `name` ("Europe/Moscow", "UTC") for [from, until]. The name may hold
 * letters, digits, '_', '-', '+' and '/', and must exist in the tz database (TZDIR, or
 * /usr/share/zoneinfo). Changes the process's TZ variable for a moment: call it before threads
 * start. STATUS_INPUT for an unknown zone. */
int timezone_load(struct timezone_table *table, const char *name, time_us from_us, time_us until_us,
                  struct message *message);

#endif
