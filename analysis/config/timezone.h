/* timezone.h - time zones from the system's tz database, turned into the tables that sim/ uses. */
#ifndef ANALYSIS_CONFIG_TIMEZONE_H
#define ANALYSIS_CONFIG_TIMEZONE_H

#include "sim/civil.h"
#include "sim/status.h"

/* Makes the table of a zone for [from, until]; `name` as in zone_load (analysis/ingest/zone.h).
 * STATUS_INPUT for an unknown zone or one with more changes than the table holds. */
int timezone_load(struct timezone_table *table, const char *name, time_us from_us, time_us until_us,
                  struct message *message);

#endif
