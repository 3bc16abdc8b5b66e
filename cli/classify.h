/* classify.h - `mxplain classify`: what the parts of the command share. */
#ifndef CLI_CLASSIFY_H
#define CLI_CLASSIFY_H

#include "analysis/infer/comparator.h"
#include "analysis/ingest/numeric_csv.h"

enum { CLASSIFY_IGNORED_MAX = 64, CLASSIFY_PATTERNS_MAX = 20 };

struct classify_settings {
    const char *table, *observed, *label, *truth, *exact, *prior;
    const char *ignored[CLASSIFY_IGNORED_MAX];
    size_t n_ignored;
    uint64_t trees, seed, threads;
    int json;
};

/* All answers. Arrays of probabilities are [observation][class]; `by` MEMBERS_MAX is the
 * combination. */
struct classify_answers {
    size_t n, n_classes, n_members;
    const char *member_name[MEMBERS_MAX];
    const char *const *class_name;
    double *probability, *probability_error;
    double *member_probability[MEMBERS_MAX];
    uint8_t *in_set_90, *in_set_95;
    double *none_p; /* per observation: none of these */
    uint8_t *is_extrapolation;
    uint16_t *truth; /* per observation, or NULL */
    double *exact;   /* [observation][class], or NULL; NaN where no column is given for a class */
    size_t n_fits, n_held_out, n_unused;
    double held_out_log_score, held_out_error, held_out_ece;
    double seconds_fit, seconds_predict;
};

int classify_print_text(const struct classify_answers *answers, struct message *message);
int classify_print_json(const struct classify_answers *answers, struct message *message);

#endif
