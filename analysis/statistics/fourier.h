/* fourier.h - GSL's tables for real Fourier transforms, kept for the lengths that are asked for
 * again and again: making them costs more than a transform, and a trial may not allocate.
 */
#ifndef ANALYSIS_STATISTICS_FOURIER_H
#define ANALYSIS_STATISTICS_FOURIER_H

#include <stdbool.h>
#include <stddef.h>

#define FOURIER_LENGTHS 16             /* tables that are kept */
#define FOURIER_POINTS_KEPT (1u << 23) /* and their points together; longer ones are made anew */

struct fourier_table;

/* Belongs to one thread. All zero to begin with. */
struct fourier {
    struct fourier_table *table[FOURIER_LENGTHS]; /* in the order in which they were made */
    size_t n, points;
};

/* Transforms x[n], n > 0, in place into GSL's half-complex order. False when memory runs out; the
 * content of x is lost then. */
bool fourier_transform(struct fourier *self, double *x, size_t n);

void fourier_free(struct fourier *self);

#endif
