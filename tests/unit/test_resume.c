/* A run that is killed at any moment continues and ends with the same bytes.
 *
 * Each attempt is a child process that fills a reference table with a database beside it; the
 * parent kills it (SIGKILL) after a random while and starts the next one, until one comes to its
 * end. TORTURE_KILLS in the environment sets the number of kills (5; `make torture`: 100).
 */
#include "tests/support/check.h"

#include <gsl/gsl_errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "analysis/store/blocks.h"
#include "analysis/store/logs.h"
#include "sim/rng.h"
#include "tests/support/tiny_case.h"

enum { TRIALS = 2100, DAYS = 20 }; /* 9 blocks for each scenario, the last one short */

static struct tiny_case tiny;
static char directory[64];

static const char *file_named(const char *name)
{
    static char path[160];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    return path;
}

static int set_up(void **state)
{
    (void)state;
    snprintf(directory, sizeof directory, "/tmp/mxplain-resume-XXXXXX");
    return mkdtemp(directory) == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    char command[96];
    snprintf(command, sizeof command, "rm -rf %s", directory);
    return system(command);
}

struct outcome {
    struct reference table;
    uint64_t loaded, saved;
};

/* Fills the table, with the database "run.db" unless `plain`. */
static int fill(struct outcome *out, bool plain, unsigned threads, const struct progress *progress,
                struct message *message)
{
    static const uint8_t key[DIGEST_BYTES] = {42};
    struct store store;
    struct store_blocks blocks;
    struct block_store face;
    memset(out, 0, sizeof *out);
    struct reference_options options = {
        .seed = 7, .trials = TRIALS, .threads = threads, .progress = progress};
    if (plain)
        return reference_fill(&out->table, &tiny.case_file, tiny.requests, tiny.n_requests,
                              &options, message);
    int status = store_open(&store, file_named("run.db"), STORE_WRITE, NULL, message);
    memset(&blocks, 0, sizeof blocks);
    if (status == STATUS_OK)
        status = store_blocks_open(&blocks, &store, key, message);
    if (status == STATUS_OK) {
        face = store_blocks_interface(&blocks);
        options.store = &face;
        status = reference_fill(&out->table, &tiny.case_file, tiny.requests, tiny.n_requests,
                                &options, message);
    }
    out->loaded = blocks.loaded;
    out->saved = blocks.saved;
    store_blocks_close(&blocks);
    store_close(&store);
    return status;
}

static size_t table_bytes(const struct reference *table)
{
    return table->n_scenarios * table->trials * table->n_columns * sizeof *table->raw;
}

static void table_digest(const struct reference *table, uint8_t out[DIGEST_BYTES])
{
    struct digest digest;
    digest_init(&digest);
    digest_raw(&digest, table->raw, table_bytes(table));
    digest_end(&digest, out);
}

/* What the child does; its exit code is its status, the table's digest goes into a file. */
static void be_child(unsigned threads)
{
    struct message message = {{0}};
    struct outcome out;
    uint8_t digest[DIGEST_BYTES];
    int status = fill(&out, false, threads, NULL, &message);
    if (status != STATUS_OK) {
        fprintf(stderr, "%s\n", message.text);
        _exit(status);
    }
    table_digest(&out.table, digest);
    FILE *file = fopen(file_named("digest"), "wb");
    bool good = file != NULL && fwrite(digest, 1, sizeof digest, file) == sizeof digest;
    good = file != NULL && fclose(file) == 0 && good;
    _exit(good ? 0 : 99);
}

static void nap_us(uint64_t us)
{
    struct timespec nap = {(time_t)(us / 1000000), (long)(us % 1000000) * 1000};
    nanosleep(&nap, NULL);
}

/* One attempt, killed after `us` unless `let_live`. True where it came to its end. */
static bool attempt(unsigned threads, uint64_t us, bool let_live)
{
    int how;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        be_child(threads);
    nap_us(us);
    if (!let_live)
        kill(child, SIGKILL);
    assert_int_equal(waitpid(child, &how, 0), child);
    if (WIFSIGNALED(how))
        return false;
    assert_int_equal(WEXITSTATUS(how), 0);
    return true;
}

static void same_digest_as(const uint8_t expected[DIGEST_BYTES])
{
    uint8_t digest[DIGEST_BYTES] = {0};
    FILE *file = fopen(file_named("digest"), "rb");
    assert_non_null(file);
    assert_int_equal(fread(digest, 1, sizeof digest, file), sizeof digest);
    fclose(file);
    assert_memory_equal(digest, expected, DIGEST_BYTES);
}

static void remove_database(void)
{
    const char *const names[] = {"run.db", "run.db-wal", "run.db-shm", "digest"};
    for (int i = 0; i < 4; i++)
        unlink(file_named(names[i]));
}

static uint64_t undisturbed_us(uint8_t digest[DIGEST_BYTES])
{
    struct message message;
    struct outcome out;
    struct timespec before, after;
    clock_gettime(CLOCK_MONOTONIC, &before);
    assert_int_equal(fill(&out, true, 1, NULL, &message), STATUS_OK);
    clock_gettime(CLOCK_MONOTONIC, &after);
    table_digest(&out.table, digest);
    reference_free(&out.table);
    return (uint64_t)(after.tv_sec - before.tv_sec) * 1000000 +
           (uint64_t)(after.tv_nsec - before.tv_nsec + 1000000000) / 1000 - 1000000;
}

static void test_killed_runs_resume(void **state)
{
    (void)state;
    const char *text = getenv("TORTURE_KILLS");
    long wanted = text != NULL ? strtol(text, NULL, 10) : 5, kills = 0, completed = 0;
    uint8_t expected[DIGEST_BYTES];
    uint64_t whole_us = undisturbed_us(expected);
    struct rng rng;
    rng_init(&rng, (struct rng_key){1, 2}, 3);
    while (kills < wanted || completed == 0) {
        unsigned threads = 1 + (unsigned)(completed % 2);
        bool let_live = kills >= wanted;
        uint64_t us = rng_below(&rng, whole_us * 3 / 4);
        if (!attempt(threads, us, let_live)) {
            kills++;
            continue;
        }
        same_digest_as(expected);
        remove_database();
        completed++;
    }
    print_message("%ld kills, %ld resumed runs with the same bytes\n", kills, completed);
}

/* ---- the rest without chance ---- */

struct stopper {
    uint64_t after;
    int stop;
};

static void count(void *context, uint64_t done, uint64_t all)
{
    struct stopper *stopper = context;
    (void)all;
    stopper->stop = done >= stopper->after;
}

static void test_resume_uses_what_was_stored(void **state)
{
    (void)state;
    struct message message;
    struct outcome part, rest;
    uint8_t expected[DIGEST_BYTES], digest[DIGEST_BYTES];
    undisturbed_us(expected);
    struct stopper stopper = {.after = 1000};
    struct progress progress = {&stopper, count, &stopper.stop};
    assert_int_equal(fill(&part, false, 1, &progress, &message), STATUS_RUN);
    assert_int_equal(part.saved, 4);
    reference_free(&part.table);
    assert_int_equal(fill(&rest, false, 2, NULL, &message), STATUS_OK);
    assert_int_equal(rest.loaded, 4);
    assert_int_equal(rest.saved, 14);
    table_digest(&rest.table, digest);
    assert_memory_equal(digest, expected, DIGEST_BYTES);
    reference_free(&rest.table);
}

static void test_threads_give_the_same_bytes(void **state)
{
    (void)state;
    struct message message;
    struct outcome one, three;
    assert_int_equal(fill(&one, true, 1, NULL, &message), STATUS_OK);
    assert_int_equal(fill(&three, true, 3, NULL, &message), STATUS_OK);
    assert_memory_equal(one.table.raw, three.table.raw, table_bytes(&one.table));
    reference_free(&one.table);
    reference_free(&three.table);
}

/* The device refuses to let the file grow: a message, and what was committed stays usable. */
static void test_no_room_for_the_file(void **state)
{
    (void)state;
    struct message message = {{0}};
    struct outcome out;
    struct rlimit old, tight = {400000, RLIM_INFINITY};
    uint8_t expected[DIGEST_BYTES], digest[DIGEST_BYTES];
    undisturbed_us(expected);
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &old);
    tight.rlim_max = old.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    int status = fill(&out, false, 1, NULL, &message);
    setrlimit(RLIMIT_FSIZE, &old);
    assert_int_equal(status, STATUS_RUN);
    assert_non_null(strstr(message.text, "run.db"));
    reference_free(&out.table);
    assert_int_equal(fill(&out, false, 1, NULL, &message), STATUS_OK);
    table_digest(&out.table, digest);
    assert_memory_equal(digest, expected, DIGEST_BYTES);
    reference_free(&out.table);
}

static void delete_after_three(void *context, uint64_t done, uint64_t all)
{
    (void)context;
    (void)all;
    if (done == 750)
        remove_database();
}

static void test_deleted_during_the_run(void **state)
{
    (void)state;
    struct message message = {{0}};
    struct outcome out;
    struct progress progress = {NULL, delete_after_three, NULL};
    assert_int_equal(fill(&out, false, 1, &progress, &message), STATUS_RUN);
    assert_non_null(strstr(message.text, "deleted or moved"));
    assert_int_equal(out.saved, 3);
    reference_free(&out.table);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_killed_runs_resume),          TEST(test_resume_uses_what_was_stored),
        TEST(test_threads_give_the_same_bytes), TEST(test_no_room_for_the_file),
        TEST(test_deleted_during_the_run),
    };
    gsl_set_error_handler_off();
    tiny_case_init(&tiny, DAYS);
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    tiny_case_free(&tiny);
    return failures;
}
