/* statistics.c - the registry of statistics. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/statistics/families.h"

const char *const family_names[] = {
    [FAMILY_VOLUME] = "volume",
    [FAMILY_DAILY_PROFILE] = "daily profile",
    [FAMILY_WEEK] = "week",
    [FAMILY_GAPS] = "gaps",
    [FAMILY_BURSTS] = "bursts",
    [FAMILY_PERIODICITY] = "periodicity",
    [FAMILY_DISPERSION] = "dispersion",
    [FAMILY_SYNCHRONY] = "synchrony",
    [FAMILY_CHANGE] = "change",
    [FAMILY_CALENDAR] = "calendar",
    [FAMILY_NAMES] = "names",
    [FAMILY_TYPES] = "types",
    [FAMILY_DIVERSITY] = "diversity",
    [FAMILY_INTEGRITY] = "integrity",
    [FAMILY_COUNT] = NULL,
};

const struct statistic *const statistics[] = {
    /* volume.c */
    &statistic_count,
    &statistic_log_count,
    &statistic_share,
    &statistic_ratio,
    &statistic_per_day,
    &statistic_active_days,
    /* daily_profile.c */
    &statistic_hour_resultant,
    &statistic_hour_second_harmonic,
    &statistic_hour_cosine,
    &statistic_hour_sine,
    &statistic_mean_hour,
    &statistic_working_share,
    &statistic_night_share,
    &statistic_hour_entropy,
    /* week.c */
    &statistic_weekend_share,
    &statistic_weekday_entropy,
    &statistic_holiday_share,
    /* gaps.c */
    &statistic_gap_quantile,
    &statistic_log_gap_quantile,
    &statistic_share_gaps_between,
    &statistic_share_gaps_below,
    &statistic_ties,
    &statistic_min_gap,
    &statistic_gap_over_median,
    &statistic_gap_cv,
    &statistic_burstiness,
    &statistic_memory,
    &statistic_gap_entropy,
    &statistic_edge_ttl,
    &statistic_edge_strength,
    /* bursts.c */
    &statistic_burst_size_mean,
    &statistic_burst_span_quantile,
    &statistic_share_multi,
    &statistic_share_wide,
    /* periodicity.c */
    &statistic_rayleigh,
    &statistic_rayleigh_power,
    &statistic_best_period,
    &statistic_best_period_strength,
    &statistic_comb,
    &statistic_spectral_peak,
    &statistic_spectral_frequency,
    /* dispersion.c */
    &statistic_fano,
    &statistic_log_fano,
    &statistic_allan,
    &statistic_autocorrelation,
    &statistic_branching,
    &statistic_busiest_share,
    /* synchrony.c */
    &statistic_daily_correlation,
    &statistic_daily_rank_correlation,
    &statistic_hourly_correlation,
    &statistic_coincidences,
    &statistic_shared_silent_days,
    &statistic_shared_silent_hours,
    &statistic_common_silence,
    &statistic_common_silence_start,
    /* change.c */
    &statistic_rate_ratio,
    &statistic_step,
    &statistic_trend,
    &statistic_onset_day,
    &statistic_last_activity,
    &statistic_phase_share,
    &statistic_longest_silence,
    &statistic_silence_within,
    /* calendar_match.c */
    &statistic_calendar_p,
    &statistic_calendar_gain,
    /* names.c */
    &statistic_distinct_names,
    &statistic_log_distinct_names,
    &statistic_suffixed,
    &statistic_count_after,
    &statistic_first_delay,
    &statistic_first_is_member,
    /* types.c */
    &statistic_type_share,
    &statistic_type_follows,
    /* diversity.c */
    &statistic_distinct_clients,
    &statistic_log_distinct_clients,
    &statistic_singletons,
    &statistic_log_singletons,
    &statistic_top_share,
    &statistic_client_entropy,
    /* integrity.c */
    &statistic_cache_floor_violations,
    &statistic_second_digits,
    &statistic_repeated_gaps,
    &statistic_duplicates,
    &statistic_cut_ratio,
    &statistic_cut_missing,
    NULL,
};

size_t statistics_count(void)
{
    return sizeof statistics / sizeof statistics[0] - 1;
}

const struct statistic *statistic_find(const char *name)
{
    for (size_t i = 0; statistics[i] != NULL; i++)
        if (strcmp(statistics[i]->name, name) == 0)
            return statistics[i];
    return NULL;
}

void statistic_request_init(struct statistic_request *request, const struct statistic *statistic,
                            const struct world *world, uint32_t sensor)
{
    memset(request, 0, sizeof *request);
    request->statistic = statistic;
    snprintf(request->label, sizeof request->label, "%s", statistic->name);
    request->sensor = sensor;
    request->party = -1;
    request->name = INTERN_NONE;
    request->type = TYPE_UNKNOWN;
    request->from_us = world->from_us;
    request->until_us = world->until_us;
    if (sensor < world->n_sensors) {
        request->from_us = world->sensors[sensor].from_us;
        request->until_us = world->sensors[sensor].until_us;
    }
    const struct param_row *row = statistic->params;
    for (size_t i = 0; row != NULL && row[i].name != NULL && i < STATISTIC_MAX_PARAMS; i++)
        request->param[i] = strtod(row[i].prior, NULL);
}
