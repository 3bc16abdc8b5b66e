/* tsv.h - reads a table of tab-separated values, plain or gzip-compressed, for tests. */
#ifndef TESTS_SUPPORT_TSV_H
#define TESTS_SUPPORT_TSV_H

#include <stddef.h>

#define TSV_MAX_COLUMNS 16

struct tsv {
    char *text; /* the file; tabs and line ends became NUL */
    size_t n_rows;
    char *(*cell)[TSV_MAX_COLUMNS]; /* cell[row][column]; "" where a line is short */
};

/* Reads the file, leaving out the first `n_skip` lines. Fails the running test where it cannot. */
void tsv_read(struct tsv *self, const char *path, size_t n_skip);
void tsv_free(struct tsv *self);

#endif
