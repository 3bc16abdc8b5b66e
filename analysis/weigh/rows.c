#include "analysis/weigh/rows.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/infer/workers.h"

struct values_job {
    struct rows *rows;
    const struct case_file *case_file;
    const struct evidence *evidence;
    const struct reference *reference;
    uint64_t seed, first_trial;
};

static int fill_values(void *context, size_t scenario, struct message *message)
{
    const struct values_job *job = context;
    const struct plan *plan = &job->case_file->scenarios[scenario].plan;
    size_t n = job->evidence->n;
    (void)message;
    for (uint64_t t = 0; t < job->reference->trials; t++) {
        size_t row = scenario * job->reference->trials + t;
        job->rows->labels[row] = (uint16_t)scenario;
        evidence_compare_row(job->evidence, plan, job->seed, job->first_trial + t,
                             job->reference->raw + row * n, job->rows->values + row * n);
    }
    return STATUS_OK;
}

static void fill_names(struct rows *self, const struct case_file *case_file,
                       const struct evidence *evidence)
{
    double total = 0.0;
    for (int s = 0; s < case_file->n_scenarios; s++)
        total += case_file->scenarios[s].weight;
    for (int s = 0; s < case_file->n_scenarios; s++) {
        self->class_names[s] = case_file->scenarios[s].name;
        self->prior[s] = case_file->scenarios[s].weight / total;
    }
    for (size_t c = 0; c < evidence->n; c++) {
        self->column_names[c] = evidence->requests[c].label;
        self->families[c] = (uint16_t)evidence->requests[c].statistic->family;
    }
}

int rows_build(struct rows *self, const struct case_file *case_file,
               const struct evidence *evidence, const struct reference *reference, uint64_t seed,
               uint64_t first_trial, unsigned threads, struct message *message)
{
    size_t n_classes = reference->n_scenarios, n = evidence->n,
           n_rows = n_classes * reference->trials;
    memset(self, 0, sizeof *self);
    self->values = malloc((n_rows * n + 1) * sizeof *self->values);
    self->labels = malloc((n_rows + 1) * sizeof *self->labels);
    self->prior = malloc((n_classes + 1) * sizeof *self->prior);
    self->class_names = malloc((n_classes + 1) * sizeof *self->class_names);
    self->column_names = malloc((n + 1) * sizeof *self->column_names);
    self->families = malloc((n + 1) * sizeof *self->families);
    if (self->values == NULL || self->labels == NULL || self->prior == NULL ||
        self->class_names == NULL || self->column_names == NULL || self->families == NULL)
        return fail(message, STATUS_RUN, "out of memory for a table of %zu rows", n_rows);
    struct values_job job = {self, case_file, evidence, reference, seed, first_trial};
    int status = workers_run(threads, n_classes, fill_values, &job, message);
    fill_names(self, case_file, evidence);
    self->table = (struct table){.n_rows = n_rows,
                                 .n_columns = n,
                                 .n_classes = n_classes,
                                 .values = self->values,
                                 .labels = self->labels,
                                 .prior = self->prior,
                                 .column_names = self->column_names,
                                 .class_names = self->class_names,
                                 .column_family = self->families,
                                 .family_names = family_names,
                                 .n_families = FAMILY_COUNT};
    return status;
}

void rows_free(struct rows *self)
{
    free(self->values);
    free(self->labels);
    free(self->prior);
    free(self->class_names);
    free(self->column_names);
    free(self->families);
    memset(self, 0, sizeof *self);
}
