/* words.h - numbers and findings of a verdict in plain words, the same in every output.
 *
 * Every function writes a NUL-terminated text of at most `size` bytes, cut if need be. Names inside
 * are as in the verdict, not yet escaped.
 */
#ifndef ANALYSIS_REPORT_WORDS_H
#define ANALYSIS_REPORT_WORDS_H

#include "analysis/weigh/verdict.h"

/* "62.1 %"; "< 0.1 %" and "> 99.9 %" at the ends; "-" where undefined. */
void words_percent(char *out, size_t size, double share);

/* "62 %", for round statements. */
void words_round_percent(char *out, size_t size, double share);

/* Four significant digits without exponent between 1e-4 and 1e7; "0" below 1e-12 (the rounding of a
 * sum that is zero); "-" where undefined. */
void words_number(char *out, size_t size, double x);

/* The same with three digits, for simulated values. */
void words_short_number(char *out, size_t size, double x);

/* "1,204" */
void words_count(char *out, size_t size, double n);

/* "0.31", "0.004", "< 0.001" */
void words_p_value(char *out, size_t size, double p);

/* "p = 0.31", "p < 0.001" */
void words_p_statement(char *out, size_t size, double p);

/* "p = 0.31; 0.27 to 0.36 with other simulated logs": with its Monte Carlo interval, where there is
 * one around p. */
void words_p_interval(char *out, size_t size, double p, double low, double high);

/* "62.1 % +- 1.3": probability and its standard error in percentage points (left
 * out below 0.05). `plus_minus` is the
 * sign to use. */
void words_probability(char *out, size_t size, double probability, double se,
                       const char *plus_minus);

/* "17", "12 to 30", "at least 30", "at most 5" */
void words_observed(char *out, size_t size, const struct miss *miss);
void words_fact(char *out, size_t size, const struct fact *fact, const char *plus_minus);

/* What kind of evidence, how many statistics, what was left out. */
void words_evidence(char *out, size_t size, const struct verdict *verdict);

/* How often an answer near a said probability came true in held-out trials. */
struct track_record {
    double said, happened; /* means over the trials */
    double n_trials;
};

/* The record near `said` (at least 0.5; two-class answers are folded to the chosen class). The
 * neighbourhood grows from +-0.05 until it holds 50 trials or all of them. n_trials is 0 where
 * there are none. */
struct track_record track_record_near(const struct verdict *verdict, double said);

/* "When it said 90 %, it was right in 89 % of 1,204 trials." and the same near the verdict's own
 * greatest probability. */
void words_calibration(char *out, size_t size, const struct verdict *verdict);

/* Whether any of the explanations can have made the evidence. */
void words_none(char *out, size_t size, const struct verdict *verdict);

/* What the factor of one scenario says: "best supported", "weak support for BEST over this". */
void words_factor(char *out, size_t size, const struct verdict *verdict, size_t scenario);

/* Which scenarios this evidence cannot tell apart, in one sentence; and one pair: which way this
 * evidence leans, and how often one is taken for the other over all trials. Shown are at most
 * PAIRS_SHOWN, in the verdict's order. */
#define PAIRS_SHOWN 6
void words_pairs(char *out, size_t size, const struct verdict *verdict);
void words_pair(char *out, size_t size, const struct verdict *verdict, size_t pair);

/* The scenario against which all factors are given: the first with factor 0. */
size_t best_supported(const struct verdict *verdict);

/* What the evidence says of a group against all other explanations, with the factor. */
void words_group(char *out, size_t size, const struct group_verdict *group);

#endif
