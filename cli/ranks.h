/* ranks.h - several processes of one run under MPI (built with `make MPI=1`); without MPI there is
 * one, number 0. */
#ifndef CLI_RANKS_H
#define CLI_RANKS_H

#include "sim/status.h"

/* First and last in main. A process that ends with a failure ends the others too: they would wait
 * for it for ever. Their finished blocks are kept. */
void ranks_start(int *argc, char ***argv);
void ranks_end(int status);

int ranks_count(void);  /* at least 1 */
int ranks_number(void); /* of this process, from 0 */

/* The worst status of all processes; every one must call it, and waits for the others. */
int ranks_worst(int status);

#endif
