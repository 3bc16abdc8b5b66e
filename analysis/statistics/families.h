/* families.h - the descriptors of all statistics, one file per family. */
#ifndef ANALYSIS_STATISTICS_FAMILIES_H
#define ANALYSIS_STATISTICS_FAMILIES_H

#include "analysis/statistics/statistic.h"

/* volume.c */
extern const struct statistic statistic_count;
extern const struct statistic statistic_log_count;
extern const struct statistic statistic_share;
extern const struct statistic statistic_ratio;
extern const struct statistic statistic_per_day;
extern const struct statistic statistic_active_days;

/* daily_profile.c */
extern const struct statistic statistic_hour_resultant;
extern const struct statistic statistic_hour_second_harmonic;
extern const struct statistic statistic_hour_cosine;
extern const struct statistic statistic_hour_sine;
extern const struct statistic statistic_mean_hour;
extern const struct statistic statistic_working_share;
extern const struct statistic statistic_night_share;
extern const struct statistic statistic_hour_entropy;

/* week.c */
extern const struct statistic statistic_weekend_share;
extern const struct statistic statistic_weekday_entropy;
extern const struct statistic statistic_holiday_share;

/* gaps.c */
extern const struct statistic statistic_gap_quantile;
extern const struct statistic statistic_log_gap_quantile;
extern const struct statistic statistic_share_gaps_between;
extern const struct statistic statistic_share_gaps_below;
extern const struct statistic statistic_ties;
extern const struct statistic statistic_min_gap;
extern const struct statistic statistic_gap_over_median;
extern const struct statistic statistic_gap_cv;
extern const struct statistic statistic_burstiness;
extern const struct statistic statistic_memory;
extern const struct statistic statistic_gap_entropy;
extern const struct statistic statistic_edge_ttl;
extern const struct statistic statistic_edge_strength;

/* bursts.c */
extern const struct statistic statistic_burst_size_mean;
extern const struct statistic statistic_burst_span_quantile;
extern const struct statistic statistic_share_multi;
extern const struct statistic statistic_share_wide;

/* periodicity.c */
extern const struct statistic statistic_rayleigh;
extern const struct statistic statistic_rayleigh_power;
extern const struct statistic statistic_best_period;
extern const struct statistic statistic_best_period_strength;
extern const struct statistic statistic_comb;
extern const struct statistic statistic_spectral_peak;
extern const struct statistic statistic_spectral_frequency;

/* dispersion.c */
extern const struct statistic statistic_fano;
extern const struct statistic statistic_log_fano;
extern const struct statistic statistic_allan;
extern const struct statistic statistic_autocorrelation;
extern const struct statistic statistic_branching;
extern const struct statistic statistic_busiest_share;

/* synchrony.c */
extern const struct statistic statistic_daily_correlation;
extern const struct statistic statistic_daily_rank_correlation;
extern const struct statistic statistic_hourly_correlation;
extern const struct statistic statistic_coincidences;
extern const struct statistic statistic_shared_silent_days;
extern const struct statistic statistic_shared_silent_hours;
extern const struct statistic statistic_common_silence;
extern const struct statistic statistic_common_silence_start;

/* change.c */
extern const struct statistic statistic_rate_ratio;
extern const struct statistic statistic_step;
extern const struct statistic statistic_trend;
extern const struct statistic statistic_onset_day;
extern const struct statistic statistic_last_activity;
extern const struct statistic statistic_phase_share;
extern const struct statistic statistic_longest_silence;
extern const struct statistic statistic_silence_within;

/* calendar_match.c */
extern const struct statistic statistic_calendar_p;
extern const struct statistic statistic_calendar_gain;

/* names.c */
extern const struct statistic statistic_distinct_names;
extern const struct statistic statistic_log_distinct_names;
extern const struct statistic statistic_suffixed;
extern const struct statistic statistic_count_after;
extern const struct statistic statistic_first_delay;
extern const struct statistic statistic_first_is_member;

/* types.c */
extern const struct statistic statistic_type_share;
extern const struct statistic statistic_type_follows;

/* diversity.c */
extern const struct statistic statistic_distinct_clients;
extern const struct statistic statistic_log_distinct_clients;
extern const struct statistic statistic_singletons;
extern const struct statistic statistic_log_singletons;
extern const struct statistic statistic_top_share;
extern const struct statistic statistic_client_entropy;

/* integrity.c */
extern const struct statistic statistic_cache_floor_violations;
extern const struct statistic statistic_second_digits;
extern const struct statistic statistic_repeated_gaps;
extern const struct statistic statistic_duplicates;
extern const struct statistic statistic_cut_ratio;
extern const struct statistic statistic_cut_missing;

#endif
