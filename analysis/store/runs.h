/* runs.h - what was run, when and with which result: the diary of a database. */
#ifndef ANALYSIS_STORE_RUNS_H
#define ANALYSIS_STORE_RUNS_H

#include "analysis/store/digest.h"
#include "analysis/store/store.h"

struct store_run_info {
    uint8_t digest[DIGEST_BYTES]; /* fingerprint of the table */
    const char *case_path;
    const char *case_title; /* NULL: none */
    uint64_t seed;
    uint64_t trials; /* per scenario */
};

/* Notes that a run begins and gives its number. */
int store_begin_run(struct store *store, const struct store_run_info *info, int64_t *run,
                    struct message *message);

/* Notes how it ended: STATUS_OK is "done", all else "failed". A run that nobody ended (killed, no
 * power) stays "running". */
int store_finish_run(struct store *store, int64_t run, int outcome, struct message *message);

/* Keeps a verdict: its JSON text and its sentence. A second one of the same run replaces the
 * first. */
int store_save_verdict(struct store *store, int64_t run, const char *json, const char *sentence,
                       struct message *message);

/* The JSON text of a run's verdict, or of the latest verdict where run is 0. The caller frees
 * *json. STATUS_INPUT where there is none. */
int store_load_verdict(struct store *store, int64_t run, char **json, struct message *message);

#endif
