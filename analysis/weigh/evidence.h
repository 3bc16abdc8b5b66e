/* evidence.h - what was observed, in the form in which it can be compared: requests, observed
 * values, their uncertainty.
 *
 * Facts: the same uncertainty that a published value carries is added to every simulated value; an
 * interval becomes the question "does the simulated value lie inside?", asked of simulation and
 * observation alike. A log: its own statistics. Where a statistic has no value in the observed log
 * (a gap when there are fewer than two queries), that is itself evidence: the question becomes "is
 * it undefined?", asked of simulation and observation alike. Leaving such columns out would choose
 * the evidence by its outcome.
 */
#ifndef ANALYSIS_WEIGH_EVIDENCE_H
#define ANALYSIS_WEIGH_EVIDENCE_H

#include "analysis/config/case.h"
#include "analysis/weigh/reference.h"

struct left_out {
    const char *name;   /* of the statistic */
    const char *reason; /* static text */
};

struct evidence {
    enum evidence_kind kind;
    size_t n;                           /* columns */
    struct statistic_request *requests; /* [n] */
    const struct fact **facts;          /* facts[column], NULL for a log's own statistics */
    double *observed;   /* value, or 1 for "inside the interval"; NAN: undefined in the log */
    double *compared;   /* the same as the comparator sees it: 1 for "undefined" */
    size_t n_undefined; /* columns that ask only whether the statistic is undefined */
    struct left_out *left_out;
    size_t n_left_out;
    uint64_t n_queries;       /* of the observed log; 0 for facts */
    char report[600];         /* what the importer said, "" for facts */
    struct client_sets *sets; /* owned selections of a log's default requests */
};

/* From the case's own evidence. A log is read and measured here. The caller frees, also after a
 * failure. STATUS_INPUT with file and line for a bad log, STATUS_RUN when memory runs out. */
int evidence_load(struct evidence *self, const struct case_file *case_file,
                  struct message *message);

/* From a log given as a trial's sensor logs (synthetic evidence): logs[sensor], as panel_compute
 * wants them. */
int evidence_from_logs(struct evidence *self, const struct case_file *case_file,
                       const struct query_array *logs, struct message *message);
void evidence_free(struct evidence *self);

/* One raw row as the comparator wants it: uncertainty added, intervals judged. The noise is drawn
 * from the trial's own stream, so the result depends only on (seed, scenario, trial). raw and out
 * have n entries and may be the same. */
void evidence_compare_row(const struct evidence *self, const struct plan *plan, uint64_t seed,
                          uint64_t trial, const double *raw, double *out);

#endif
