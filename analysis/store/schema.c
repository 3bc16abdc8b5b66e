#include "analysis/store/schema.h"

#include <stddef.h>

const char *const schema_tables[] = {"meta",       "runs",      "blocks",      "verdicts",
                                     "logs",       "log_texts", "log_queries", "mail_events",
                                     "aggregates", NULL};

#define LOG_TABLES_SINCE_2                                                                         \
    "CREATE TABLE mail_events(log INTEGER NOT NULL REFERENCES logs(id),"                           \
    " position INTEGER NOT NULL, time_us INTEGER NOT NULL, status TEXT NOT NULL,"                  \
    " sender TEXT NOT NULL, recipient TEXT NOT NULL, queue_id TEXT NOT NULL, relay TEXT NOT NULL," \
    " PRIMARY KEY(log, position)) WITHOUT ROWID;"                                                  \
    "CREATE TABLE aggregates(log INTEGER NOT NULL REFERENCES logs(id),"                            \
    " position INTEGER NOT NULL, first_us INTEGER, last_us INTEGER, count INTEGER,"                \
    " client TEXT NOT NULL, name TEXT NOT NULL, type INTEGER NOT NULL, answer TEXT NOT NULL,"      \
    " PRIMARY KEY(log, position)) WITHOUT ROWID;"

const char schema_sql[] =
    "CREATE TABLE meta(key TEXT PRIMARY KEY NOT NULL, value) WITHOUT ROWID;"
    "CREATE TABLE runs(id INTEGER PRIMARY KEY, digest BLOB NOT NULL, case_path TEXT NOT NULL,"
    " case_title TEXT, seed TEXT NOT NULL, trials INTEGER NOT NULL, program TEXT NOT NULL,"
    " started_us INTEGER NOT NULL, finished_us INTEGER, status TEXT NOT NULL);"
    "CREATE TABLE blocks(digest BLOB NOT NULL, scenario INTEGER NOT NULL,"
    " first_trial INTEGER NOT NULL, n_rows INTEGER NOT NULL, n_columns INTEGER NOT NULL,"
    " checksum INTEGER NOT NULL, rows BLOB NOT NULL, UNIQUE(digest, scenario, first_trial));"
    "CREATE TABLE verdicts(run INTEGER PRIMARY KEY REFERENCES runs(id), json TEXT NOT NULL,"
    " sentence TEXT NOT NULL);"
    "CREATE TABLE logs(id INTEGER PRIMARY KEY, name TEXT UNIQUE NOT NULL, source TEXT,"
    " columns INTEGER NOT NULL, resolution_us INTEGER NOT NULL, from_us INTEGER NOT NULL,"
    " until_us INTEGER NOT NULL, n_queries INTEGER NOT NULL, report TEXT,"
    " imported_us INTEGER NOT NULL, in_order INTEGER NOT NULL DEFAULT 1,"
    " texts_repeat INTEGER NOT NULL DEFAULT 0, n_mail INTEGER NOT NULL DEFAULT 0,"
    " n_aggregates INTEGER NOT NULL DEFAULT 0);"
    "CREATE TABLE log_texts(log INTEGER NOT NULL REFERENCES logs(id), kind INTEGER NOT NULL,"
    " id INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY(log, kind, id)) WITHOUT ROWID;"
    "CREATE TABLE log_queries(log INTEGER NOT NULL REFERENCES logs(id),"
    " position INTEGER NOT NULL, time_us INTEGER NOT NULL, client INTEGER NOT NULL,"
    " name INTEGER NOT NULL, type INTEGER NOT NULL, server INTEGER NOT NULL,"
    " flags INTEGER NOT NULL, PRIMARY KEY(log, position)) WITHOUT ROWID;" LOG_TABLES_SINCE_2;

const char schema_from_1_sql[] =
    "ALTER TABLE logs ADD COLUMN in_order INTEGER NOT NULL DEFAULT 1;"
    "ALTER TABLE logs ADD COLUMN texts_repeat INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE logs ADD COLUMN n_mail INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE logs ADD COLUMN n_aggregates INTEGER NOT NULL DEFAULT 0;" LOG_TABLES_SINCE_2
    "UPDATE meta SET value = 2 WHERE key = 'schema_version';";
