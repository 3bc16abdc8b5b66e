/* ranks.h - several processes of one run under MPI (built with `make MPI=1`); without MPI there is
 * one, number 0.
 *
 * Every process goes through the same phases and ends each with ranks_agree, whatever happened to
 * it: so nobody waits for somebody who has left. A process that dies ends the others through
 * mpirun.
 */
#ifndef CLI_RANKS_H
#define CLI_RANKS_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/status.h"

/* First and last in main; ranks_end waits for all, asleep. */
void ranks_start(int *argc, char ***argv);
void ranks_end(void);

int ranks_count(void);  /* at least 1 */
int ranks_number(void); /* of this process, from 0 */

/* Ends a phase: waits for all and returns the worst status of any. Where the first process is well
 * but another has failed, the lowest of those says now on standard error why; *message of the
 * first then says that another failed. */
int ranks_agree(int status, struct message *message);

/* Gives what stands in the first process's `bytes` to all. */
void ranks_share(void *bytes, size_t n);

/* Whether `bytes` are the same in all processes. */
bool ranks_same(const void *bytes, size_t n);

/* The others have nothing left to do: in the first process, the number of threads that all
 * processes on its machine had together (it may then use their processors too), and elsewhere
 * `threads`. Every process must call it. */
unsigned ranks_lend_threads(unsigned threads);

#endif
