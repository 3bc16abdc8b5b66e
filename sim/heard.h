/* heard.h - which questions can leave a trace in a recorded log: the others need not be simulated.
 *
 * A gateway asks many things of which the case's sensors see few. A question is `unseen` where no
 * sensor would record it, and `unneeded` where, besides, nothing that is recorded depends on
 * whether it was asked: no follow-up (the name that a PTR or MX gives, the search suffix), no probe
 * on the way to it, no delegation that it would renew. Leaving them out changes no law.
 *
 * A question is `certain` where no sensor would record it and its answer is the same throughout the
 * window, whatever a cache holds: the reverse name of a host that keeps it. Then the follow-up can
 * be asked in its place (traffic.h), at its time.
 */
#ifndef SIM_HEARD_H
#define SIM_HEARD_H

#include "sim/world.h"

/* Sets question.unseen, .unneeded and .certain. Call it when names, parties and sensors stand; a
 * world for which it was never called leaves nothing out. */
void world_mark_unheard(struct world *self);

/* Takes the marks away again: then every question is simulated (the oracle of the short cut). */
void world_mark_all_heard(struct world *self);

#endif
