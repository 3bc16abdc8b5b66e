/* members.h - the classifiers that the comparator combines. */
#ifndef ANALYSIS_INFER_MEMBERS_H
#define ANALYSIS_INFER_MEMBERS_H

#include "analysis/infer/member.h"

enum { MEMBERS_MAX = 4 };

extern const struct member_kind member_forest;
extern const struct member_kind member_logistic;
extern const struct member_kind member_network;
extern const struct member_kind member_neighbours;

/* The registry: MEMBERS_MAX rows, NULL at the end if there are fewer. Bit k of a choice of members
 * means row k. */
extern const struct member_kind *const members[MEMBERS_MAX + 1];

#endif
