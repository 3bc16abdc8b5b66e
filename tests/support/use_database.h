/* use_database.h - everything that the program may do with a database that somebody hands it: for
 * tests and fuzzing of hostile files. */
#ifndef TESTS_SUPPORT_USE_DATABASE_H
#define TESTS_SUPPORT_USE_DATABASE_H

#include <stdlib.h>
#include <string.h>

#include "analysis/store/blocks.h"
#include "analysis/store/logs.h"
#include "analysis/store/parts.h"
#include "analysis/store/runs.h"

enum { MOST_LOGS = 4, ROWS = 3, COLUMNS = 2 };

struct names {
    char *name[MOST_LOGS];
    int n;
};

static inline int take_name(void *context, const struct store_log_row *row)
{
    struct names *names = context;
    if (names->n < MOST_LOGS)
        names->name[names->n++] = strdup(row->name);
    return STATUS_OK;
}

static inline void read_all(const char *path)
{
    struct store store;
    struct message message;
    struct names names = {{NULL}, 0};
    char *json = NULL;
    if (store_open(&store, path, STORE_READ, NULL, &message) == STATUS_OK) {
        store_list_logs(&store, take_name, &names, &message);
        for (int i = 0; i < names.n; i++) {
            struct query_log log;
            if (store_load_log(&store, names.name[i], &log, &message) == STATUS_OK)
                query_log_free(&log);
            free(names.name[i]);
        }
        store_load_verdict(&store, 0, &json, &message);
        free(json);
    }
    store_close(&store);
}

static inline void copy_all(const char *path, const char *scratch)
{
    struct store into;
    struct message message;
    struct table_parts parts;
    uint64_t missing;
    bool found;
    if (store_open(&into, scratch, STORE_WRITE, NULL, &message) == STATUS_OK) {
        store_merge(&into, path, NULL, &message);
        store_merge_parts(&into, path, &parts, &found, &message);
        store_tell_missing(&into, &missing, &message);
    }
    store_close(&into);
}

static inline void write_some(const char *path)
{
    static const uint8_t key[DIGEST_BYTES] = {1};
    struct store store;
    struct store_blocks blocks = {0};
    struct store_run_info info = {{7}, "a.cfg", NULL, 1, 100};
    struct message message;
    double rows[ROWS * COLUMNS] = {0};
    int64_t run;
    bool found;
    int status = store_open(&store, path, STORE_WRITE, NULL, &message);
    store.wait_s = 0;
    if (status == STATUS_OK)
        status = store_blocks_open(&blocks, &store, key, &message);
    if (status == STATUS_OK) {
        struct block_store face = store_blocks_interface(&blocks);
        for (uint32_t i = 0; i < 4; i++)
            face.load(face.context, i, 0, ROWS, COLUMNS, rows, &found, &message);
        face.save(face.context, 0, 0, ROWS, COLUMNS, rows, &message);
        if (store_begin_run(&store, &info, &run, &message) == STATUS_OK)
            store_save_verdict(&store, run, "{}", "", &message);
    }
    store_blocks_close(&blocks);
    store_close(&store);
}

/* Lists and loads logs, loads the verdict, copies its blocks, opens it for writing, asks for blocks
 * and stores one. Ends in whatever way, but ends. `scratch`: path of another database that may be
 * written. */
static inline void use_database(const char *path, const char *scratch)
{
    read_all(path);
    copy_all(path, scratch);
    write_some(path);
}

#endif
