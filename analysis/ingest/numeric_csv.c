#include "analysis/ingest/numeric_csv.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

struct reader {
    struct numeric_csv *table;
    const char *path;
    gzFile file;
    char *line;
    size_t line_number;
    char separator; /* ' ' stands for blanks */
    char **field;
    size_t n_fields;    /* of the header */
    size_t label_field; /* n_fields: none */
    size_t rows_room;
    struct message *message;
};

/* Reads one line without its end. Returns 1, 0 at the end of the file, -1 on error (message set).
 */
static int next_line(struct reader *r)
{
    if (gzgets(r->file, r->line, NUMERIC_CSV_LINE_MAX) == NULL) {
        int code = Z_OK;
        const char *text = gzerror(r->file, &code);
        if (code == Z_OK || code == Z_STREAM_END)
            return 0;
        fail(r->message, STATUS_INPUT, "%s: cannot be read after line %zu: %s", r->path,
             r->line_number, code == Z_ERRNO ? strerror(errno) : text);
        return -1;
    }
    r->line_number++;
    size_t length = strlen(r->line);
    if (length + 1 == NUMERIC_CSV_LINE_MAX && r->line[length - 1] != '\n') {
        fail(r->message, STATUS_INPUT, "%s:%zu: the line is longer than %d bytes", r->path,
             r->line_number, NUMERIC_CSV_LINE_MAX);
        return -1;
    }
    /* A NUL byte would hide the rest of the line. */
    if (length == 0 || (r->line[length - 1] != '\n' && !gzeof(r->file))) {
        fail(r->message, STATUS_INPUT, "%s:%zu: a NUL byte: this is not a text file", r->path,
             r->line_number);
        return -1;
    }
    while (length > 0 && (r->line[length - 1] == '\n' || r->line[length - 1] == '\r'))
        r->line[--length] = '\0';
    return 1;
}

static char choose_separator(const char *header)
{
    if (strchr(header, ',') != NULL)
        return ',';
    if (strchr(header, '\t') != NULL)
        return '\t';
    return strchr(header, ';') != NULL ? ';' : ' ';
}

static int is_separator(const struct reader *r, char c)
{
    return r->separator == ' ' ? c == ' ' || c == '\t' : c == r->separator;
}

static char *skip_blanks(const struct reader *r, char *at)
{
    while (*at == ' ' || (*at == '\t' && r->separator != '\t'))
        at++;
    return at;
}

/* Cuts a quoted field at `at` (after the quote) in place; returns the place after the closing
 * quote, NULL if none. */
static char *cut_quoted(char *at)
{
    char *to = at;
    for (; *at != '\0'; at++) {
        if (*at == '"' && at[1] != '"') {
            *to = '\0';
            return at + 1;
        }
        if (*at == '"')
            at++;
        *to++ = *at;
    }
    return NULL;
}

static void trim_end(const char *start, char *end)
{
    while (end > start && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    *end = '\0';
}

/* Splits the line in place; returns the number of fields, or 0 with a message set. */
static size_t split_line(struct reader *r, size_t n_max)
{
    size_t n = 0;
    char *at = r->line;
    if (r->separator == ' ')
        at = skip_blanks(r, at);
    for (;;) {
        if (n == n_max) {
            n++; /* one too many: the caller reports it */
            break;
        }
        at = skip_blanks(r, at);
        char *start = at, *end;
        if (*at == '"') {
            start = at + 1;
            end = cut_quoted(start);
            if (end == NULL || (*(end = skip_blanks(r, end)) != '\0' && !is_separator(r, *end) &&
                                r->separator != ' ')) {
                fail(r->message, STATUS_INPUT, "%s:%zu: a quote in field %zu is not closed",
                     r->path, r->line_number, n + 1);
                return 0;
            }
        } else {
            for (end = at; *end != '\0' && !is_separator(r, *end); end++)
                ;
        }
        int is_last = *end == '\0';
        if (*start != '"' && start == at)
            trim_end(start, end);
        r->field[n++] = start;
        if (is_last)
            break;
        at = end + 1;
        if (r->separator == ' ' && *(at = skip_blanks(r, at)) == '\0')
            break;
    }
    return n;
}

static int is_missing(const char *text)
{
    return *text == '\0' || strcmp(text, "NA") == 0 || strcmp(text, "NaN") == 0 ||
           strcmp(text, "nan") == 0 || strcmp(text, ".") == 0;
}

static int parse_number(const char *text, double *out)
{
    char *end;
    if (text[strspn(text, "+-.0123456789eE")] != '\0')
        return 0; /* no hexadecimal, no infinity */
    *out = strtod(text, &end);
    return end != text && *end == '\0' && isfinite(*out);
}

static int intern_label(struct reader *r, const char *text, uint16_t *out)
{
    struct numeric_csv *t = r->table;
    for (size_t i = 0; i < t->n_labels; i++)
        if (strcmp(t->label_name[i], text) == 0) {
            *out = (uint16_t)i;
            return STATUS_OK;
        }
    if (*text == '\0')
        return fail(r->message, STATUS_INPUT, "%s:%zu: the model's name is empty", r->path,
                    r->line_number);
    if (t->n_labels == NUMERIC_CSV_LABELS_MAX)
        return fail(r->message, STATUS_INPUT,
                    "%s:%zu: more than %d different model names; is column %zu really the model? "
                    "(--label NAME chooses another)",
                    r->path, r->line_number, NUMERIC_CSV_LABELS_MAX, r->label_field + 1);
    t->label_name[t->n_labels] = strdup(text);
    if (t->label_name[t->n_labels] == NULL)
        return fail(r->message, STATUS_RUN, "out of memory while reading %s", r->path);
    *out = (uint16_t)t->n_labels++;
    return STATUS_OK;
}

static int grow_rows(struct reader *r)
{
    struct numeric_csv *t = r->table;
    if (t->n_rows < r->rows_room)
        return STATUS_OK;
    size_t room = r->rows_room ? 2 * r->rows_room : 1024;
    double *value = realloc(t->value, (room * t->n_columns + 1) * sizeof *value);
    if (value != NULL)
        t->value = value;
    uint16_t *label = realloc(t->label, room * sizeof *label);
    if (label != NULL)
        t->label = label;
    if (value == NULL || label == NULL)
        return fail(r->message, STATUS_RUN, "out of memory after %zu rows of %s", t->n_rows,
                    r->path);
    r->rows_room = room;
    return STATUS_OK;
}

static int store_row(struct reader *r)
{
    struct numeric_csv *t = r->table;
    int code = grow_rows(r);
    double *value = t->value + t->n_rows * t->n_columns;
    for (size_t f = 0, column = 0; f < r->n_fields && code == STATUS_OK; f++) {
        const char *text = r->field[f];
        if (f == r->label_field) {
            code = intern_label(r, text, &t->label[t->n_rows]);
            continue;
        }
        value[column] = NAN;
        if (is_missing(text))
            t->n_missing++;
        else if (!parse_number(text, &value[column]))
            code = fail(r->message, STATUS_INPUT,
                        "%s:%zu: column '%s' holds '%.40s'; expected a number, or nothing for a "
                        "missing value",
                        r->path, r->line_number, t->column_name[column], text);
        column++;
    }
    t->n_rows += code == STATUS_OK;
    return code;
}

static int read_rows(struct reader *r)
{
    int state, blank = 0;
    while ((state = next_line(r)) == 1) {
        if (*skip_blanks(r, r->line) == '\0' && r->n_fields > 1) {
            blank = 1; /* allowed at the end of the file only */
            continue;
        }
        if (blank)
            return fail(r->message, STATUS_INPUT, "%s:%zu: there is an empty line before this row",
                        r->path, r->line_number);
        size_t n = split_line(r, r->n_fields);
        if (n == 0)
            return STATUS_INPUT;
        if (n != r->n_fields)
            return fail(r->message, STATUS_INPUT,
                        "%s:%zu: found %s%zu fields, but the header has %zu", r->path,
                        r->line_number, n > r->n_fields ? "more than " : "",
                        n > r->n_fields ? r->n_fields : n, r->n_fields);
        int code = store_row(r);
        if (code != STATUS_OK)
            return code;
    }
    return state < 0 ? STATUS_INPUT : STATUS_OK;
}

static int name_columns(struct reader *r)
{
    struct numeric_csv *t = r->table;
    for (size_t f = 0; f < r->n_fields; f++) {
        if (f == r->label_field)
            continue;
        if (*r->field[f] == '\0')
            return fail(r->message, STATUS_INPUT, "%s:1: column %zu has no name", r->path, f + 1);
        if (numeric_csv_find(t, r->field[f]) < t->n_columns)
            return fail(r->message, STATUS_INPUT, "%s:1: two columns are called '%.60s'", r->path,
                        r->field[f]);
        t->column_name[t->n_columns] = strdup(r->field[f]);
        if (t->column_name[t->n_columns++] == NULL)
            return fail(r->message, STATUS_RUN, "out of memory while reading %s", r->path);
    }
    return STATUS_OK;
}

static int find_label(struct reader *r, int label_choice, const char *label_name)
{
    r->label_field = label_choice == LABEL_FIRST ? 0 : r->n_fields;
    for (size_t f = 0; label_choice >= LABEL_NAMED && f < r->n_fields; f++)
        if (strcmp(r->field[f], label_name) == 0)
            r->label_field = f;
    if (label_choice == LABEL_NAMED && r->label_field == r->n_fields)
        return fail(r->message, STATUS_INPUT, "%s:1: there is no column '%s'", r->path, label_name);
    if (r->label_field == r->n_fields)
        return STATUS_OK;
    r->table->label_column = strdup(r->field[r->label_field]);
    return r->table->label_column != NULL
               ? STATUS_OK
               : fail(r->message, STATUS_RUN, "out of memory while reading %s", r->path);
}

/* Without names a header of numbers would silently lose a row. */
static int check_header(struct reader *r)
{
    double number;
    for (size_t f = 0; f < r->n_fields; f++)
        if (!parse_number(r->field[f], &number))
            return STATUS_OK;
    return fail(r->message, STATUS_INPUT,
                "%s:1: the first line holds only numbers; expected a header with column names",
                r->path);
}

static int read_header(struct reader *r, int label_choice, const char *label_name)
{
    int state = next_line(r);
    if (state <= 0)
        return state < 0 ? STATUS_INPUT
                         : fail(r->message, STATUS_INPUT,
                                "%s: the file is empty; expected a header line", r->path);
    if (strncmp(r->line, "\xef\xbb\xbf", 3) == 0) /* a byte-order mark is no part of a name */
        memmove(r->line, r->line + 3, strlen(r->line + 3) + 1);
    r->separator = choose_separator(r->line);
    r->n_fields = split_line(r, NUMERIC_CSV_COLUMNS_MAX);
    if (r->n_fields == 0)
        return STATUS_INPUT;
    if (r->n_fields > NUMERIC_CSV_COLUMNS_MAX)
        return fail(r->message, STATUS_INPUT, "%s:1: more than %d columns", r->path,
                    NUMERIC_CSV_COLUMNS_MAX);
    int code = check_header(r);
    if (code == STATUS_OK)
        code = find_label(r, label_choice, label_name);
    return code == STATUS_OK ? name_columns(r) : code;
}

static int reader_init(struct reader *r)
{
    r->line = malloc(NUMERIC_CSV_LINE_MAX);
    r->field = malloc((NUMERIC_CSV_COLUMNS_MAX + 1) * sizeof *r->field);
    r->table->column_name = calloc(NUMERIC_CSV_COLUMNS_MAX + 1, sizeof(char *));
    r->table->label_name = calloc(NUMERIC_CSV_LABELS_MAX + 1, sizeof(char *));
    if (r->line == NULL || r->field == NULL || r->table->column_name == NULL ||
        r->table->label_name == NULL)
        return fail(r->message, STATUS_RUN, "out of memory while reading %s", r->path);
    r->file = gzopen(r->path, "rb");
    if (r->file == NULL)
        return fail(r->message, STATUS_INPUT, "cannot open %s: %s", r->path,
                    errno != 0 ? strerror(errno) : "out of memory");
    return STATUS_OK;
}

int numeric_csv_read(struct numeric_csv *self, const char *path, int label_choice,
                     const char *label_name, struct message *message)
{
    struct reader r = {.table = self, .path = path, .message = message};
    *self = (struct numeric_csv){0};
    errno = 0;
    int code = reader_init(&r);
    if (code == STATUS_OK)
        code = read_header(&r, label_choice, label_name);
    if (code == STATUS_OK)
        code = read_rows(&r);
    if (code == STATUS_OK && self->label_column == NULL) {
        free(self->label);
        self->label = NULL;
    }
    if (r.file != NULL)
        gzclose(r.file);
    free(r.line);
    free(r.field);
    return code;
}

void numeric_csv_free(struct numeric_csv *self)
{
    for (size_t i = 0; self->column_name != NULL && i < self->n_columns; i++)
        free(self->column_name[i]);
    for (size_t i = 0; self->label_name != NULL && i < self->n_labels; i++)
        free(self->label_name[i]);
    free(self->column_name);
    free(self->label_name);
    free(self->value);
    free(self->label_column);
    free(self->label);
    *self = (struct numeric_csv){0};
}

size_t numeric_csv_find(const struct numeric_csv *self, const char *name)
{
    for (size_t i = 0; i < self->n_columns; i++)
        if (strcmp(self->column_name[i], name) == 0)
            return i;
    return self->n_columns;
}

static int name_order(const char *a, const char *b, int numeric)
{
    double x = 0, y = 0;
    if (numeric && parse_number(a, &x) && parse_number(b, &y) && x != y)
        return x < y ? -1 : 1;
    return strcmp(a, b);
}

void numeric_csv_sort_labels(struct numeric_csv *self)
{
    uint16_t rank[NUMERIC_CSV_LABELS_MAX];
    char *sorted[NUMERIC_CSV_LABELS_MAX];
    double number;
    int numeric = 1;
    for (size_t i = 0; i < self->n_labels; i++)
        numeric = numeric && parse_number(self->label_name[i], &number);
    for (size_t i = 0; i < self->n_labels; i++) {
        rank[i] = 0;
        for (size_t j = 0; j < self->n_labels; j++)
            rank[i] = (uint16_t)(rank[i] + (name_order(self->label_name[j], self->label_name[i],
                                                       numeric) < 0));
    }
    for (size_t i = 0; i < self->n_labels; i++)
        sorted[rank[i]] = self->label_name[i];
    for (size_t i = 0; i < self->n_labels; i++)
        self->label_name[i] = sorted[i];
    for (size_t i = 0; i < self->n_rows && self->label != NULL; i++)
        self->label[i] = rank[self->label[i]];
}
