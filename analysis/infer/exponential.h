/* exponential.h - exp() without branches and calls, so that compilers can work out several at once.
 *
 * Additions and multiplications alone: the same bytes from every compiler at every level, and from
 * every C library. x = k ln 2 + r with |r| <= ln 2 / 2; exp(r) by its Taylor series; 2^k by the
 * bits of the exponent. Relative error below 4e-16 (double) and 2e-7 (float). Adding and taking
 * away 1.5 * 2^52 (2^23) rounds to the nearest integer and leaves it in the lowest bits (IEEE 754,
 * round to nearest). ln 2 in two parts, of which the first has trailing zeroes: k times it is exact
 * (W. Cody and W. Waite, Software Manual for the Elementary Functions, 1980).
 */
#ifndef ANALYSIS_INFER_EXPONENTIAL_H
#define ANALYSIS_INFER_EXPONENTIAL_H

#include <stdint.h>

/* exp(x) for x <= 700; below -700 that of -700, about 1e-304. No NaN. */
static inline double exponential(double x)
{
    const double magic = 0x1.8p52;
    union {
        double value;
        int64_t bits;
    } k, power;
    x = x < -700 ? -700 : x;
    k.value = x * 0x1.71547652b82fep0 + magic;
    const double whole = k.value - magic;
    const double r = (x - whole * 0x1.62e42feep-1) - whole * 0x1.a39ef35793c76p-33;
    double sum = 1.0 / 6227020800.0;
    sum = sum * r + 1.0 / 479001600.0;
    sum = sum * r + 1.0 / 39916800.0;
    sum = sum * r + 1.0 / 3628800.0;
    sum = sum * r + 1.0 / 362880.0;
    sum = sum * r + 1.0 / 40320.0;
    sum = sum * r + 1.0 / 5040.0;
    sum = sum * r + 1.0 / 720.0;
    sum = sum * r + 1.0 / 120.0;
    sum = sum * r + 1.0 / 24.0;
    sum = sum * r + 1.0 / 6.0;
    sum = sum * r + 0.5;
    power.value = 1 + (r + r * r * sum);
    power.bits += (int64_t)((uint64_t)k.bits << 52);
    return power.value;
}

/* The same in single precision: for x <= 85; below -85 that of -85, about 1e-37. */
static inline float exponential_single(float x)
{
    const float magic = 0x1.8p23f;
    union {
        float value;
        int32_t bits;
    } k, power;
    x = x < -85 ? -85 : x;
    k.value = x * 0x1.715476p0f + magic;
    const float whole = k.value - magic;
    const float r = (x - whole * 0x1.62ep-1f) - whole * 0x1.0bfbe8p-15f;
    float sum = 1.0f / 5040;
    sum = sum * r + 1.0f / 720;
    sum = sum * r + 1.0f / 120;
    sum = sum * r + 1.0f / 24;
    sum = sum * r + 1.0f / 6;
    sum = sum * r + 0.5f;
    power.value = 1 + (r + r * r * sum);
    power.bits += (int32_t)((uint32_t)k.bits << 23);
    return power.value;
}

#endif
