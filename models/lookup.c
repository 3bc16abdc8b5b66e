#include "models/lookup.h"

int lookup_address(const struct model_run *run, time_us t, int party, int host)
{
    return traffic_query(run->traffic, t, party, run->world->hosts[host].address_question);
}

int lookup_confirm(const struct model_run *run, time_us t, int party, int host, double delay_s)
{
    const struct world *world = run->world;
    uint32_t reverse = world->hosts[host].reverse_question;
    if (reverse == NO_INDEX)
        return lookup_address(run, t, party, host);
    if (traffic_query(run->traffic, t, party, reverse) != STATUS_OK)
        return STATUS_RUN;
    const struct zone_record *record = world_record_at(world, reverse, t);
    if (record == NULL || record->target == INTERN_NONE)
        return STATUS_OK;
    uint32_t forward = record->followed[0] != 0 ? record->followed[0] - 1 : NO_INDEX;
    return forward == NO_INDEX
               ? STATUS_OK
               : traffic_query(run->traffic, time_after(t, delay_s), party, forward);
}

time_us next_local_hour(const struct party *party, time_us t, double hour)
{
    int64_t local_us = t + timezone_offset_s(&party->timezone, t) * US_PER_S;
    int64_t day = local_us / US_PER_DAY - (local_us % US_PER_DAY < 0);
    time_us at;
    do
        at = civil_to_utc(&party->timezone,
                          day++ * US_PER_DAY + (int64_t)(hour * (double)US_PER_HOUR));
    while (at <= t);
    return at;
}
