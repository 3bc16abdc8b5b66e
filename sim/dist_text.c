/* dist_text.c - distributions as text: reading and printing (dist.c draws). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/dist.h"

/* Smallest share of the mass that a truncation may keep: drawing is by rejection. */
#define LEAST_MASS 1e-6

struct dist_row {
    const char *name;
    enum dist_kind kind;
    const char *argument[2];
    bool has_unit[2];  /* does the argument carry the row's unit? */
    double minimum[2]; /* smallest allowed value of the argument */
    bool strictly[2];  /* must it be above the minimum? */
};

static const struct dist_row dist_rows[] = {
    {"uniform",
     DIST_UNIFORM,
     {"low", "high"},
     {true, true},
     {-INFINITY, -INFINITY},
     {false, false}},
    {"loguniform", DIST_LOGUNIFORM, {"low", "high"}, {true, true}, {0, 0}, {true, true}},
    {"normal", DIST_NORMAL, {"mean", "sd"}, {true, true}, {-INFINITY, 0}, {false, true}},
    {"lognormal", DIST_LOGNORMAL, {"median", "sigma"}, {true, false}, {0, 0}, {true, true}},
    {"gamma", DIST_GAMMA, {"shape", "scale"}, {false, true}, {0, 0}, {true, true}},
    {"beta", DIST_BETA, {"a", "b"}, {false, false}, {0, 0}, {true, true}},
    {"exponential", DIST_EXPONENTIAL, {"mean", NULL}, {true, false}, {0, 0}, {true, false}},
    {"poisson", DIST_POISSON, {"mean", NULL}, {true, false}, {0, 0}, {false, false}},
};
static const char *const dist_names[] = {"uniform", "loguniform",  "normal",  "lognormal", "gamma",
                                         "beta",    "exponential", "poisson", "choice",    NULL};

struct scanner {
    const char *text, *at;
    const struct param_row *row;
    struct message *message;
};

static int complain(const struct scanner *s, const char *expected)
{
    return fail(s->message, STATUS_INPUT, "\"%.200s\": expected %s at column %zu, found \"%.20s\"",
                s->text, expected, (size_t)(s->at - s->text) + 1, *s->at == '\0' ? "(end)" : s->at);
}

static void skip_space(struct scanner *s)
{
    while (*s->at == ' ' || *s->at == '\t')
        s->at++;
}

static bool accept(struct scanner *s, char c)
{
    skip_space(s);
    if (*s->at != c)
        return false;
    s->at++;
    return true;
}

static bool is_word_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
}

static size_t word_length(const char *text)
{
    size_t n = 0;
    while (is_word_letter(text[n]))
        n++;
    return n;
}

static int scan_word_value(struct scanner *s, double *value)
{
    size_t length = word_length(s->at);
    for (size_t i = 0; s->row->words[i] != NULL; i++) {
        if (strlen(s->row->words[i]) == length && memcmp(s->row->words[i], s->at, length) == 0) {
            s->at += length;
            *value = (double)i;
            return STATUS_OK;
        }
    }
    char wrong[64];
    size_t n = length < sizeof wrong ? length : sizeof wrong - 1;
    memcpy(wrong, s->at, n);
    wrong[n] = '\0';
    const char *near = nearest_word(wrong, s->row->words);
    char known[400] = "";
    for (size_t i = 0; s->row->words[i] != NULL; i++) {
        strncat(known, i == 0 ? "" : ", ", sizeof known - strlen(known) - 1);
        strncat(known, s->row->words[i], sizeof known - strlen(known) - 1);
    }
    return fail(s->message, STATUS_INPUT, "unknown word \"%s\"%s%s%s; known: %s", wrong,
                near ? " (did you mean \"" : "", near ? near : "", near ? "\"?)" : "", known);
}

/* strtod without the locale: digits, one point, an exponent; also "inf" for open truncation. */
static bool scan_digits(struct scanner *s, double *value)
{
    char copy[48];
    size_t n = 0;
    const char *at = s->at;
    if (*at == '+' || *at == '-')
        copy[n++] = *at++;
    if (strncmp(at, "inf", 3) == 0) {
        *value = s->at[0] == '-' ? -INFINITY : INFINITY;
        s->at = at + 3;
        return true;
    }
    size_t digits = 0;
    for (bool point = false;
         n < sizeof copy - 8 && ((*at >= '0' && *at <= '9') || (*at == '.' && !point)); at++) {
        point |= *at == '.';
        digits += *at != '.';
        copy[n++] = *at;
    }
    if (digits == 0)
        return false;
    if ((*at == 'e' || *at == 'E') &&
        (at[1] == '-' || at[1] == '+' || (at[1] >= '0' && at[1] <= '9'))) {
        copy[n++] = *at++;
        if (*at == '-' || *at == '+')
            copy[n++] = *at++;
        while (*at >= '0' && *at <= '9' && n < sizeof copy - 1)
            copy[n++] = *at++;
    }
    copy[n] = '\0';
    *value = strtod(copy, NULL); /* the program never leaves the C locale */
    s->at = at;
    return true;
}

/* A number with an optional unit; without a unit where has_unit is false. */
static int scan_number(struct scanner *s, bool has_unit, double *value)
{
    skip_space(s);
    if (s->row->unit == UNIT_WORD && has_unit)
        return scan_word_value(s, value);
    if (!scan_digits(s, value))
        return complain(s, "a number");
    const char *after_number = s->at;
    skip_space(s);
    size_t length = 0;
    while ((s->at[length] >= 'a' && s->at[length] <= 'z') || s->at[length] == '/' ||
           s->at[length] == '%')
        length++;
    if (length == 2 && memcmp(s->at, "in", 2) == 0)
        length = 0; /* the truncation, not a unit */
    if (length == 0) {
        s->at = after_number;
        return STATUS_OK;
    }
    double factor;
    if (!has_unit || !unit_factor(s->row->unit, s->at, length, &factor))
        return fail(s->message, STATUS_INPUT,
                    "\"%.200s\": wrong unit \"%.*s\" at column %zu; this value is in %s and may be "
                    "written with %s",
                    s->text, (int)(length > 20 ? 20 : length), s->at, (size_t)(s->at - s->text) + 1,
                    has_unit && *unit_name(s->row->unit) ? unit_name(s->row->unit) : "pure numbers",
                    has_unit ? unit_choices(s->row->unit) : "no unit");
    *value *= factor;
    s->at += length;
    return STATUS_OK;
}

static int scan_choices(struct scanner *s, struct dist *self)
{
    double total = 0.0;
    do {
        if (self->n_choices == DIST_MAX_CHOICES)
            return complain(s, "no more than 24 choices");
        double weight = 1.0;
        int status = scan_number(s, true, &self->choice[self->n_choices]);
        if (status == STATUS_OK && accept(s, ':'))
            status = scan_number(s, false, &weight);
        if (status != STATUS_OK)
            return status;
        if (!(weight >= 0.0) || !isfinite(weight))
            return complain(s, "a weight of 0 or more");
        total += weight;
        self->cumulative[self->n_choices++] = total;
    } while (accept(s, ','));
    if (!(total > 0.0))
        return complain(s, "weights that do not all vanish");
    for (size_t i = 0; i < self->n_choices; i++)
        self->cumulative[i] /= total;
    self->cumulative[self->n_choices - 1] = 1.0;
    return accept(s, ')') ? STATUS_OK : complain(s, "\",\" or \")\"");
}

/* Which argument comes next: by its name if "name=" stands here, else the first one not yet given.
 */
static int scan_argument_name(struct scanner *s, const struct dist_row *row, const bool given[2])
{
    skip_space(s);
    size_t length = word_length(s->at);
    const char *after = s->at + length;
    while (*after == ' ')
        after++;
    if (*after != '=')
        return !given[0] ? 0 : 1;
    for (int i = 0; i < 2 && row->argument[i] != NULL; i++) {
        if (strlen(row->argument[i]) == length && memcmp(row->argument[i], s->at, length) == 0) {
            s->at = after + 1;
            return i;
        }
    }
    return -1;
}

static int check_arguments(struct scanner *s, const struct dist_row *row, const struct dist *self)
{
    for (int i = 0; i < 2 && row->argument[i] != NULL; i++) {
        bool good = row->strictly[i] ? self->p[i] > row->minimum[i] : self->p[i] >= row->minimum[i];
        if (!good || !isfinite(self->p[i]))
            return fail(s->message, STATUS_INPUT, "\"%.200s\": %s of %s must be %s %g, found %g",
                        s->text, row->argument[i], row->name,
                        row->strictly[i] ? "above" : "a finite number, at least", row->minimum[i],
                        self->p[i]);
    }
    if ((row->kind == DIST_UNIFORM || row->kind == DIST_LOGUNIFORM) && self->p[0] > self->p[1])
        return fail(s->message, STATUS_INPUT, "\"%.200s\": low %g is above high %g", s->text,
                    self->p[0], self->p[1]);
    return STATUS_OK;
}

static int scan_arguments(struct scanner *s, const struct dist_row *row, struct dist *self)
{
    bool given[2] = {false, row->argument[1] == NULL};
    do {
        int which = scan_argument_name(s, row, given);
        if (which < 0 || given[which]) {
            char expected[80] = "";
            strncat(expected, row->argument[0], 30);
            strncat(expected, row->argument[1] ? " and " : "", 6);
            strncat(expected, row->argument[1] ? row->argument[1] : "", 30);
            strncat(expected, ", each once", 12);
            return complain(s, expected);
        }
        int status = scan_number(s, row->has_unit[which], &self->p[which]);
        if (status != STATUS_OK)
            return status;
        given[which] = true;
    } while (accept(s, ','));
    if (!accept(s, ')'))
        return complain(s, "\",\" or \")\"");
    if (!given[0] || !given[1])
        return fail(s->message, STATUS_INPUT, "\"%.200s\": %s needs %s%s%s", s->text, row->name,
                    row->argument[0], row->argument[1] ? " and " : "",
                    row->argument[1] ? row->argument[1] : "");
    return check_arguments(s, row, self);
}

static int scan_named(struct scanner *s, struct dist *self)
{
    size_t length = word_length(s->at);
    char name[32] = "";
    memcpy(name, s->at, length < sizeof name ? length : sizeof name - 1);
    s->at += length;
    bool is_choice = strcmp(name, "choice") == 0;
    const struct dist_row *row = NULL;
    for (size_t i = 0; i < sizeof dist_rows / sizeof dist_rows[0]; i++)
        if (strcmp(dist_rows[i].name, name) == 0)
            row = &dist_rows[i];
    if (row == NULL && !is_choice) {
        const char *near = nearest_word(name, dist_names);
        return fail(s->message, STATUS_INPUT,
                    "\"%.200s\": unknown distribution \"%s\"%s%s%s; known: uniform, loguniform, "
                    "normal, lognormal, "
                    "gamma, beta, exponential, poisson, choice, or a plain number",
                    s->text, name, near ? " (did you mean \"" : "", near ? near : "",
                    near ? "\"?)" : "");
    }
    if (s->row->unit == UNIT_WORD && !is_choice)
        return complain(s, "a word or choice(word, ...)");
    if (!accept(s, '('))
        return complain(s, "\"(\"");
    self->kind = is_choice ? DIST_CHOICE : row->kind;
    return is_choice ? scan_choices(s, self) : scan_arguments(s, row, self);
}

static int scan_truncation(struct scanner *s, struct dist *self)
{
    skip_space(s);
    if (*s->at == '\0')
        return STATUS_OK;
    if (strncmp(s->at, "in", 2) != 0)
        return complain(s, "the end or \"in [low, high]\"");
    s->at += 2;
    if (!accept(s, '['))
        return complain(s, "\"[\"");
    int status = scan_number(s, true, &self->low);
    if (status == STATUS_OK && !accept(s, ','))
        return complain(s, "\",\"");
    if (status == STATUS_OK)
        status = scan_number(s, true, &self->high);
    if (status != STATUS_OK)
        return status;
    if (!accept(s, ']'))
        return complain(s, "\"]\"");
    skip_space(s);
    if (*s->at != '\0')
        return complain(s, "the end");
    if (!(self->low <= self->high))
        return fail(s->message, STATUS_INPUT, "\"%.200s\": the truncation is empty", s->text);
    self->truncated = true;
    return STATUS_OK;
}

/* Cuts the support to the row's range; refuses where that would throw away what the writer meant.
 */
static int check_range(struct scanner *s, struct dist *self)
{
    const struct param_row *row = s->row;
    double kept = dist_cdf_untruncated(self, self->high) - dist_cdf_below(self, self->low);
    if (!(kept >= LEAST_MASS))
        return fail(s->message, STATUS_INPUT,
                    "\"%.200s\": the truncation keeps less than %g of the distribution", s->text,
                    LEAST_MASS);
    if (row->unit == UNIT_WORD)
        return STATUS_OK; /* the words themselves are the range */
    double low = fmax(self->low, row->min), high = fmin(self->high, row->max);
    double inside = (dist_cdf_untruncated(self, high) - dist_cdf_below(self, low)) / kept;
    bool discrete = self->kind == DIST_FIXED || self->kind == DIST_CHOICE;
    if (isnan(inside) || inside < (discrete ? 1.0 - 1e-12 : 0.5))
        return fail(s->message, STATUS_INPUT,
                    "\"%.200s\": out of range: %s must be in [%g, %g]%s%s", s->text, row->name,
                    row->min, row->max, *unit_name(row->unit) ? " " : "", unit_name(row->unit));
    if (inside < 1.0 && !discrete) {
        self->low = low;
        self->high = high;
        self->truncated = true;
    }
    return STATUS_OK;
}

int dist_parse(struct dist *self, const char *text, const struct param_row *row,
               struct message *message)
{
    struct scanner s = {text, text, row, message};
    *self = dist_fixed(0.0);
    skip_space(&s);
    bool number = (*s.at >= '0' && *s.at <= '9') || *s.at == '-' || *s.at == '+' || *s.at == '.';
    const char *parenthesis = strchr(s.at, '(');
    bool plain = row->unit == UNIT_WORD ? parenthesis == NULL : number;
    int status = plain ? scan_number(&s, true, &self->p[0]) : scan_named(&s, self);
    if (status == STATUS_OK)
        status = scan_truncation(&s, self);
    if (status == STATUS_OK)
        status = check_range(&s, self);
    return status;
}

static int print_number(const struct param_row *row, double value, char *buffer, size_t size)
{
    if (row->unit == UNIT_WORD)
        return snprintf(buffer, size, "%s", row->words[(size_t)value]);
    return snprintf(buffer, size, "%.10g", value);
}

static void append(char *buffer, size_t size, const char *text)
{
    size_t used = strlen(buffer);
    if (used + 1 < size)
        snprintf(buffer + used, size - used, "%s", text);
}

static void append_number(const struct param_row *row, double value, char *buffer, size_t size)
{
    char number[64];
    print_number(row, value, number, sizeof number);
    append(buffer, size, number);
}

static void print_choices(const struct dist *self, const struct param_row *row, char *buffer,
                          size_t size)
{
    append(buffer, size, "choice(");
    for (size_t i = 0; i < self->n_choices; i++) {
        char weight[40];
        snprintf(weight, sizeof weight, ": %.6g",
                 self->cumulative[i] - (i == 0 ? 0 : self->cumulative[i - 1]));
        append(buffer, size, i == 0 ? "" : ", ");
        append_number(row, self->choice[i], buffer, size);
        append(buffer, size, weight);
    }
    append(buffer, size, ")");
}

int dist_print(const struct dist *self, const struct param_row *row, char *buffer, size_t size)
{
    if (size == 0)
        return 0;
    buffer[0] = '\0';
    if (self->kind == DIST_FIXED)
        return print_number(row, self->p[0], buffer, size);
    if (self->kind == DIST_CHOICE) {
        print_choices(self, row, buffer, size);
        return (int)strlen(buffer);
    }
    const struct dist_row *d = &dist_rows[0];
    while (d->kind != self->kind)
        d++;
    append(buffer, size, d->name);
    for (int i = 0; i < 2 && d->argument[i] != NULL; i++) {
        append(buffer, size, i == 0 ? "(" : ", ");
        append(buffer, size, d->argument[i]);
        append(buffer, size, "=");
        append_number(row, self->p[i], buffer, size);
    }
    append(buffer, size, ")");
    if (self->truncated) {
        append(buffer, size, " in [");
        append_number(row, self->low, buffer, size);
        append(buffer, size, ", ");
        append_number(row, self->high, buffer, size);
        append(buffer, size, "]");
    }
    return (int)strlen(buffer);
}
