/* report_html.h - the verdict as one self-contained page.
 *
 * No script, nothing fetched from elsewhere (the page's own policy forbids it), pictures inline,
 * light and dark, printable. All foreign text is escaped.
 */
#ifndef ANALYSIS_REPORT_REPORT_HTML_H
#define ANALYSIS_REPORT_REPORT_HTML_H

#include <stdio.h>

#include "analysis/report/report_plot.h"

/* Prints the page. `plot_note` says why there are no pictures, "" where there are. Errors show in
 * ferror(out). */
void report_html_print(FILE *out, const struct report_input *input,
                       const struct report_plots *plots, const char *plot_note);

#endif
