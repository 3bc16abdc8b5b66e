/* syslog.h - the front of a line that went through syslog or a program's own imitation of it. */
#ifndef INGEST_SYSLOG_H
#define INGEST_SYSLOG_H

#include "analysis/ingest/reader.h"
#include "analysis/ingest/timestamp.h"

/* Takes a stamp (RFC 3164, ISO 8601, BIND's, or seconds since 1970, each also in square brackets)
 * off the front, behind `<30>` or docker compose's `name | `. Where the line's own stamp follows
 * (containers), the one that says more counts: one with a zone, then one with a year, then the
 * inner. */
bool syslog_take_stamp(struct text *rest, struct timestamp *stamp);

/* Takes a further stamp of the program's own off the front, if there; it replaces *stamp unless
 * that says more. */
void syslog_take_inner_stamp(struct text *rest, struct timestamp *stamp);

/* After the stamp: passes over a host name and facility until the word `program`, then over `[pid]`
 * and the colon. False, and *rest left alone, where the program's name is not among the first
 * words. */
bool syslog_take_program(struct text *rest, const char *program);

/* A line behind its stamp that is not of the program looked for: another program's where it has a
 * tag such as `cron[77]:` or `kernel:` (a syslog file of several programs), otherwise not
 * understood. */
int syslog_foreign_line(struct reader *reader, struct text rest, const char *reason);

#endif
