/* report_csv.c - the facts as a table. */
#include <math.h>
#include <stdio.h>

#include "analysis/report/escape.h"
#include "analysis/report/report.h"

/* Open ends and undefined values are empty cells. */
static void print_cell(FILE *out, double x)
{
    if (isfinite(x))
        fprintf(out, ",%.10g", x);
    else
        fputc(',', out);
}

static void print_fact(FILE *out, const struct statistic_request *request, const struct fact *fact)
{
    bool is_value = fact->kind == FACT_VALUE;
    print_csv(out, request->label);
    fputc(',', out);
    print_csv(out, request->statistic != NULL ? request->statistic->name : NULL);
    fputc(',', out);
    print_csv(out, request->statistic != NULL ? request->statistic->unit : NULL);
    print_cell(out, is_value ? fact->value : NAN);
    print_cell(out, is_value ? fact->sd : NAN);
    print_cell(out, is_value ? NAN : fact->low);
    print_cell(out, is_value ? NAN : fact->high);
    fputc(',', out);
    print_csv(out, fact->source);
    fputc(',', out);
    print_csv(out, fact->note);
    fputs("\r\n", out);
}

void report_facts_csv_print(FILE *out, const struct evidence *evidence)
{
    fputs("name,statistic,unit,value,sd,low,high,source,note\r\n", out);
    for (size_t i = 0; i < evidence->n; i++)
        if (evidence->facts != NULL && evidence->facts[i] != NULL)
            print_fact(out, &evidence->requests[i], evidence->facts[i]);
}
