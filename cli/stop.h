/* stop.h - SIGINT and SIGTERM: what was finished is kept, and the user is told.
 *
 * While trials are simulated the first signal lets the blocks in work be finished and stored; the
 * second one, and any signal at another time, ends the program at once with a sentence and exit
 * code 1. The database survives that as it survives a kill.
 */
#ifndef CLI_STOP_H
#define CLI_STOP_H

#include <stdbool.h>

/* Once, at the start. */
void stop_start(void);

/* Whether the run looks at stop_asked from now on, and ends by itself. */
void stop_gently(bool gently);

/* Not 0 once a signal has asked for the end: for struct progress. */
volatile const int *stop_asked(void);

#endif
