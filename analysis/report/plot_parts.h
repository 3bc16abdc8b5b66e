/* plot_parts.h - what the pictures share: colours, the head of a script, the pictures' functions.
 */
#ifndef ANALYSIS_REPORT_PLOT_PARTS_H
#define ANALYSIS_REPORT_PLOT_PARTS_H

#include "analysis/report/report_plot.h"

#define PLOT_WIDTH_PX 700
#define PLOT_NAME_COLUMNS 28 /* of a name at the left; a longer one is cut */

/* Ink and paper are unusual values on purpose: inside a page they are replaced (see
 * report_plot_print_inline). */
#define COLOUR_INK "#111111"
#define COLOUR_PAPER "#fefefe"
#define COLOUR_GREY "#8a8a8a"
#define COLOUR_BLUE "#0072b2"
#define COLOUR_ORANGE "#d55e00"

/* Colours that stay apart for the colour-blind (Okabe and Ito 2008). */
#define PLOT_COLOURS 6
extern const char *const plot_colours[PLOT_COLOURS];

/* Terminal, font, ink. Height in pixels. */
void plot_head(FILE *out, int height_px);

/* A quoted gnuplot string of the text, cut to `columns`. Prints '' when memory runs out. */
void plot_text(FILE *out, const char *text, size_t columns);

/* A round step (1, 2 or 5 times a power of ten) that cuts `most` into at least two and at most five
 * parts. */
double plot_step(double most);

bool probability_possible(const struct report_input *input);
int probability_print(FILE *out, const struct report_input *input, struct message *message);
bool reliability_possible(const struct report_input *input);
int reliability_print(FILE *out, const struct report_input *input, struct message *message);
bool confusion_possible(const struct report_input *input);
int confusion_print(FILE *out, const struct report_input *input, struct message *message);
bool fit_possible(const struct report_input *input);
int fit_print(FILE *out, const struct report_input *input, struct message *message);
bool days_possible(const struct report_input *input);
int days_print(FILE *out, const struct report_input *input, struct message *message);

#endif
