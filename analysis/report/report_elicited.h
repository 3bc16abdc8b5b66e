/* report_elicited.h - evidence outside the log, shown apart from the simulated evidence. */
#ifndef ANALYSIS_REPORT_REPORT_ELICITED_H
#define ANALYSIS_REPORT_REPORT_ELICITED_H

#include <jansson.h>
#include <stdio.h>

#include "analysis/weigh/elicited.h"
#include "analysis/weigh/verdict.h"

/* A table for terminals: for every scenario the simulated probability and the interval that the
 * elicited rows make of it, then the rows with their sources and reasoning. */
void report_elicited_print(FILE *out, const struct elicited *elicited,
                           const struct verdict *verdict);

/* The same as JSON, a new reference for the caller (NULL when memory runs out):
 *   {"rows": [{"id", "observation", "source", "reasoning"}],
 *    "scenarios": [{"name", "probability", "low", "high"}]} */
json_t *report_elicited_json(const struct elicited *elicited, const struct verdict *verdict);

#endif
