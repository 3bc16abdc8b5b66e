#include "analysis/statistics/fourier.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_fft_real.h>
#include <stdlib.h>
#include <string.h>

struct fourier_table {
    size_t n;
    gsl_fft_real_wavetable *waves;
    gsl_fft_real_workspace *space;
};

static void table_free(struct fourier_table *self)
{
    if (self == NULL)
        return;
    gsl_fft_real_wavetable_free(self->waves);
    gsl_fft_real_workspace_free(self->space);
    free(self);
}

static struct fourier_table *table_make(size_t n)
{
    struct fourier_table *self = calloc(1, sizeof *self);
    if (self == NULL)
        return NULL;
    self->n = n;
    self->waves = gsl_fft_real_wavetable_alloc(n);
    self->space = gsl_fft_real_workspace_alloc(n);
    if (self->waves != NULL && self->space != NULL)
        return self;
    table_free(self);
    return NULL;
}

static void drop_oldest(struct fourier *self)
{
    self->points -= self->table[0]->n;
    table_free(self->table[0]);
    self->n--;
    memmove(self->table, self->table + 1, self->n * sizeof(self->table[0]));
}

static const struct fourier_table *find_or_make(struct fourier *self, size_t n)
{
    for (size_t i = 0; i < self->n; i++)
        if (self->table[i]->n == n)
            return self->table[i];
    while (self->n > 0 && (self->n == FOURIER_LENGTHS || self->points + n > FOURIER_POINTS_KEPT))
        drop_oldest(self);
    struct fourier_table *table = table_make(n);
    if (table != NULL) {
        self->table[self->n++] = table;
        self->points += n;
    }
    return table;
}

bool fourier_transform(struct fourier *self, double *x, size_t n)
{
    const struct fourier_table *table = find_or_make(self, n);
    return table != NULL &&
           gsl_fft_real_transform(x, 1, n, table->waves, table->space) == GSL_SUCCESS;
}

void fourier_free(struct fourier *self)
{
    for (size_t i = 0; i < self->n; i++)
        table_free(self->table[i]);
    memset(self, 0, sizeof *self);
}
