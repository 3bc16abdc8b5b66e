/* report_plot.h - the pictures of a verdict, drawn by gnuplot as SVG.
 *
 * Each picture is a row of plot_kinds: a name, what it shows, and a function that prints its
 * gnuplot script. A script holds numbers in inline data blocks, foreign text in single-quoted
 * strings only (escape.h), and no file name.
 */
#ifndef ANALYSIS_REPORT_REPORT_PLOT_H
#define ANALYSIS_REPORT_REPORT_PLOT_H

#include <stdbool.h>
#include <stdio.h>

#include "analysis/report/report.h"

enum { PLOT_PROBABILITY, PLOT_RELIABILITY, PLOT_CONFUSION, PLOT_FIT, PLOT_DAYS, PLOT_COUNT };

struct plot_kind {
    const char *name;    /* of the file: "probability" */
    const char *caption; /* what it shows and how to read it */
    bool (*is_possible)(const struct report_input *input);
    int (*print)(FILE *out, const struct report_input *input, struct message *message);
};
extern const struct plot_kind plot_kinds[PLOT_COUNT];

/* Pictures as text; NULL where the input has nothing to draw. */
struct report_plots {
    char *svg[PLOT_COUNT];
};

/* Draws all. STATUS_RUN where gnuplot is missing or fails: *plots is then empty. The caller frees
 * with report_plots_free, also after a failure. */
int report_plots_draw(struct report_plots *plots, const struct report_input *input,
                      struct message *message);
void report_plots_free(struct report_plots *plots);

/* Prints a picture for use inside a page: without XML prologue and paper, ink in the page's own
 * text colour. */
void report_plot_print_inline(FILE *out, const char *svg);

#endif
