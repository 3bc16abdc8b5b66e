/* report_text.h - the verdict for a terminal or a plain file. */
#ifndef ANALYSIS_REPORT_REPORT_TEXT_H
#define ANALYSIS_REPORT_REPORT_TEXT_H

#include <stdbool.h>
#include <stdio.h>

#include "analysis/weigh/verdict.h"

#define TEXT_WIDTH_MIN 80
#define TEXT_WIDTH_MAX 120

struct text_style {
    unsigned width; /* columns, TEXT_WIDTH_MIN to TEXT_WIDTH_MAX */
    bool utf8;      /* else plain ASCII */
    bool colour;    /* terminal colours */
};

/* What suits a stream: width from COLUMNS, else from the terminal, else 100, held within the
 * bounds; UTF-8 where LC_ALL, LC_CTYPE or LANG (the first that is set) says so; colours where the
 * stream is a terminal, TERM is not "dumb" and NO_COLOR is unset or empty. */
struct text_style text_style_for(FILE *out);

/* 100 columns, UTF-8, no colour: for files, the same on every machine. */
struct text_style text_style_file(void);

/* Prints the verdict. `report_path` is where the report was left, or NULL. Lines keep to the width.
 * Errors show in ferror(out). */
void report_text_print(FILE *out, const struct verdict *verdict, const char *report_path,
                       const struct text_style *style);

#endif
