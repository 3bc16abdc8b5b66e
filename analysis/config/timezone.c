#include "analysis/config/timezone.h"

#include "analysis/ingest/zone.h"

/* The changes of the offset in (from, until]; a change of name alone is none. Seconds: the first
 * entries of a file may lie before what microseconds can say. */
static int fill_table(struct timezone_table *table, const struct zone *zone, int64_t from_s,
                      int64_t until_s)
{
    *table = timezone_fixed(zone_offset_s(zone, from_s * US_PER_S));
    for (int i = 0; i < zone->n && zone->at_s[i] <= until_s; i++) {
        if (zone->at_s[i] <= from_s || zone->offset_s[i] == table->offset_s[table->n - 1])
            continue;
        if (table->n == TIMEZONE_MAX_CHANGES)
            return STATUS_INPUT;
        table->from_us[table->n] = zone->at_s[i] * US_PER_S;
        table->offset_s[table->n++] = zone->offset_s[i];
    }
    return STATUS_OK;
}

int timezone_load(struct timezone_table *table, const char *name, time_us from_us, time_us until_us,
                  struct message *message)
{
    struct zone zone;
    *table = timezone_fixed(0);
    int status = zone_load(&zone, name, message);
    if (status != STATUS_OK)
        return status;
    status = fill_table(table, &zone, from_us / US_PER_S - 86400, until_us / US_PER_S + 2 * 86400);
    zone_free(&zone);
    if (status != STATUS_OK)
        return fail(message, status,
                    "time zone %s changes more than %d times in this window; shorten it", name,
                    TIMEZONE_MAX_CHANGES);
    return STATUS_OK;
}
