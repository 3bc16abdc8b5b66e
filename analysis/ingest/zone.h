/* zone.h - time zones: of local times in logs, and (through config/timezone.h) of the parties of a
 * case. */
#ifndef INGEST_ZONE_H
#define INGEST_ZONE_H

#include "sim/log.h"

/* A zone: a fixed offset, or the rules of the system's tz database as a table. */
struct zone {
    int n;              /* transitions; offset_s[i] holds from at_s[i] on */
    int64_t *at_s;      /* seconds since the epoch, rising */
    int *offset_s;      /* seconds east of UTC */
    int first_offset_s; /* before the first transition */
};

/* Loads `UTC`, `+03:00`, `-0500` or a name of the tz database such as `Europe/Moscow`, from the
 * folder TZDIR or else /usr/share/zoneinfo. The names that count leap seconds (`right/...`) are not
 * read. STATUS_INPUT with a message for anything else. The caller frees it with zone_free; after a
 * failure there is nothing to free. */
int zone_load(struct zone *self, const char *name, struct message *message);
void zone_free(struct zone *self);

/* Seconds east of UTC at a time. */
int zone_offset_s(const struct zone *self, time_us at);

/* True where clocks do not change between `from` and `until` (UTC). */
bool zone_is_steady(const struct zone *self, time_us from, time_us until);

enum zone_fold { ZONE_ONCE, ZONE_TWICE, ZONE_NEVER };

/* The UTC times of a local time (as microseconds since the local 1970-01-01T00:00). Where clocks
 * went back there are two, *first before *second; otherwise both are the same. A local time that
 * clocks sprang over is read with the offset that held before. */
enum zone_fold zone_to_utc(const struct zone *self, time_us local, time_us *first, time_us *second);

#endif
