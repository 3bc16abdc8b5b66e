/* report_json.h - the verdict as JSON for programs.
 *
 * Keys stand in a fixed order, numbers have 6 significant digits, NaN and infinities are null, all
 * bytes are ASCII: the same verdict gives the same bytes. Names keep every character that they
 * have (escaped); malformed UTF-8 becomes U+FFFD.
 *
 * {"program", "version", "case", "case_title", "seed", "trials_per_scenario",
 *  "assumed": [SENTENCE],
 *  "evidence": {"kind", "statistics_used", "statistics_left_out": [{"name", "reason"}], "facts": [
 *      {"name", "statistic", "unit", "value", "sd", "low", "high", "source", "note"}], "queries"},
 *  "scenarios": [{"name", "title", "claim", "prior", "probability", "probability_se",
 *      "log10_bayes_factor", "log10_bayes_factor_se", "words", "fit_p_value", "fit_p_low",
 * "fit_p_high", "fits", "in_set_90", "in_set_95", "members": {NAME: probability},
 * "worst_statistics": [{"name", "unit", "observed", "observed_low", "observed_high", "median",
 * "low", "high", "tail_p"}]}], "none_of_these": {"p_value", "p_low", "p_high", "rejected"}, "extrapolation",
 * "disagreement", "indistinguishable_pairs": [{"a", "b", "error"}], "calibration": {"trials",
 * "error", "log_score", "brier", "ece", "prior_log_score", "prior_brier", "confusion", "classes",
 * "reliability": [{"said", "happened", "trials"}], "miscalibration_p", "mean_probability",
 * "expected_error_here", "local_error", "coverage_90", "coverage_95", "gain_bits", "gain_bits_se",
 * "tells_nothing"}, "sentence", "trust"}
 *
 * none_of_these.rejected is true where every scenario fails to produce the evidence. A seed above
 * 2^63 - 1 is written as a string. Confusion is [truth][chosen] in the order of "classes".
 */
#ifndef ANALYSIS_REPORT_REPORT_JSON_H
#define ANALYSIS_REPORT_REPORT_JSON_H

#include <stdio.h>

#include "analysis/weigh/verdict.h"

/* Prints the JSON text and a newline. STATUS_RUN when memory runs out or the stream fails. */
int report_json_print(FILE *out, const struct verdict *verdict, const char *version,
                      struct message *message);

struct elicited;

/* The same with a member "elicited" (report_elicited.h) at its end; NULL: without. */
int report_json_print_elicited(FILE *out, const struct verdict *verdict,
                               const struct elicited *elicited, const char *version,
                               struct message *message);

#endif
