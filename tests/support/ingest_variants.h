/* ingest_variants.h - tests of single lines: what each is read as. */
#ifndef TESTS_INGEST_VARIANTS_H
#define TESTS_INGEST_VARIANTS_H

#include <stddef.h>

/* A line (or a few) and what its last line is: a query as "2026-11-21T19:24:24.280Z CLIENT NAME
 * TYPE" (with " lossy" behind it where the name is), or one of the words answer, other, bad. */
struct variant {
    const char *format;
    const char *lines;
    const char *expected;
};

/* Reads each as its format, and queries once more with the format told by itself. Fails the test
 * where it is something else. Year 2026, UTC, 2026-11-21 where a line does not say. */
void check_variants(const struct variant *variants, size_t n);

#define CHECK(variants) check_variants(variants, sizeof(variants) / sizeof(variants)[0])

#endif
