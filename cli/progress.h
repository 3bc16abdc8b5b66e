/* progress.h - how far a run is: a bar with rate and time left on a terminal, plain lines
 * elsewhere, silence with -q. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "analysis/weigh/reference.h"

struct progress_bar {
    const char *what; /* "simulating" */
    bool quiet, terminal;
    double started_s, shown_s;
    struct progress progress; /* to be handed to reference_fill */
};

/* Starts a bar. SIGINT and SIGTERM then ask the run to stop after the current blocks (stop.h). */
void progress_bar_start(struct progress_bar *self, const char *what, bool quiet);

/* Clears the line. Signals end the program at once again. */
void progress_bar_end(struct progress_bar *self);

#endif
