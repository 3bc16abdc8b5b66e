#include "analysis/weigh/balance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FIT_ROWS = 5000, HOLD_ROWS = 2000 };

/* Probability of a class whose evidence against all others is `decibans`. */
static double probability_of(double decibans, double prior)
{
    if (prior >= 1)
        return 1;
    double odds = prior / (1 - prior) * pow(10, decibans / 10);
    return isinf(odds) ? 1 : odds / (1 + odds);
}

/* The most probable class when `taken` (may be NULL) is taken off the decibans. */
static size_t best_of(const struct table *table, const double *all, const double *taken,
                      double *probability)
{
    size_t best = 0;
    *probability = -1;
    for (size_t c = 0; c < table->n_classes; c++) {
        double p =
            probability_of(all[c] - (taken != NULL ? taken[c] : 0),
                           table->prior != NULL ? table->prior[c] : 1 / (double)table->n_classes);
        if (p > *probability) {
            *probability = p;
            best = c;
        }
    }
    return best;
}

static void fill_line(const struct balance *self, const struct table *table,
                      const char *const *names, const struct ledger_row *row,
                      struct balance_line *out)
{
    double prior = table->prior != NULL ? table->prior[self->best] : 1 / (double)table->n_classes;
    *out = (struct balance_line){.name = names[row->family],
                                 .n_statistics = row->n_columns,
                                 .alone = row->alone,
                                 .last = row->last,
                                 .alone_gain_bits = row->alone_gain_bits,
                                 .lost_gain_bits = row->lost_gain_bits};
    out->best_without = best_of(table, self->all, row->last, &out->probability_without);
    out->change = probability_of(self->all[self->best], prior) -
                  probability_of(self->all[self->best] - row->last[self->best], prior);
}

static struct balance_line *make_lines(const struct balance *self, const struct table *table,
                                       const char *const *names, const struct ledger *ledger)
{
    struct balance_line *lines = calloc(ledger->n_rows + 1, sizeof *lines);
    for (size_t i = 0; lines != NULL && i < ledger->n_rows; i++)
        fill_line(self, table, names, &ledger->row[i], &lines[i]);
    return lines;
}

/* The statistic that decides comes first, whichever way it points. Ties stay in their order. */
static void sort_by_change(struct balance_line *lines, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct balance_line line = lines[i];
        size_t at = i;
        for (; at > 0 && fabs(lines[at - 1].change) < fabs(line.change); at--)
            lines[at] = lines[at - 1];
        lines[at] = line;
    }
}

/* The same table with every column a family of its own. */
static int run_singles(struct balance *self, const struct table *table, const double *observed,
                       const struct ledger_options *options, struct message *message)
{
    struct table single = *table;
    uint16_t *own = malloc((table->n_columns + 1) * sizeof *own);
    if (own == NULL)
        return fail(message, STATUS_RUN, "out of memory for the ledger");
    for (size_t c = 0; c < table->n_columns; c++)
        own[c] = (uint16_t)c;
    single.column_family = own;
    single.family_names = table->column_names;
    single.n_families = table->n_columns;
    int status = ledger_run(&self->ledger[1], &single, observed, options, message);
    free(own);
    return status;
}

int balance_reach(struct balance *self, const struct table *table, const double *observed,
                  uint64_t seed, unsigned threads, struct message *message)
{
    struct ledger_options options;
    memset(self, 0, sizeof *self);
    ledger_options_init(&options);
    options.seed = seed;
    options.threads = threads;
    options.fit_rows_max = FIT_ROWS;
    options.hold_rows_max = HOLD_ROWS;
    int status = ledger_run(&self->ledger[0], table, observed, &options, message);
    if (status == STATUS_OK)
        status = run_singles(self, table, observed, &options, message);
    if (status == STATUS_OK)
        status = importance_run(&self->importance, table, observed, &options, message);
    if (status != STATUS_OK)
        return status;
    self->all = self->ledger[0].all;
    self->best = best_of(table, self->all, NULL, &self->best_probability);
    self->family = make_lines(self, table, table->family_names, &self->ledger[0]);
    self->single = make_lines(self, table, table->column_names, &self->ledger[1]);
    if (self->family == NULL || self->single == NULL)
        return fail(message, STATUS_RUN, "out of memory for the ledger");
    self->n_families = self->ledger[0].n_rows;
    self->n_singles = self->ledger[1].n_rows;
    sort_by_change(self->single, self->n_singles);
    self->is_done = true;
    return STATUS_OK;
}

void balance_free(struct balance *self)
{
    free(self->family);
    free(self->single);
    ledger_free(&self->ledger[0]);
    ledger_free(&self->ledger[1]);
    importance_free(&self->importance);
    memset(self, 0, sizeof *self);
}
