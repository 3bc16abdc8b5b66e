/* gnuplot.h - runs gnuplot, without a shell, on a script that names no file. */
#ifndef ANALYSIS_REPORT_GNUPLOT_H
#define ANALYSIS_REPORT_GNUPLOT_H

#include <stddef.h>

#include "sim/status.h"

/* Feeds a script to gnuplot's standard input and gives what it writes to standard output (an SVG
 * picture) in *svg, NUL-terminated, which the caller frees. gnuplot reads no start-up file and gets
 * an empty environment but for PATH. STATUS_RUN where it is not installed, fails, or writes no
 * whole picture; *svg is then NULL. */
int gnuplot_run(const char *script, size_t size, char **svg, struct message *message);

#endif
