#include "analysis/report/report_balance.h"

#include <math.h>
#include <stdlib.h>

#include "analysis/report/escape.h"
#include "analysis/report/words.h"

enum { SHOWN_SCENARIOS = 3, SHOWN_SINGLES = 12, NUMBER_COLUMNS = 8 };

static void print_name(FILE *out, const char *name, size_t columns, const struct text_style *style)
{
    char *copy = clean_copy(name, style->utf8, columns - 1);
    size_t used = copy != NULL ? text_columns(copy, style->utf8) : 0;
    fputs(copy != NULL ? copy : "", out);
    for (; used < columns; used++)
        fputc(' ', out);
    free(copy);
}

static size_t shown_scenarios(const struct verdict *verdict)
{
    return verdict->n_scenarios < SHOWN_SCENARIOS ? verdict->n_scenarios : SHOWN_SCENARIOS;
}

static size_t name_columns(const struct verdict *verdict, const struct text_style *style)
{
    return style->width - 2 - 2 * shown_scenarios(verdict) * NUMBER_COLUMNS - 2;
}

/* Rounded as printed, so that no "-0.0" appears. */
static double shown(double decibans)
{
    return fabs(decibans) < 0.05 ? 0 : decibans;
}

static void print_decibans(FILE *out, const struct verdict *verdict, const double *decibans)
{
    for (size_t i = 0; i < shown_scenarios(verdict); i++)
        fprintf(out, "%*.1f", NUMBER_COLUMNS, shown(decibans[verdict->by_probability[i]]));
}

static void print_head(FILE *out, const struct verdict *verdict, const struct text_style *style)
{
    int columns = (int)shown_scenarios(verdict) * NUMBER_COLUMNS;
    fputs("\nWhat each piece of evidence says, in decibans (10: a factor of ten)\n", out);
    if (verdict->extrapolation)
        fputs("  (the evidence lies outside what was simulated: these figures are guesses)\n", out);
    for (size_t i = 0; i < shown_scenarios(verdict); i++) {
        fprintf(out, "  [%zu] ", i + 1);
        print_clean(out, verdict->scenarios[verdict->by_probability[i]].name, style->utf8);
        fputs(" against all others\n", out);
    }
    print_name(out, "", 2 + name_columns(verdict, style), style);
    fprintf(out, "%*s  %*s\n", columns, "alone", columns, "added last");
    print_name(out, "", 2 + name_columns(verdict, style), style);
    for (int last = 0; last < 2; last++) {
        for (size_t i = 0; i < shown_scenarios(verdict); i++)
            fprintf(out, "%*s%zu]", NUMBER_COLUMNS - 2, "[", i + 1);
        fputs(last ? "\n" : "  ", out);
    }
}

static void print_line(FILE *out, const struct verdict *verdict, const struct balance_line *line,
                       const struct text_style *style)
{
    fputs("  ", out);
    print_name(out, line->name, name_columns(verdict, style), style);
    print_decibans(out, verdict, line->alone);
    fputs("  ", out);
    print_decibans(out, verdict, line->last);
    fputc('\n', out);
}

/* One line of the sensitivity: who leads without this piece, and by how much. */
static void print_without(FILE *out, const struct verdict *verdict, const struct balance_line *line,
                          const struct text_style *style)
{
    enum { LEADER = 34, REST = 20 }; /* "without" and the share */
    char share[32];
    words_round_percent(share, sizeof share, line->probability_without);
    fputs("  without ", out);
    print_name(out, line->name, style->width - LEADER - REST, style);
    print_name(out, verdict->scenarios[line->best_without].name, LEADER, style);
    fprintf(out, "%s\n", share);
}

/* Which statistics are worth no more than shuffled copies of themselves would be. */
static void print_noise(FILE *out, const struct verdict *verdict, const struct text_style *style)
{
    const struct importance *importance = &verdict->balance.importance;
    size_t n = 0;
    fprintf(out,
            "\nWorth over all simulated logs: pure noise gets up to %.4f bits. No more than that:",
            importance->noise_most);
    for (size_t c = 0; c < importance->n_columns; c++) {
        if (importance->bits[c] > importance->noise_most)
            continue;
        fputs(n++ == 0 ? "\n  " : ", ", out);
        print_clean(out, verdict->evidence->requests[c].label, style->utf8);
    }
    fputs(n == 0 ? " none of them.\n" : "\n", out);
}

void report_balance_print(FILE *out, const struct verdict *verdict, const struct text_style *style)
{
    const struct balance *balance = &verdict->balance;
    char share[32];
    if (!balance->is_done)
        return;
    print_head(out, verdict, style);
    for (size_t i = 0; i < balance->n_families; i++)
        print_line(out, verdict, &balance->family[i], style);
    fputs("\n  the single ones that move the leader most:\n", out);
    for (size_t i = 0; i < balance->n_singles && i < SHOWN_SINGLES; i++)
        print_line(out, verdict, &balance->single[i], style);
    words_round_percent(share, sizeof share, balance->best_probability);
    fputs("\nWho would lead without one of them (quick method; with all: ", out);
    print_clean(out, verdict->scenarios[balance->best].name, style->utf8);
    fprintf(out, ", %s)\n", share);
    for (size_t i = 0; i < balance->n_singles && i < SHOWN_SINGLES; i++)
        print_without(out, verdict, &balance->single[i], style);
    print_noise(out, verdict, style);
}

/* ---- JSON ---- */

static json_t *name_json(const char *name)
{
    char *valid = valid_utf8_copy(name);
    json_t *value = valid != NULL ? json_string(valid) : NULL;
    free(valid);
    return value;
}

static json_t *numbers_json(const double *x, size_t n)
{
    json_t *array = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(array,
                              isfinite(x[i]) ? json_real(x[i] == 0 ? 0 : x[i]) : json_null());
    return array;
}

static json_t *line_json(const struct verdict *verdict, const struct balance_line *line)
{
    size_t n = verdict->n_scenarios;
    return json_pack("{s:o, s:I, s:o, s:o, s:f, s:f, s:o, s:f}", "name", name_json(line->name),
                     "statistics", (json_int_t)line->n_statistics, "alone",
                     numbers_json(line->alone, n), "last", numbers_json(line->last, n),
                     "alone_gain_bits", line->alone_gain_bits, "lost_gain_bits",
                     line->lost_gain_bits, "most_probable_without",
                     name_json(verdict->scenarios[line->best_without].name), "probability_without",
                     line->probability_without);
}

static json_t *lines_json(const struct verdict *verdict, const struct balance_line *lines, size_t n)
{
    json_t *array = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(array, line_json(verdict, &lines[i]));
    return array;
}

static json_t *importance_json(const struct verdict *verdict)
{
    const struct importance *importance = &verdict->balance.importance;
    json_t *array = json_array();
    for (size_t c = 0; c < importance->n_columns; c++)
        json_array_append_new(array, json_pack("{s:o, s:f}", "name",
                                               name_json(verdict->evidence->requests[c].label),
                                               "bits", importance->bits[c]));
    return json_pack("{s:f, s:o, s:o}", "noise_most", importance->noise_most, "noise",
                     numbers_json(importance->noise, NOISE_COLUMNS), "statistics", array);
}

json_t *report_balance_json(const struct verdict *verdict)
{
    const struct balance *balance = &verdict->balance;
    if (!balance->is_done)
        return json_null();
    json_t *names = json_array();
    for (size_t s = 0; s < verdict->n_scenarios; s++)
        json_array_append_new(names, name_json(verdict->scenarios[s].name));
    return json_pack("{s:o, s:o, s:o, s:f, s:o, s:o, s:o}", "scenarios", names, "all",
                     numbers_json(balance->all, verdict->n_scenarios), "most_probable",
                     name_json(verdict->scenarios[balance->best].name), "probability",
                     balance->best_probability, "families",
                     lines_json(verdict, balance->family, balance->n_families), "statistics",
                     lines_json(verdict, balance->single, balance->n_singles), "importance",
                     importance_json(verdict));
}
