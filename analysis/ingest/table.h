/* table.h - rows of separated fields, with or without quotes: the common part of the CSV and pipe
 * formats. */
#ifndef INGEST_TABLE_H
#define INGEST_TABLE_H

#include "analysis/ingest/reader.h"

enum { TABLE_MAX_FIELDS = 64, TABLE_FIELD_SIZE = 8192 };

enum table_role {
    ROLE_NONE,
    ROLE_TIME, /* perhaps with the day in ROLE_DATE */
    ROLE_DATE,
    ROLE_CLIENT,
    ROLE_NAME,
    ROLE_TYPE,
    ROLE_SERVER,
    ROLE_FLAGS,
    ROLE_RESPONSE, /* true where the row is an answer */
    N_ROLES,
};

struct table {
    char separator;
    bool has_quotes; /* fields may stand in double quotes, doubled inside (RFC 4180) */
    bool has_roles;
    bool given_roles; /* by the user: the first line may be a header nevertheless */
    bool has_rows;    /* a row has been read */
    bool raw_names;   /* names without escapes, as tshark prints them */
    enum table_role role[TABLE_MAX_FIELDS];
    size_t n_roles;
    struct text field[TABLE_MAX_FIELDS];
    size_t n_fields;
    char unquoted[TABLE_FIELD_SIZE]; /* fields that had doubled quotes */
    size_t unquoted_used;
};

/* Reads a list such as `time,client,name,type`, with `-` for columns to pass over, or
 * `time=1,client=3` with numbers from 1. STATUS_INPUT with a message for anything else. */
int table_roles_from_list(struct table *self, const char *list, struct message *message);

/* Takes the roles from a header line that was split already. False where it names no time, or
 * neither a client nor a name. */
bool table_roles_from_header(struct table *self);

/* Splits a line into self->field. NULL on success, otherwise what is wrong with it. */
const char *table_split(struct table *self, struct text line);

/* The columns (enum log_column) that the roles give. */
unsigned table_columns(const struct table *self);

/* Reports the row that was split last. */
int table_row(struct table *self, struct reader *reader);

#endif
