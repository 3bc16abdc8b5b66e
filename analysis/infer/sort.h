/* sort.h - sorting of finite numbers by their bits: least-significant-digit radix sort (Knuth,
 * The Art of Computer Programming, volume 3, section 5.2.5), stable, several times faster on long
 * columns than sorting by comparison.
 */
#ifndef ANALYSIS_INFER_SORT_H
#define ANALYSIS_INFER_SORT_H

#include "sim/status.h"

#include <stddef.h>
#include <stdint.h>

/* Sorts n numbers, none of them NaN, ascending and in place; -0 comes before 0. Needs room for 2 n
 * numbers: STATUS_RUN without memory, and then `value` is as it was. */
int sort_numbers(double *value, size_t n);

/* Writes to order[0..n) the places of n numbers, none of them NaN, in ascending order; equal
 * numbers stay in the order of their places. n below 2^32. STATUS_RUN without memory. */
int sort_places(const double *value, size_t n, uint32_t *order);

#endif
