/* guard.h - a database file may come from anywhere: nothing in it may run code, name functions, or
 * make SQLite touch other files.
 *
 * Source of the measures: SQLite's "Defense Against The Dark Arts" (sqlite.org/security.html) and
 * its file format (sqlite.org/fileformat2.html, "The Rollback Journal").
 */
#ifndef ANALYSIS_STORE_GUARD_H
#define ANALYSIS_STORE_GUARD_H

#include "analysis/store/store.h"

#define GUARD_MAX_VALUE_BYTES (1 << 27) /* longest text or blob that is accepted from a file */

/* Settings of a fresh connection: no triggers, views, extensions or foreign databases; the schema
 * is not trusted; sizes are limited. */
void guard_connection(struct sqlite3 *db);

/* Looks at a rollback journal beside the database before it is opened for writing. One that names
 * a further journal could make SQLite delete the file of that name; this program makes none.
 * STATUS_INPUT where there is such a one. */
int guard_journal(const char *path, struct message *message);

/* Whether the tables of this program are plain tables, without generated columns, checks,
 * expressions, further indices or triggers. Tables of others are left alone, and never used.
 * STATUS_INPUT where something is not as this program makes it. */
int guard_schema(struct store *store, struct message *message);

#endif
