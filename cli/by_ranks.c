#include "cli/by_ranks.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "analysis/store/blocks.h"
#include "analysis/store/fingerprint.h"
#include "cli/ranks.h"
#include "cli/shard.h"

#define MAX_PATH 4200

/* Everything that the phases share. */
struct job {
    const struct comparison *what;
    const char *db;
    const struct case_file *case_file;
    const struct evidence *evidence;
    uint8_t digest[DIGEST_BYTES];
    uint64_t n_blocks;
    uint8_t *wanted; /* of this process */
};

/* ---- files of ranks ---- */

/* A file that cannot be read must not stop the run: its blocks are computed again. */
static int set_aside(const char *path, const char *reason, struct message *message)
{
    char aside[2 * MAX_PATH + 16];
    snprintf(aside, sizeof aside, "%s.damaged", path);
    if (rename(path, aside) != 0)
        return fail(message, STATUS_RUN, "%s: cannot be set aside: %s", path, strerror(errno));
    fprintf(stderr, "mxplain: %s; it is now %s, and its trials are computed again\n", reason,
            aside);
    return STATUS_OK;
}

static int take_over(struct store *into, const char *path, struct message *message)
{
    struct store part;
    struct stat state;
    if (stat(path, &state) != 0 || !S_ISREG(state.st_mode))
        return STATUS_OK;
    int status = store_open(&part, path, STORE_WRITE, &notice_on_error, message);
    if (status == STATUS_OK)
        status = store_merge(into, path, NULL, message);
    else if (status == STATUS_INPUT) {
        store_close(&part);
        return set_aside(path, message->text, message);
    }
    if (status == STATUS_OK)
        status = store_remove(&part, message);
    store_close(&part);
    return status;
}

/* "all.db.rank-12" belongs to "all.db". */
static bool is_rank_of(const char *name, const char *db)
{
    size_t length = strlen(db);
    if (strncmp(name, db, length) != 0 || strncmp(name + length, ".rank-", 6) != 0)
        return false;
    const char *digits = name + length + 6;
    return *digits != '\0' && digits[strspn(digits, "0123456789")] == '\0';
}

/* The blocks of all files `db`.rank-K into `db`. */
static int gather(const char *db, struct message *message)
{
    char folder[MAX_PATH], path[2 * MAX_PATH];
    struct store into;
    const char *slash = strrchr(db, '/'), *name = slash != NULL ? slash + 1 : db;
    snprintf(folder, sizeof folder, "%.*s", slash != NULL ? (int)(slash - db) + 1 : 2,
             slash != NULL ? db : "./");
    int status = store_open(&into, db, STORE_WRITE, &notice_on_error, message);
    DIR *entries = status == STATUS_OK ? opendir(folder) : NULL;
    if (status == STATUS_OK && entries == NULL)
        status = fail(message, STATUS_RUN, "%s: cannot be read: %s", folder, strerror(errno));
    for (struct dirent *entry; status == STATUS_OK && (entry = readdir(entries)) != NULL;) {
        snprintf(path, sizeof path, "%s%s", slash != NULL ? folder : "", entry->d_name);
        if (is_rank_of(entry->d_name, name))
            status = take_over(&into, path, message);
    }
    if (entries != NULL)
        closedir(entries);
    store_close(&into);
    return status;
}

/* ---- phases ---- */

/* Marks the blocks that the database lacks. */
static int find_missing(struct job *job, struct message *message)
{
    struct store store;
    struct store_blocks blocks = {0};
    uint64_t each = reference_blocks_per_scenario(job->what->trials);
    int status = store_open(&store, job->db, STORE_WRITE, &notice_on_error, message);
    if (status == STATUS_OK)
        status = store_blocks_open(&blocks, &store, job->digest, message);
    for (uint64_t i = 0; status == STATUS_OK && i < job->n_blocks; i++) {
        bool found;
        uint64_t first = i % each * BLOCK_TRIALS, left = job->what->trials - first;
        status = store_blocks_check(&blocks, (uint32_t)(i / each), first,
                                    left < BLOCK_TRIALS ? left : BLOCK_TRIALS, job->evidence->n,
                                    &found, message);
        job->wanted[i] = !found;
    }
    store_blocks_close(&blocks);
    store_close(&store);
    return status;
}

/* Of what is missing everyone takes every n-th block. */
static uint64_t keep_own_share(struct job *job)
{
    uint64_t n = (uint64_t)ranks_count(), me = (uint64_t)ranks_number(), missing = 0, own = 0;
    for (uint64_t i = 0; i < job->n_blocks; i++)
        if (job->wanted[i]) {
            job->wanted[i] = missing++ % n == me;
            own += job->wanted[i];
        }
    return own;
}

static int prepare(struct job *job, struct message *message)
{
    if (job->db == NULL)
        return fail(message, STATUS_INPUT,
                    "several processes need --db FILE to put their trials together");
    if (strlen(job->db) + 32 > MAX_PATH)
        return fail(message, STATUS_INPUT, "the name of the database is too long");
    job->n_blocks = reference_blocks(job->case_file, job->what->trials);
    job->wanted = calloc(job->n_blocks + 1, 1);
    if (job->wanted == NULL)
        return fail(message, STATUS_RUN, "out of memory for %" PRIu64 " blocks", job->n_blocks);
    int status = fingerprint_table(job->case_file, job->evidence->requests, job->evidence->n,
                                   job->what->seed, job->digest, message);
    if (status == STATUS_OK && ranks_number() == 0)
        status = gather(job->db, message);
    if (status == STATUS_OK && ranks_number() == 0)
        status = find_missing(job, message);
    return status;
}

static int compute(struct job *job, struct message *message)
{
    char path[MAX_PATH];
    if (!ranks_same(job->digest, sizeof job->digest))
        return fail(message, STATUS_INPUT,
                    "the processes differ in program, case, log or libraries: use the same "
                    "everywhere");
    ranks_share(job->wanted, job->n_blocks);
    if (keep_own_share(job) == 0)
        return STATUS_OK;
    snprintf(path, sizeof path, "%s.rank-%d", job->db, ranks_number());
    struct part part = {.what = job->what,
                        .output = path,
                        .wanted = job->wanted,
                        .quiet = job->what->quiet || ranks_number() > 0};
    return part_compute(&part, job->case_file, job->evidence, message);
}

int compute_by_ranks(const struct comparison *what, const char *db,
                     const struct case_file *case_file, const struct evidence *evidence,
                     unsigned *threads, struct message *message)
{
    struct job job = {.what = what, .db = db, .case_file = case_file, .evidence = evidence};
    int status = ranks_agree(prepare(&job, message), message);
    if (status == STATUS_OK)
        status = ranks_agree(compute(&job, message), message);
    if (status == STATUS_OK)
        *threads = ranks_lend_threads((unsigned)what->threads);
    if (status == STATUS_OK && ranks_number() == 0)
        status = gather(db, message);
    free(job.wanted);
    return status;
}
