/* plot_days.c - daily counts of one simulated log per explanation, as small pictures one below the
 * other. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_sort.h>

#include "analysis/report/plot_parts.h"
#include "sim/civil.h"

#define PANELS_MAX 8 /* explanations shown: the most probable */
#define PANEL_PX 72
#define FOOT_PX 34
#define LEGEND_PX 18
#define LEVELS_MAX 6 /* shown; more would hide the counts */

bool days_possible(const struct report_input *input)
{
    const struct example_days *examples = input->examples;
    return examples != NULL && examples->n_days > 0 && examples->counts != NULL &&
           input->verdict->n_scenarios > 0;
}

struct days_layout {
    size_t n_panels, n_levels;
    double height, top; /* pixels; greatest count shown */
};

static size_t shown_scenarios(const struct report_input *input)
{
    size_t n = input->verdict->n_scenarios;
    return n < PANELS_MAX ? n : PANELS_MAX;
}

/* One scale for all, so that they can be compared; a few very busy days may be cut. Works on a
 * sorted copy of all shown counts. */
static int greatest_shown(const struct report_input *input, double *top, struct message *message)
{
    const struct example_days *examples = input->examples;
    size_t n = 0, n_days = examples->n_days, n_shown = shown_scenarios(input);
    double *counts = malloc((n_shown + 1) * n_days * sizeof *counts);
    if (counts == NULL)
        return fail(message, STATUS_RUN, "no pictures: out of memory");
    for (size_t p = 0; p < n_shown; p++, n += n_days)
        memcpy(counts + n, examples->counts + input->verdict->by_probability[p] * n_days,
               n_days * sizeof *counts);
    if (examples->observed != NULL) {
        memcpy(counts + n, examples->observed, n_days * sizeof *counts);
        n += n_days;
    }
    gsl_sort(counts, 1, n);
    *top = fmin(counts[n - 1], 1.2 * counts[(size_t)((double)(n - 1) * 0.99)]);
    if (!(*top >= 1))
        *top = fmax(1, counts[n - 1]);
    for (size_t i = 0; i < examples->n_levels && i < LEVELS_MAX; i++)
        *top = fmax(*top, 1.1 * examples->levels[i].high);
    free(counts);
    return STATUS_OK;
}

static void print_counts(FILE *out, const char *block, size_t number, const double *counts,
                         size_t n_days)
{
    fprintf(out, "$%s%zu << END\n", block, number);
    for (size_t d = 0; d < n_days; d++)
        fprintf(out, "%zu %.6g\n", d, counts[d]);
    fputs("END\n", out);
}

/* A tick at the first of every month, or of every third or twelfth where there are many. */
static void print_months(FILE *out, const struct example_days *examples)
{
    static const char *const names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct timezone_table utc = timezone_fixed(0);
    int step = examples->n_days > 1500 ? 12 : examples->n_days > 400 ? 3 : 1;
    struct civil_time begin = civil_from_utc(&utc, examples->first_day_us);
    bool early = begin.day > 1 && begin.day < 15 && step == 1;
    bool first = !early;
    fputs("set xtics (", out);
    if (early)
        fprintf(out, "'%d %s %d' 0", begin.day, names[begin.month - 1], (int)begin.year);
    for (size_t d = 0; d < examples->n_days; d++) {
        struct civil_time day =
            civil_from_utc(&utc, examples->first_day_us + (time_us)d * US_PER_DAY);
        if (day.day != 1 || (day.month - 1) % step != 0)
            continue;
        fprintf(out, "%s'%s %d' %zu", first ? "" : ", ", names[day.month - 1], (int)day.year, d);
        first = false;
    }
    fputs(first ? "'first day' 0)\n" : ")\n", out);
}

static void print_levels(FILE *out, const struct example_days *examples, size_t n_levels)
{
    for (size_t i = 0; i < n_levels; i++) {
        const struct daily_level *level = &examples->levels[i];
        double half = 0.5 * fabs(level->high - level->low);
        fprintf(out,
                "set object %zu rectangle from first %.6g, first %.6g to first %.6g, first %.6g "
                "back fc rgb '#f0b48a' fs solid noborder\n",
                i + 1, level->first_day - 0.5, level->low, level->first_day + level->n_days - 0.5,
                level->high);
        fprintf(out,
                "set arrow %zu from first %.6g, first %.6g to first %.6g, first %.6g nohead front "
                "lw 1.5 "
                "lc rgb '%s'\n",
                i + 1, level->first_day - 0.5, level->low + half,
                level->first_day + level->n_days - 0.5, level->low + half, COLOUR_ORANGE);
    }
}

static void print_panel(FILE *out, const struct days_layout *layout, size_t panel, const char *name,
                        const char *block, size_t number, const char *colour)
{
    double top = layout->height - 6 - PANEL_PX * (double)panel;
    fprintf(out, "set tmargin at screen %.4f\nset bmargin at screen %.4f\n",
            (top - 18) / layout->height, (top - PANEL_PX + 4) / layout->height);
    fputs("set label 1000 ", out);
    plot_text(out, name, 80);
    fprintf(out, " at graph 0, graph 1 left offset 0,0.6 front textcolor rgb '%s'\n", COLOUR_INK);
    fprintf(out, "plot $%s%zu using 1:2 with boxes lc rgb '%s'\n", block, number, colour);
}

static void print_level_legend(FILE *out, const struct days_layout *layout,
                               const struct example_days *examples)
{
    for (size_t i = 0; i < layout->n_levels; i++) {
        const struct daily_level *level = &examples->levels[i];
        double y = (LEGEND_PX * (double)(layout->n_levels - i) - 6) / layout->height;
        char range[64];
        snprintf(range, sizeof range,
                 level->low < level->high ? "%.3g to %.3g a day: " : "%.3g a day: ", level->low,
                 level->high);
        fprintf(out, "set label '%s' at screen 0.30, screen %.4f right textcolor rgb '%s'\n", range,
                y, COLOUR_ORANGE);
        fputs("set label ", out);
        plot_text(out, level->label, 60);
        fprintf(out, " at screen 0.31, screen %.4f left textcolor rgb '%s'\n", y, COLOUR_INK);
    }
}

static void print_panels(FILE *out, const struct report_input *input,
                         const struct days_layout *layout)
{
    const struct verdict *verdict = input->verdict;
    size_t panel = 0, last = layout->n_panels - 1;
    if (input->examples->observed != NULL) {
        print_panel(out, layout, panel++, "observed", "observed", 0, COLOUR_INK);
        fputs("unset label\n", out);
    }
    for (size_t p = 0; panel <= last; p++, panel++) {
        if (panel == last)
            print_months(out, input->examples);
        print_panel(out, layout, panel, verdict->scenarios[verdict->by_probability[p]].name, "days",
                    p, COLOUR_BLUE);
        fputs("unset label\n", out);
    }
}

int days_print(FILE *out, const struct report_input *input, struct message *message)
{
    const struct example_days *examples = input->examples;
    struct days_layout layout = {.top = 1};
    layout.n_panels = shown_scenarios(input) + (examples->observed != NULL ? 1 : 0);
    layout.n_levels = examples->n_levels < LEVELS_MAX ? examples->n_levels : LEVELS_MAX;
    layout.height =
        PANEL_PX * (double)layout.n_panels + FOOT_PX + LEGEND_PX * (double)layout.n_levels;
    int status = greatest_shown(input, &layout.top, message);
    if (status != STATUS_OK)
        return status;
    double step = plot_step(layout.top) * (layout.top / plot_step(layout.top) > 3 ? 2 : 1);
    plot_head(out, (int)layout.height);
    for (size_t p = 0; p < shown_scenarios(input); p++)
        print_counts(out, "days", p,
                     examples->counts + input->verdict->by_probability[p] * examples->n_days,
                     examples->n_days);
    if (examples->observed != NULL)
        print_counts(out, "observed", 0, examples->observed, examples->n_days);
    fprintf(out,
            "set lmargin at screen 0.08\nset rmargin at screen 0.98\nset xrange [-0.5:%zu.5]\n"
            "set yrange [0:%.6g]\nset boxwidth 0.8\nset format x ''\n"
            "set ytics font 'sans-serif,10' 0,%.6g\nset xtics ()\nset multiplot\n",
            examples->n_days - 1, layout.top * 1.05, step);
    print_level_legend(out, &layout, examples);
    print_levels(out, examples, layout.n_levels);
    print_panels(out, input, &layout);
    fputs("unset multiplot\n", out);
    return STATUS_OK;
}
