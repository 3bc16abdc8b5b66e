/* synthetic.h - a trial's log as a log with its own name tables: what can be exported and read
 * back. */
#ifndef ANALYSIS_WEIGH_SYNTHETIC_H
#define ANALYSIS_WEIGH_SYNTHETIC_H

#include "sim/trial.h"

/* Makes a log of what `sensor` recorded in the last run of *trial. Addresses that a model invented
 * are written in the documentation range 2001:db8::/32 (RFC 3849), one for each. The caller frees
 * with query_log_free, also after a failure. STATUS_RUN when memory runs out. */
int synthetic_log(struct query_log *log, const struct trial *trial, uint32_t sensor,
                  struct message *message);

#endif
