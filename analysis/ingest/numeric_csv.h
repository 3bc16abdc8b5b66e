/* numeric_csv.h - a table of numbers from a text file, for "bring your own table".
 *
 * One header line, then one row a line. The separator is taken from the header: comma, tab,
 * semicolon, or else blanks (any number of them counts as one). Fields may stand in double quotes;
 * lines may end in LF or CRLF; the file may be gzipped. A missing value is an empty field (not with
 * blanks as separator), NA, NaN or "."; it becomes NaN and is counted. Everything else that is not
 * a finite decimal number, and every line with more or fewer fields than the header, is refused
 * with file and line: columns never shift silently.
 */
#ifndef ANALYSIS_INGEST_NUMERIC_CSV_H
#define ANALYSIS_INGEST_NUMERIC_CSV_H

#include "sim/status.h"

#include <stddef.h>
#include <stdint.h>

enum {
    NUMERIC_CSV_COLUMNS_MAX = 8192,
    NUMERIC_CSV_LINE_MAX = 1 << 20,
    NUMERIC_CSV_LABELS_MAX = 1000
};

struct numeric_csv {
    size_t n_rows, n_columns; /* columns without the label column */
    char **column_name;
    double *value;      /* value[row * n_columns + column] */
    size_t n_missing;   /* NaN values */
    char *label_column; /* its name, or NULL */
    uint16_t *label;    /* per row, or NULL if there is no label column */
    size_t n_labels;
    char **label_name; /* in order of first appearance; numeric_csv_sort_labels sorts them */
};

/* How the label column is chosen. */
enum { LABEL_NONE, LABEL_FIRST, LABEL_NAMED, LABEL_IF_PRESENT };

/* Reads `path`. label_choice LABEL_FIRST: the first column is text; LABEL_NAMED: the column
 * `label_name` is; LABEL_IF_PRESENT: the same, but the column may be absent; LABEL_NONE: all are
 * numbers. Fails with STATUS_INPUT for anything unreadable, STATUS_RUN for lack of memory; *self
 * may then still be given to numeric_csv_free. */
int numeric_csv_read(struct numeric_csv *self, const char *path, int label_choice,
                     const char *label_name, struct message *message);

void numeric_csv_free(struct numeric_csv *self);

/* Index of the column with this name, or n_columns. */
size_t numeric_csv_find(const struct numeric_csv *self, const char *name);

/* Sorts the label names (numbers by value if all are numbers, else by bytes) and renumbers the
 * rows. */
void numeric_csv_sort_labels(struct numeric_csv *self);

#endif
