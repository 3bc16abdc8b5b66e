/* gnuplot.h - runs gnuplot, without a shell, on a script that names no file. */
#ifndef ANALYSIS_REPORT_GNUPLOT_H
#define ANALYSIS_REPORT_GNUPLOT_H

#include <stddef.h>

#include "sim/status.h"

/* Feeds a script to gnuplot's standard input and gives what it writes to standard output (an SVG
 * picture) in *svg, NUL-terminated, which the caller frees. gnuplot reads no start-up file and gets
 * an empty environment but for PATH. STATUS_RUN where it is not installed, fails, writes no
 * whole picture, or has not finished after `limit_s` seconds (it is then killed); *svg is then
 * NULL. */
int gnuplot_run(const char *script, size_t size, double limit_s, char **svg,
                struct message *message);

#define GNUPLOT_LIMIT_S 60.0 /* a picture takes less than a second */

#endif
