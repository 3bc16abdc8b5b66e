#include "analysis/report/report_plot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/report/escape.h"
#include "analysis/report/gnuplot.h"
#include "analysis/report/plot_parts.h"

const char *const plot_colours[PLOT_COLOURS] = {"#0072b2", "#d55e00", "#009e73",
                                                "#e69f00", "#cc79a7", "#56b4e9"};

const struct plot_kind plot_kinds[PLOT_COUNT] = {
    [PLOT_PROBABILITY] = {"probability",
                          "Probability of each explanation after the evidence (bars; the thin "
                          "line is twice the simulation error to either side) and before it "
                          "(orange marks).",
                          probability_possible, probability_print},
    [PLOT_RELIABILITY] = {"reliability",
                          "Does it keep its word? Each point gathers held-out trials in which the "
                          "program said about the same probability; on the diagonal it was right "
                          "as often as it said. Below: how many trials stand behind each point.",
                          reliability_possible, reliability_print},
    [PLOT_CONFUSION] = {"confusion",
                        "What was chosen (columns) when each explanation was true (rows), in per "
                        "cent of held-out trials. A dark diagonal is good; a dark cell beside it "
                        "is a pair that is easily confused.",
                        confusion_possible, confusion_print},
    [PLOT_FIT] = {"fit",
                  "The statistics that separate the explanations most. Coloured lines: where 95 % "
                  "of an explanation's simulated logs lie (dot: median), as percentile among the "
                  "simulated logs of all explanations. Grey: what was observed, with its "
                  "uncertainty. A fact far from a line speaks against that explanation.",
                  fit_possible, fit_print},
    [PLOT_DAYS] =
        {"days",
         "Each explanation at its best: of its simulated logs, the one that comes nearest to "
         "the evidence, as daily counts. Orange: daily means that follow from published "
         "counts.",
         days_possible, days_print},
};

void plot_head(FILE *out, int height_px)
{
    fprintf(out,
            "set encoding utf8\n"
            "set terminal svg size %d,%d noenhanced font 'sans-serif,13' background rgb '%s'\n"
            "set border 3 lc rgb '%s'\n"
            "set tics nomirror textcolor rgb '%s' scale 0.5\n"
            "set xlabel textcolor rgb '%s'\nset ylabel textcolor rgb '%s'\n"
            "set key off\nset style fill solid 1.0 noborder\n",
            PLOT_WIDTH_PX, height_px, COLOUR_PAPER, COLOUR_GREY, COLOUR_INK, COLOUR_INK,
            COLOUR_INK);
}

void plot_text(FILE *out, const char *text, size_t columns)
{
    char *copy = clean_copy(text, true, columns);
    print_gnuplot(out, copy);
    free(copy);
}

double plot_step(double most)
{
    double power = pow(10, floor(log10(most > 0 ? most : 1)));
    if (most >= 4 * power)
        return 2 * power;
    return most >= 2 * power ? power : power / 2;
}

static int draw(const struct plot_kind *kind, const struct report_input *input, char **svg,
                struct message *message)
{
    char *script = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&script, &size);
    if (out == NULL)
        return fail(message, STATUS_RUN, "out of memory for a picture");
    int status = kind->print(out, input, message);
    if (fclose(out) != 0 && status == STATUS_OK)
        status = fail(message, STATUS_RUN, "out of memory for a picture");
    if (status == STATUS_OK)
        status = gnuplot_run(script, size, GNUPLOT_LIMIT_S, svg, message);
    free(script);
    return status;
}

int report_plots_draw(struct report_plots *plots, const struct report_input *input,
                      struct message *message)
{
    int status = STATUS_OK;
    memset(plots, 0, sizeof *plots);
    for (int i = 0; status == STATUS_OK && i < PLOT_COUNT; i++)
        if (plot_kinds[i].is_possible(input))
            status = draw(&plot_kinds[i], input, &plots->svg[i], message);
    if (status != STATUS_OK)
        report_plots_free(plots);
    return status;
}

void report_plots_free(struct report_plots *plots)
{
    for (int i = 0; i < PLOT_COUNT; i++)
        free(plots->svg[i]);
    memset(plots, 0, sizeof *plots);
}

void report_plot_print_inline(FILE *out, const char *svg)
{
    static const struct {
        const char *from, *to;
    } changes[] = {
        {"rgb( 17,  17,  17)", "currentColor"}, {"rgb(17,17,17)", "currentColor"},
        {"fill=\"#fefefe\"", "fill=\"none\""},  {"color=\"black\"", "color=\"inherit\""},
        {"<title>Gnuplot</title>", ""},
    };
    enum { N_CHANGES = sizeof changes / sizeof *changes };
    const char *begin = strstr(svg, "<svg");
    for (const char *c = begin != NULL ? begin : ""; *c != '\0';) {
        int i = 0;
        while (i < N_CHANGES && strncmp(c, changes[i].from, strlen(changes[i].from)) != 0)
            i++;
        if (i == N_CHANGES) {
            fputc(*c++, out);
            continue;
        }
        fputs(changes[i].to, out);
        c += strlen(changes[i].from);
    }
}
