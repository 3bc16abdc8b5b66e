/* workers.h - the same independent task for many indices, on several threads. */
#ifndef ANALYSIS_INFER_WORKERS_H
#define ANALYSIS_INFER_WORKERS_H

#include "sim/status.h"

#include <stddef.h>

/* One piece of work. May write only what belongs to `index`, so that the result does not depend on
 * the threads. */
typedef int(worker_task)(void *context, size_t index, struct message *message);

/* Runs task(context, i) for i = 0 .. n-1 on at most `threads` threads (0 counts as 1), the calling
 * one included. Every task runs even if another failed; returns the code and message of the failed
 * task with the smallest index. */
int workers_run(unsigned threads, size_t n, worker_task *task, void *context,
                struct message *message);

#endif
