#include "tests/support/check.h"

#include "tests/support/tsv.h"

#include <zlib.h>

static char *read_all(const char *path)
{
    gzFile file = gzopen(path, "rb");
    if (file == NULL)
        fail_msg("cannot open %s (tests run from the project's root)", path);
    size_t used = 0, size = 1u << 16;
    char *text = malloc(size);
    assert_non_null(text);
    for (int n; (n = gzread(file, text + used, (unsigned)(size - used - 1))) > 0;) {
        used += (size_t)n;
        if (size - used < 2) {
            text = realloc(text, size *= 2);
            assert_non_null(text);
        }
    }
    assert_int_equal(gzclose(file), Z_OK);
    text[used] = '\0';
    return text;
}

static void split_line(char *line, char *cells[TSV_MAX_COLUMNS])
{
    int column = 0;
    char *end = line + strlen(line);
    for (; column < TSV_MAX_COLUMNS; column++) {
        cells[column] = line;
        char *tab = strchr(line, '\t');
        if (tab == NULL) {
            line = end;
        } else {
            *tab = '\0';
            line = tab + 1;
        }
    }
}

void tsv_read(struct tsv *self, const char *path, size_t n_skip)
{
    memset(self, 0, sizeof *self);
    self->text = read_all(path);
    size_t n_lines = 0;
    for (const char *c = self->text; *c != '\0'; c++)
        n_lines += *c == '\n';
    self->cell = calloc(n_lines + 1, sizeof *self->cell);
    assert_non_null(self->cell);
    char *line = self->text;
    for (size_t i = 0; i < n_lines; i++) {
        char *end = strchr(line, '\n');
        *end = '\0';
        if (i >= n_skip)
            split_line(line, self->cell[self->n_rows++]);
        line = end + 1;
    }
}

void tsv_free(struct tsv *self)
{
    free(self->text);
    free(self->cell);
    memset(self, 0, sizeof *self);
}
