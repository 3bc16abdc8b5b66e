/* by_ranks.h - one comparison by all processes of an MPI run. */
#ifndef CLI_BY_RANKS_H
#define CLI_BY_RANKS_H

#include "cli/comparison.h"

/* Fills the database `db` with all trials. The first process looks what is missing there, every
 * process computes its share of that into `db`.rank-K, and the first gathers these files and
 * removes them. Files of an earlier run that was killed, with however many processes, are gathered
 * first; one that cannot be read is set aside as `db`.rank-K.damaged. Every process must call it.
 * *threads becomes the number that the first may use for the verdict. STATUS_INPUT without `db`. */
int compute_by_ranks(const struct comparison *what, const char *db,
                     const struct case_file *case_file, const struct evidence *evidence,
                     unsigned *threads, struct message *message);

#endif
