/* schema.h - the tables of the store, as SQL; store.h explains them. */
#ifndef ANALYSIS_STORE_SCHEMA_H
#define ANALYSIS_STORE_SCHEMA_H

/* In the header of every database of this program (SQLite's application_id): "mxpl". */
#define SCHEMA_APPLICATION 0x6d78706c

extern const char schema_sql[];

/* Their names, NULL-terminated. */
extern const char *const schema_tables[];

/* Turns a database of schema version 1 into one of version 2. */
extern const char schema_from_1_sql[];

#endif
