#include "analysis/report/report_elicited.h"

#include <stdlib.h>

#include "analysis/report/escape.h"

static void bounds_of(const struct elicited *elicited, const struct verdict *verdict,
                      double low[CASE_MAX_SCENARIOS], double high[CASE_MAX_SCENARIOS])
{
    double probability[CASE_MAX_SCENARIOS];
    for (size_t i = 0; i < verdict->n_scenarios; i++)
        probability[i] = verdict->scenarios[i].probability;
    elicited_bounds(elicited, probability, low, high);
}

static void print_row(FILE *out, const struct elicited_row *row)
{
    fputs("\n  ", out);
    print_clean(out, row->id, true);
    fputs(": ", out);
    print_clean(out, row->observation, true);
    fputs("\n    source: ", out);
    print_clean(out, row->source, true);
    fputs("\n    reasoning: ", out);
    print_clean(out, row->reasoning, true);
    fputs("\n", out);
}

void report_elicited_print(FILE *out, const struct elicited *elicited,
                           const struct verdict *verdict)
{
    double low[CASE_MAX_SCENARIOS], high[CASE_MAX_SCENARIOS];
    bounds_of(elicited, verdict, low, high);
    fputs("\nEvidence outside the log, as people judge it (not simulated; an interval of judgement "
          "gives an interval of probability)\n"
          "                                      simulated      with it: from      to\n",
          out);
    for (size_t k = 0; k < verdict->n_scenarios; k++) {
        size_t i = verdict->by_probability[k];
        char *name = clean_copy(verdict->scenarios[i].name, true, 36);
        fprintf(out, "  %-36s %7.1f %%         %7.1f %% %7.1f %%\n", name != NULL ? name : "?",
                100.0 * verdict->scenarios[i].probability, 100.0 * low[i], 100.0 * high[i]);
        free(name);
    }
    for (size_t r = 0; r < elicited->n_rows; r++)
        print_row(out, &elicited->rows[r]);
    for (size_t r = 0; r < elicited->n_simulated; r++) {
        fputs("\n  ", out);
        print_clean(out, elicited->simulated[r], true);
        fputs(": left out here, because it is simulated (a fact in use)\n", out);
    }
}

static json_t *rows_json(const struct elicited *elicited)
{
    json_t *rows = json_array();
    for (size_t r = 0; r < elicited->n_rows; r++) {
        const struct elicited_row *row = &elicited->rows[r];
        json_array_append_new(rows, json_pack("{ssssssss}", "id", row->id, "observation",
                                              row->observation, "source", row->source, "reasoning",
                                              row->reasoning));
    }
    return rows;
}

json_t *report_elicited_json(const struct elicited *elicited, const struct verdict *verdict)
{
    double low[CASE_MAX_SCENARIOS], high[CASE_MAX_SCENARIOS];
    bounds_of(elicited, verdict, low, high);
    json_t *scenarios = json_array();
    for (size_t i = 0; i < verdict->n_scenarios; i++)
        json_array_append_new(scenarios, json_pack("{sssfsfsf}", "name", verdict->scenarios[i].name,
                                                   "probability", verdict->scenarios[i].probability,
                                                   "low", low[i], "high", high[i]));
    return json_pack("{soso}", "rows", rows_json(elicited), "scenarios", scenarios);
}
