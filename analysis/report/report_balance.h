/* report_balance.h - the evidence ledger of a verdict, as text and as JSON. */
#ifndef ANALYSIS_REPORT_REPORT_BALANCE_H
#define ANALYSIS_REPORT_REPORT_BALANCE_H

#include <jansson.h>
#include <stdio.h>

#include "analysis/report/report_text.h"
#include "analysis/weigh/verdict.h"

/* Prints nothing where no ledger was asked for. Names are cleaned; lines keep to the width. */
void report_balance_print(FILE *out, const struct verdict *verdict, const struct text_style *style);

/* A new object, or JSON null where no ledger was asked for. NULL when memory runs out. */
json_t *report_balance_json(const struct verdict *verdict);

#endif
