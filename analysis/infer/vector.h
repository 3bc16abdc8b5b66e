/* vector.h - functions that are compiled for several kinds of processor; the program takes the best
 * one that it can run when it starts.
 *
 * Only the width of the vectors differs. Nothing is contracted (-ffp-contract=off) and no sum is
 * taken in another order, so the bytes are the same on every one of them. Where the compiler or a
 * sanitizer does not go with it, the plain function is all there is.
 */
#ifndef ANALYSIS_INFER_VECTOR_H
#define ANALYSIS_INFER_VECTOR_H

#include <stdlib.h> /* __GLIBC__ */

#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__) &&       \
    defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define FOR_EVERY_PROCESSOR __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define FOR_EVERY_PROCESSOR
#endif

#endif
