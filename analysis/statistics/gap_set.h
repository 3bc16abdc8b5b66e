/* gap_set.h - the gaps between bursts of one series.
 *
 * Queries that come less than `burst_us` after the one before belong to the same burst; gaps run
 * from burst start to burst start. With burst_us = 0 every query is a burst of its own, so the gaps
 * are the plain ones.
 */
#ifndef ANALYSIS_STATISTICS_GAP_SET_H
#define ANALYSIS_STATISTICS_GAP_SET_H

#include "sim/log.h"

/* Bins of the gap histogram: 16 for each power of two. */
#define GAP_BINS 1024

struct gap_set {
    time_us burst_us;
    size_t n_bursts;
    size_t n_gaps;    /* n_bursts - 1, or 0 */
    size_t *start;    /* start[burst]: number of its first query in the series */
    int64_t *gap_us;  /* gap_us[i] from burst i to burst i + 1, at least 0 */
    size_t capacity;  /* allocated entries of both */
    int64_t *scratch; /* of gap_set_quantile */
    size_t scratch_capacity;
    bool has_bins; /* made by the first quantile */
    uint32_t bin[GAP_BINS];
};

void gap_set_init(struct gap_set *self);
void gap_set_free(struct gap_set *self);

/* Fills it from n sorted times. STATUS_RUN when memory runs out. */
int gap_set_fill(struct gap_set *self, const time_us *t, size_t n, time_us burst_us);

/* The q-quantile of the gaps in seconds, q in [0, 1], linear between order statistics
 * (gsl_stats_quantile_from_sorted_data). NAN where there is no gap; *failed is set where memory ran
 * out. */
double gap_set_quantile(struct gap_set *self, double q, bool *failed);

/* Number of gaps in [low, high). */
size_t gap_set_between(const struct gap_set *self, int64_t low_us, int64_t high_us);

/* Mean and population standard deviation of the gaps in seconds; NAN where there is none. */
void gap_set_moments(const struct gap_set *self, double *mean_s, double *sd_s);

#endif
