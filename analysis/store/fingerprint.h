/* fingerprint.h - the digest of everything that determines a reference table.
 *
 * Two tables with the same fingerprint have the same rows, so a block of one may stand in the
 * other. The number of trials is no part of it: a longer run uses the blocks of a shorter one.
 */
#ifndef ANALYSIS_STORE_FINGERPRINT_H
#define ANALYSIS_STORE_FINGERPRINT_H

#include "analysis/config/case.h"
#include "analysis/store/digest.h"

/* The digest of case and scenario files (their bytes), time zone tables, requests, seed, block
 * size and program (version, sources, mathematical libraries). STATUS_INPUT where a file can no
 * longer be read. */
int fingerprint_table(const struct case_file *case_file, const struct statistic_request *requests,
                      size_t n, uint64_t seed, uint8_t out[DIGEST_BYTES], struct message *message);

/* Adds what identifies the program: version, digest of its sources, versions of GSL and the C
 * library (their functions decide the last bits of a draw). */
void fingerprint_program(struct digest *digest);

/* "0.1.0": for people. */
const char *program_version(void);

#endif
