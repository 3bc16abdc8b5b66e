/* escape.h - foreign text (names from a log, titles from a file) made harmless for where it is
 * shown.
 *
 * Whatever is shown to people first loses control bytes, terminal escapes, directional controls
 * (Unicode UAX 9: they can make a text read otherwise than it is stored), invisible characters and
 * malformed UTF-8: each becomes U+FFFD, in ASCII '?'. White space becomes a plain space. Then the
 * format's own rules apply.
 */
#ifndef ANALYSIS_REPORT_ESCAPE_H
#define ANALYSIS_REPORT_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define CLEAN_CHARACTER_BYTES 5 /* room for one cleaned character with its closing NUL */

/* Takes the next character of a NUL-terminated text, cleans it and writes it, NUL-terminated, to
 * out; *text moves on. Gives its code point, 0 at the end (out is then ""). With `utf8` false every
 * character beyond ASCII becomes '?'. */
uint32_t clean_character(const char **text, bool utf8, char out[CLEAN_CHARACTER_BYTES]);

/* Columns that a cleaned character fills in a terminal: 0 for combining marks, 2 for wide East
 * Asian ones and pictograms (Unicode UAX 11, by block), else 1. */
unsigned character_columns(uint32_t code);

/* Columns of a whole cleaned text. */
size_t text_columns(const char *text, bool utf8);

/* A cleaned copy of at most `columns` columns, a longer one cut with an ellipsis ("..." in ASCII).
 * `columns` at least 4. The caller frees; NULL when memory runs out. NULL text counts as "". */
char *clean_copy(const char *text, bool utf8, size_t columns);

/* The printers below take NULL as "". Errors show in ferror(out). */

/* Cleaned text as it is, for terminals and plain files. */
void print_clean(FILE *out, const char *text, bool utf8);

/* For HTML and SVG, in text and in quoted attributes alike: & < > " ' and the back-quote become
 * references. */
void print_html(FILE *out, const char *text);

/* A single-quoted gnuplot string with its quotes. Inside, an apostrophe becomes U+2019 and a
 * back-quote U+02CB: gnuplot 5.4 misreads a string that begins with the doubled apostrophe of its
 * own manual, and runs what stands between two back-quotes in other strings. */
void print_gnuplot(FILE *out, const char *text);

/* One CSV cell (RFC 4180), quoted. A cell that a spreadsheet would take for a formula (= + - @)
 * gets an apostrophe before it. */
void print_csv(FILE *out, const char *text);

/* Valid UTF-8 with nothing else changed: malformed sequences become U+FFFD. For JSON, whose own
 * escapes keep control characters harmless. The caller frees; NULL when memory runs out. */
char *valid_utf8_copy(const char *text);

#endif
