#include "analysis/infer/ledger.h"

#include "analysis/infer/comparator.h"
#include "analysis/infer/workers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void ledger_options_init(struct ledger_options *options)
{
    *options = (struct ledger_options){
        .seed = 1, .threads = 1, .fit_rows_max = 8000, .hold_rows_max = 3000};
}

static unsigned logistic_bit(void)
{
    for (unsigned k = 0; members[k] != NULL; k++)
        if (members[k] == &member_logistic)
            return 1u << k;
    return 1;
}

static struct comparator_options quick_options(const struct ledger_options *options,
                                               const double *observed, const uint8_t *leave_out)
{
    struct comparator_options quick;
    comparator_options_init(&quick);
    quick.seed = options->seed;
    quick.members = logistic_bit();
    quick.fit_rows_max = options->fit_rows_max;
    quick.hold_rows_max = options->hold_rows_max;
    quick.observed = observed;
    quick.leave_out = leave_out;
    return quick;
}

/* Decibans of each class against the others for one choice of columns. */
struct account {
    double *decibans;
    double gain_bits;
    size_t n_used;
};

struct ledger_job {
    const struct table *table;
    const double *observed;
    const struct ledger_options *options;
    struct account *account; /* [0]: all; [1 + 2 f]: family f alone; [2 + 2 f]: all but f */
};

static void mark_columns(const struct table *table, size_t index, uint8_t *leave_out)
{
    size_t family = (index - 1) / 2;
    int alone = index % 2 == 1;
    for (size_t c = 0; c < table->n_columns; c++) {
        int inside = table->column_family[c] == family;
        leave_out[c] = index > 0 && (alone ? !inside : inside);
    }
}

static int fill_account(const struct ledger_job *job, const struct comparator *comparator,
                        struct account *account, struct message *message)
{
    size_t n_classes = job->table->n_classes;
    struct prediction prediction;
    uint8_t *is_member = calloc(n_classes + 1, 1);
    int code = prediction_init(&prediction, n_classes, message);
    if (code == STATUS_OK && is_member == NULL)
        code = fail(message, STATUS_RUN, "out of memory for the ledger");
    if (code == STATUS_OK)
        code = comparator_predict(comparator, job->observed, &prediction, message);
    for (size_t c = 0; c < n_classes && code == STATUS_OK; c++) {
        struct group_prediction group;
        is_member[c] = 1;
        prediction_group(&prediction, is_member, &group);
        is_member[c] = 0;
        account->decibans[c] =
            isfinite(group.log10_bayes_factor) ? 10 * group.log10_bayes_factor : 0;
    }
    account->gain_bits = comparator->is_silent ? 0 : comparator->held_out_gain / M_LN2;
    prediction_free(&prediction);
    free(is_member);
    return code;
}

static int keep_account(void *context, size_t index, struct message *message)
{
    struct ledger_job *job = context;
    const struct table *table = job->table;
    struct comparator comparator;
    uint8_t *leave_out = malloc(table->n_columns + 1);
    if (leave_out == NULL)
        return fail(message, STATUS_RUN, "out of memory for the ledger");
    mark_columns(table, index, leave_out);
    struct comparator_options quick = quick_options(job->options, job->observed, leave_out);
    int code = comparator_fit(&comparator, table, &quick, message);
    for (size_t c = 0; c < table->n_columns && code == STATUS_OK; c++)
        job->account[index].n_used += comparator.prepare.state[c] == COLUMN_USED;
    if (code == STATUS_OK)
        code = fill_account(job, &comparator, &job->account[index], message);
    comparator_free(&comparator);
    free(leave_out);
    return code;
}

static double greatest_effect(const struct ledger_row *row, size_t n_classes)
{
    double most = 0;
    for (size_t c = 0; c < n_classes; c++)
        most = fmax(most, fmax(fabs(row->alone[c]), fabs(row->last[c])));
    return most;
}

static void sort_rows(struct ledger *self)
{
    for (size_t i = 1; i < self->n_rows; i++) {
        struct ledger_row row = self->row[i];
        double effect = greatest_effect(&row, self->n_classes);
        size_t j = i;
        for (; j > 0 && greatest_effect(&self->row[j - 1], self->n_classes) < effect; j--)
            self->row[j] = self->row[j - 1];
        self->row[j] = row;
    }
}

/* `alone` accounts become rows; `last` overwrites the account of all-but-one in place. */
static void make_rows(struct ledger *self, const struct table *table, struct account *account)
{
    self->all = account[0].decibans;
    self->all_gain_bits = account[0].gain_bits;
    for (size_t f = 0; f < table->n_families; f++) {
        struct account *alone = &account[1 + 2 * f], *without = &account[2 + 2 * f];
        if (alone->n_used == 0)
            continue;
        for (size_t c = 0; c < self->n_classes; c++)
            without->decibans[c] = self->all[c] - without->decibans[c];
        self->row[self->n_rows++] =
            (struct ledger_row){.family = f,
                                .n_columns = alone->n_used,
                                .alone = alone->decibans,
                                .last = without->decibans,
                                .alone_gain_bits = alone->gain_bits,
                                .lost_gain_bits = self->all_gain_bits - without->gain_bits};
    }
    sort_rows(self);
}

int ledger_run(struct ledger *out, const struct table *table, const double *observed,
               const struct ledger_options *options, struct message *message)
{
    size_t n_accounts = 1 + 2 * table->n_families, n_classes = table->n_classes;
    *out = (struct ledger){.n_classes = n_classes};
    if (table->column_family == NULL || table->n_families == 0)
        return fail(message, STATUS_INPUT, "the statistics have no families: no ledger");
    out->store = calloc(n_accounts * n_classes + 1, sizeof *out->store);
    out->row = calloc(table->n_families + 1, sizeof *out->row);
    struct account *account = calloc(n_accounts, sizeof *account);
    if (out->store == NULL || out->row == NULL || account == NULL) {
        free(account);
        return fail(message, STATUS_RUN, "out of memory for the ledger");
    }
    for (size_t i = 0; i < n_accounts; i++)
        account[i].decibans = out->store + i * n_classes;
    struct ledger_job job = {table, observed, options, account};
    int code = workers_run(options->threads, n_accounts, keep_account, &job, message);
    if (code == STATUS_OK)
        make_rows(out, table, account);
    free(account);
    return code;
}

void ledger_free(struct ledger *self)
{
    free(self->store);
    free(self->row);
    *self = (struct ledger){0};
}
