/* The store: digests against published vectors, blocks and logs back byte for byte, damage seen,
 * clear refusals, and nothing half-written. */
#include "tests/support/check.h"

#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "analysis/store/blocks.h"
#include "analysis/store/logs.h"
#include "analysis/store/runs.h"
#include "analysis/store/store.h"

static struct message message;
static char directory[64];
static char told[1024];

static void listen(void *context, const char *text)
{
    (void)context;
    snprintf(told, sizeof told, "%s", text);
}

static const struct store_notice notice = {NULL, listen};

static const char *file_named(const char *name)
{
    static char path[160];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    return path;
}

static int set_up(void **state)
{
    (void)state;
    snprintf(directory, sizeof directory, "/tmp/mxplain-store-XXXXXX");
    told[0] = '\0';
    return mkdtemp(directory) == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    char command[96];
    snprintf(command, sizeof command, "rm -rf %s", directory);
    return system(command);
}

static void open_store(struct store *store, const char *path)
{
    int status = store_open(store, path, STORE_WRITE, &notice, &message);
    if (status != STATUS_OK)
        fail_msg("%s", message.text);
}

/* Runs SQL behind the store's back. */
static void tamper(const char *path, const char *sql)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void write_file(const char *path, const char *text, size_t n)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, n, file), n);
    fclose(file);
}

/* ---- digests ---- */

static void check_digest(const char *text, size_t repeats, const char *expected)
{
    struct digest digest;
    uint8_t out[DIGEST_BYTES];
    char hex[DIGEST_TEXT];
    digest_init(&digest);
    for (size_t i = 0; i < repeats; i++)
        digest_raw(&digest, text, strlen(text));
    digest_end(&digest, out);
    digest_hex(out, hex);
    assert_string_equal(hex, expected);
}

/* FIPS 180-4 examples (NIST, "SHA256.pdf") and the long message of RFC 6234, section 8.5. */
static void test_digest_vectors(void **state)
{
    (void)state;
    check_digest("", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    check_digest("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    check_digest("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
                 "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    check_digest("a", 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void end_to(struct digest *digest, uint8_t out[DIGEST_BYTES])
{
    digest_end(digest, out);
    digest_init(digest);
}

static void test_digest_frames_items(void **state)
{
    (void)state;
    struct digest digest;
    uint8_t a[DIGEST_BYTES], b[DIGEST_BYTES];
    digest_init(&digest);
    digest_text(&digest, "ab");
    digest_text(&digest, "c");
    end_to(&digest, a);
    digest_text(&digest, "a");
    digest_text(&digest, "bc");
    end_to(&digest, b);
    assert_memory_not_equal(a, b, DIGEST_BYTES);
    digest_text(&digest, NULL);
    end_to(&digest, a);
    digest_text(&digest, "");
    end_to(&digest, b);
    assert_memory_not_equal(a, b, DIGEST_BYTES);
    assert_int_equal(digest_file(&digest, file_named("none"), &message), STATUS_INPUT);
}

/* ---- opening ---- */

static void test_open_makes_and_opens_again(void **state)
{
    (void)state;
    struct store store;
    open_store(&store, file_named("new.db"));
    store_close(&store);
    open_store(&store, file_named("new.db"));
    store_close(&store);
    assert_int_equal(store_open(&store, file_named("new.db"), STORE_READ, NULL, &message),
                     STATUS_OK);
    store_close(&store);
}

static void refuse(const char *path, enum store_mode mode, const char *because)
{
    struct store store;
    message.text[0] = '\0';
    assert_int_equal(store_open(&store, path, mode, &notice, &message), STATUS_INPUT);
    store_close(&store);
    if (strstr(message.text, because) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", message.text, because);
}

static void test_open_refusals(void **state)
{
    (void)state;
    refuse(file_named("none.db"), STORE_READ, "cannot be opened");
    refuse(file_named("no/such/directory.db"), STORE_WRITE, "cannot be opened or made");
    refuse("", STORE_WRITE, "empty");
    refuse(directory, STORE_WRITE, "cannot be opened");
    char text[4096];
    memset(text, 'x', sizeof text);
    write_file(file_named("text.log"), text, sizeof text);
    refuse(file_named("text.log"), STORE_WRITE, "not an SQLite database");
    refuse(file_named("text.log"), STORE_READ, "not an SQLite database");
    tamper(file_named("other.db"), "CREATE TABLE bookmarks(url)");
    refuse(file_named("other.db"), STORE_WRITE, "another program");
    write_file(file_named("empty.db"), "", 0);
    refuse(file_named("empty.db"), STORE_READ, "empty");
}

/* A refused file is as it was before. */
static void test_refused_file_is_left_alone(void **state)
{
    (void)state;
    char before[64] = "these are somebody's notes, no database at all\n", after[64] = "";
    write_file(file_named("notes.txt"), before, sizeof before);
    refuse(file_named("notes.txt"), STORE_WRITE, "not an SQLite database");
    FILE *file = fopen(file_named("notes.txt"), "rb");
    assert_non_null(file);
    assert_int_equal(fread(after, 1, sizeof after, file), sizeof after);
    assert_int_equal(fgetc(file), EOF);
    fclose(file);
    assert_memory_equal(before, after, sizeof before);
}

static void test_newer_schema_is_refused(void **state)
{
    (void)state;
    struct store store;
    open_store(&store, file_named("new.db"));
    store_close(&store);
    tamper(file_named("new.db"), "UPDATE meta SET value = 99 WHERE key = 'schema_version'");
    refuse(file_named("new.db"), STORE_WRITE, "schema version 99");
}

/* ---- blocks ---- */

enum { ROWS = 20, COLUMNS = 7 };

static void fill(double rows[ROWS * COLUMNS], double from)
{
    for (int i = 0; i < ROWS * COLUMNS; i++)
        rows[i] = i % 5 == 3 ? NAN : from + i / 3.0;
}

static const uint8_t key_a[DIGEST_BYTES] = {1}, key_b[DIGEST_BYTES] = {2};

struct bench {
    struct store store;
    struct store_blocks blocks;
    struct block_store face;
};

static void open_blocks(struct bench *self, const uint8_t key[DIGEST_BYTES])
{
    open_store(&self->store, file_named("blocks.db"));
    assert_int_equal(store_blocks_open(&self->blocks, &self->store, key, &message), STATUS_OK);
    self->face = store_blocks_interface(&self->blocks);
}

static void close_blocks(struct bench *self)
{
    store_blocks_close(&self->blocks);
    store_close(&self->store);
}

static int save(struct bench *self, uint64_t first, size_t n_rows, const double *rows)
{
    return self->face.save(self->face.context, 3, first, n_rows, COLUMNS, rows, &message);
}

static bool load(struct bench *self, uint64_t first, size_t n_rows, double *rows)
{
    bool found = true;
    assert_int_equal(
        self->face.load(self->face.context, 3, first, n_rows, COLUMNS, rows, &found, &message),
        STATUS_OK);
    return found;
}

static void test_block_comes_back(void **state)
{
    (void)state;
    struct bench b;
    double rows[ROWS * COLUMNS], back[ROWS * COLUMNS] = {0};
    fill(rows, 1);
    open_blocks(&b, key_a);
    assert_false(load(&b, 250, ROWS, back));
    assert_int_equal(save(&b, 250, ROWS, rows), STATUS_OK);
    close_blocks(&b);
    open_blocks(&b, key_a);
    assert_true(load(&b, 250, ROWS, back));
    assert_memory_equal(rows, back, sizeof rows);
    assert_false(load(&b, 500, ROWS, back));
    close_blocks(&b);
    open_blocks(&b, key_b); /* another case, seed or program */
    assert_false(load(&b, 250, ROWS, back));
    close_blocks(&b);
}

/* A shorter run uses a longer one's block; a longer run replaces a shorter one's. */
static void test_block_lengths(void **state)
{
    (void)state;
    struct bench b;
    double rows[ROWS * COLUMNS], back[ROWS * COLUMNS];
    fill(rows, 5);
    open_blocks(&b, key_a);
    assert_int_equal(save(&b, 0, 8, rows), STATUS_OK);
    assert_false(load(&b, 0, ROWS, back));
    assert_int_equal(save(&b, 0, ROWS, rows), STATUS_OK);
    assert_int_equal(save(&b, 0, 8, rows), STATUS_OK);
    assert_true(load(&b, 0, ROWS, back));
    assert_true(load(&b, 0, 8, back));
    assert_memory_equal(rows, back, 8 * COLUMNS * sizeof *rows);
    close_blocks(&b);
}

static void damage(const char *sql)
{
    struct bench b;
    double rows[ROWS * COLUMNS], back[ROWS * COLUMNS];
    fill(rows, 5);
    open_blocks(&b, key_a);
    assert_int_equal(save(&b, 0, ROWS, rows), STATUS_OK);
    assert_true(load(&b, 0, ROWS, back));
    tamper(file_named("blocks.db"), sql);
    told[0] = '\0';
    assert_false(load(&b, 0, ROWS, back));
    assert_non_null(strstr(told, "damaged"));
    assert_int_equal(b.blocks.damaged, 1);
    assert_int_equal(save(&b, 0, ROWS, rows), STATUS_OK);
    assert_true(load(&b, 0, ROWS, back));
    assert_memory_equal(rows, back, sizeof rows);
    close_blocks(&b);
}

static void test_damaged_blocks_are_never_trusted(void **state)
{
    (void)state;
    damage("UPDATE blocks SET checksum = checksum + 1");
    damage("UPDATE blocks SET rows = zeroblob(length(rows))");
    damage("UPDATE blocks SET rows = x'00'");
    damage("UPDATE blocks SET rows = 'text'");
    damage("UPDATE blocks SET n_rows = n_rows + 1");
    damage("UPDATE blocks SET n_rows = -1");
    damage("UPDATE blocks SET n_rows = 10, n_columns = 14");
    damage("UPDATE blocks SET n_columns = 9223372036854775807");
    damage("UPDATE blocks SET n_rows = 'x'");
    damage("UPDATE OR REPLACE blocks SET first_trial = 0 WHERE first_trial = 250;"
           "UPDATE blocks SET rows = (SELECT substr(rows, 9) || substr(rows, 1, 8) FROM blocks)");
}

/* A block under another block's key has the right length and a whole body, and is still refused. */
static void test_swapped_block(void **state)
{
    (void)state;
    struct bench b;
    double rows[ROWS * COLUMNS], back[ROWS * COLUMNS];
    fill(rows, 5);
    open_blocks(&b, key_a);
    assert_int_equal(save(&b, 0, ROWS, rows), STATUS_OK);
    tamper(file_named("blocks.db"), "UPDATE blocks SET first_trial = 250");
    assert_false(load(&b, 250, ROWS, back));
    assert_int_equal(b.blocks.damaged, 1);
    close_blocks(&b);
}

static void test_full_disk(void **state)
{
    (void)state;
    struct bench b;
    double rows[ROWS * COLUMNS], back[ROWS * COLUMNS];
    fill(rows, 2);
    open_blocks(&b, key_a);
    assert_int_equal(sqlite3_exec(b.store.db, "PRAGMA max_page_count = 30", NULL, NULL, NULL),
                     SQLITE_OK);
    uint64_t n = 0;
    while (n < 1000 && save(&b, n * 250, ROWS, rows) == STATUS_OK)
        n++;
    assert_in_range(n, 1, 999);
    assert_non_null(strstr(message.text, "no space left"));
    close_blocks(&b);
    open_blocks(&b, key_a);
    for (uint64_t i = 0; i < n; i++)
        assert_true(load(&b, i * 250, ROWS, back));
    assert_false(load(&b, n * 250, ROWS, back));
    assert_int_equal(save(&b, n * 250, ROWS, rows), STATUS_OK);
    close_blocks(&b);
}

static void test_deleted_database(void **state)
{
    (void)state;
    struct bench b;
    double rows[ROWS * COLUMNS];
    fill(rows, 2);
    open_blocks(&b, key_a);
    assert_int_equal(save(&b, 0, ROWS, rows), STATUS_OK);
    assert_int_equal(unlink(file_named("blocks.db")), 0);
    assert_int_equal(save(&b, 250, ROWS, rows), STATUS_RUN);
    assert_non_null(strstr(message.text, "deleted or moved"));
    close_blocks(&b);
}

/* ---- several processes ---- */

struct holder {
    struct store store;
    double hold_s;
};

static void *hold_lock(void *context)
{
    struct holder *holder = context;
    struct timespec nap = {(time_t)holder->hold_s, 0};
    nanosleep(&nap, NULL);
    store_end(&holder->store, STATUS_OK, NULL);
    return NULL;
}

static void test_second_writer_waits_and_says_so(void **state)
{
    (void)state;
    struct holder holder = {.hold_s = 1};
    struct bench b;
    pthread_t thread;
    double rows[ROWS * COLUMNS];
    fill(rows, 2);
    open_store(&holder.store, file_named("blocks.db"));
    open_blocks(&b, key_a);
    assert_int_equal(store_begin(&holder.store, &message), STATUS_OK);
    assert_int_equal(pthread_create(&thread, NULL, hold_lock, &holder), 0);
    assert_int_equal(save(&b, 0, ROWS, rows), STATUS_OK);
    pthread_join(thread, NULL);
    assert_non_null(strstr(told, "another process is writing, waiting"));
    close_blocks(&b);
    store_close(&holder.store);
}

static void test_second_writer_gives_up(void **state)
{
    (void)state;
    struct store first;
    struct bench b;
    double rows[ROWS * COLUMNS];
    fill(rows, 2);
    open_store(&first, file_named("blocks.db"));
    open_blocks(&b, key_a);
    b.store.wait_s = 0.1;
    assert_int_equal(store_begin(&first, &message), STATUS_OK);
    assert_int_equal(save(&b, 0, ROWS, rows), STATUS_RUN);
    assert_non_null(strstr(message.text, "another process"));
    assert_int_equal(store_end(&first, STATUS_OK, &message), STATUS_OK);
    assert_int_equal(save(&b, 0, ROWS, rows), STATUS_OK);
    close_blocks(&b);
    store_close(&first);
}

/* A reader sees what was committed, while a writer is in the middle of something. */
static void test_reader_during_a_run(void **state)
{
    (void)state;
    struct bench writer, reader;
    double rows[ROWS * COLUMNS], back[ROWS * COLUMNS];
    fill(rows, 2);
    open_blocks(&writer, key_a);
    assert_int_equal(save(&writer, 0, ROWS, rows), STATUS_OK);
    assert_int_equal(store_begin(&writer.store, &message), STATUS_OK);
    assert_int_equal(store_open(&reader.store, file_named("blocks.db"), STORE_READ, NULL, &message),
                     STATUS_OK);
    assert_int_equal(store_blocks_open(&reader.blocks, &reader.store, key_a, &message), STATUS_OK);
    reader.face = store_blocks_interface(&reader.blocks);
    assert_true(load(&reader, 0, ROWS, back));
    assert_int_equal(save(&reader, 250, ROWS, rows), STATUS_RUN);
    close_blocks(&reader);
    assert_int_equal(store_end(&writer.store, STATUS_OK, &message), STATUS_OK);
    close_blocks(&writer);
}

static void test_merge(void **state)
{
    (void)state;
    struct bench b;
    struct store into;
    struct merge_count count = {0};
    double rows[ROWS * COLUMNS], back[ROWS * COLUMNS];
    fill(rows, 9);
    open_blocks(&b, key_a);
    for (uint64_t i = 0; i < 4; i++)
        assert_int_equal(save(&b, i * 250, ROWS, rows), STATUS_OK);
    close_blocks(&b);
    tamper(file_named("blocks.db"), "UPDATE blocks SET checksum = 1 WHERE first_trial = 500");
    open_store(&into, file_named("all.db"));
    char shard[160];
    snprintf(shard, sizeof shard, "%s", file_named("blocks.db"));
    assert_int_equal(store_merge(&into, shard, &count, &message), STATUS_OK);
    assert_int_equal(count.copied, 3);
    assert_int_equal(count.damaged, 1);
    assert_int_equal(store_merge(&into, shard, &count, &message), STATUS_OK);
    assert_int_equal(count.present, 3);
    assert_int_equal(store_merge(&into, file_named("none.db"), &count, &message), STATUS_INPUT);
    store_close(&into);
    assert_int_equal(rename(file_named("all.db"), shard), 0);
    open_blocks(&b, key_a);
    assert_true(load(&b, 250, ROWS, back));
    assert_memory_equal(rows, back, sizeof rows);
    assert_false(load(&b, 500, ROWS, back));
    close_blocks(&b);
}

/* ---- runs ---- */

static void test_runs_and_verdicts(void **state)
{
    (void)state;
    struct store store;
    struct store_run_info info = {{7}, "a'; DROP TABLE runs; --.cfg", NULL, UINT64_MAX, 100};
    int64_t first, second;
    char *json;
    open_store(&store, file_named("runs.db"));
    assert_int_equal(store_load_verdict(&store, 0, &json, &message), STATUS_INPUT);
    assert_null(json);
    assert_int_equal(store_begin_run(&store, &info, &first, &message), STATUS_OK);
    assert_int_equal(store_begin_run(&store, &info, &second, &message), STATUS_OK);
    assert_int_equal(store_save_verdict(&store, first, "{\"a\":1}", "It's so.", &message),
                     STATUS_OK);
    assert_int_equal(store_save_verdict(&store, second, "{}", "", &message), STATUS_OK);
    assert_int_equal(store_finish_run(&store, first, STATUS_OK, &message), STATUS_OK);
    assert_int_equal(store_load_verdict(&store, first, &json, &message), STATUS_OK);
    assert_string_equal(json, "{\"a\":1}");
    free(json);
    assert_int_equal(store_load_verdict(&store, 0, &json, &message), STATUS_OK);
    assert_string_equal(json, "{}");
    free(json);
    assert_int_equal(store_load_verdict(&store, 77, &json, &message), STATUS_INPUT);
    store_close(&store);
}

/* ---- logs ---- */

static const char *const strange[] = {
    "plain.example",  "'); DROP TABLE logs; --",   "\x1b[31m\xff\xfe",
    "$(id)`id`\"'\\", "<script>alert(1)</script>", ""};

static void make_log(struct query_log *log, size_t n)
{
    uint32_t id;
    assert_int_equal(query_log_init(log), STATUS_OK);
    for (size_t i = 0; i < sizeof strange / sizeof *strange; i++) {
        assert_int_equal(intern_add(&log->names, strange[i], strlen(strange[i]), &id), STATUS_OK);
        assert_int_equal(intern_add(&log->clients, strange[i], strlen(strange[i]), &id), STATUS_OK);
    }
    assert_int_equal(intern_add(&log->servers, "ns1", 3, &id), STATUS_OK);
    log->columns = COLUMN_TIME | COLUMN_CLIENT | COLUMN_NAME;
    log->resolution_us = 1000;
    log->from_us = -5;
    log->until_us = 7;
    for (size_t i = 0; i < n; i++) {
        struct query query = {.time_us = (time_us)i / 2 - 100,
                              .client = (uint32_t)(i % 6),
                              .name = (uint32_t)(i % 5),
                              .type = (uint16_t)(i % 300),
                              .server = (uint16_t)(i % 2),
                              .flags = i % 7 == 0 ? QUERY_LOSSY_NAME : 0};
        assert_int_equal(query_array_add(&log->queries, query), STATUS_OK);
    }
}

static void same_texts(const struct intern *a, const struct intern *b)
{
    assert_int_equal(a->count, b->count);
    for (uint32_t i = 0; i < a->count; i++)
        assert_string_equal(intern_text(a, i), intern_text(b, i));
}

static void check_log_of(size_t n)
{
    struct store store;
    struct query_log log, back;
    struct store_log_info info = {"it's \"mine\"", NULL, "read 5 lines"};
    make_log(&log, n);
    open_store(&store, file_named("logs.db"));
    assert_int_equal(store_save_log(&store, &info, &log, true, &message), STATUS_OK);
    assert_int_equal(store_save_log(&store, &info, &log, false, &message), STATUS_INPUT);
    assert_int_equal(store_load_log(&store, info.name, &back, &message), STATUS_OK);
    assert_int_equal(back.queries.n, n);
    if (n > 0)
        assert_memory_equal(log.queries.q, back.queries.q, n * sizeof *log.queries.q);
    same_texts(&log.names, &back.names);
    same_texts(&log.clients, &back.clients);
    same_texts(&log.servers, &back.servers);
    assert_int_equal(back.columns, log.columns);
    assert_int_equal(back.resolution_us, 1000);
    assert_int_equal(back.from_us, -5);
    assert_int_equal(back.until_us, 7);
    query_log_free(&back);
    query_log_free(&log);
    assert_int_equal(store_drop_log(&store, info.name, &message), STATUS_OK);
    assert_int_equal(store_drop_log(&store, info.name, &message), STATUS_INPUT);
    assert_int_equal(store_load_log(&store, info.name, &back, &message), STATUS_INPUT);
    store_close(&store);
}

static void test_log_comes_back(void **state)
{
    (void)state;
    const size_t sizes[] = {0, 1, 31, 32, 33, 1000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        check_log_of(sizes[i]);
}

static void load_tampered(const char *sql)
{
    struct store store;
    struct query_log log, back;
    struct store_log_info info = {"it", "a.csv", NULL};
    make_log(&log, 100);
    open_store(&store, file_named("logs.db"));
    assert_int_equal(store_save_log(&store, &info, &log, true, &message), STATUS_OK);
    query_log_free(&log);
    tamper(file_named("logs.db"), sql);
    assert_int_equal(store_load_log(&store, "it", &back, &message), STATUS_INPUT);
    assert_non_null(strstr(message.text, "damaged"));
    store_close(&store);
}

static void test_damaged_log_is_refused(void **state)
{
    (void)state;
    load_tampered("DELETE FROM log_queries WHERE position = 99");
    load_tampered("DELETE FROM log_queries WHERE position = 50");
    load_tampered("UPDATE log_queries SET client = 6 WHERE position = 3");
    load_tampered("UPDATE log_queries SET name = -1 WHERE position = 3");
    load_tampered("UPDATE log_queries SET type = 65536 WHERE position = 3");
    load_tampered("UPDATE log_queries SET server = 2 WHERE position = 3");
    load_tampered("UPDATE log_queries SET time_us = 1000 WHERE position = 3");
    load_tampered("UPDATE log_texts SET text = 'twice' WHERE kind = 1 AND id > 2");
    load_tampered("DELETE FROM log_texts WHERE kind = 0 AND id = 0");
    load_tampered("UPDATE log_texts SET kind = 9 WHERE kind = 2");
    load_tampered("UPDATE logs SET n_queries = -1");
    load_tampered("UPDATE logs SET resolution_us = 0");
}

/* A log that does not fit leaves nothing of itself behind, and the old one as it was. */
static void test_full_disk_leaves_no_half_log(void **state)
{
    (void)state;
    struct store store;
    struct query_log small, large, back;
    struct store_log_info info = {"it", NULL, NULL};
    make_log(&small, 50);
    make_log(&large, 20000);
    open_store(&store, file_named("logs.db"));
    assert_int_equal(store_save_log(&store, &info, &small, false, &message), STATUS_OK);
    sqlite3_exec(store.db, "PRAGMA max_page_count = 40", NULL, NULL, NULL);
    assert_int_equal(store_save_log(&store, &info, &large, true, &message), STATUS_RUN);
    assert_non_null(strstr(message.text, "no space left"));
    assert_int_equal(store_load_log(&store, "it", &back, &message), STATUS_OK);
    assert_int_equal(back.queries.n, 50);
    query_log_free(&back);
    query_log_free(&small);
    query_log_free(&large);
    store_close(&store);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_digest_vectors),
        TEST(test_digest_frames_items),
        TEST(test_open_makes_and_opens_again),
        TEST(test_open_refusals),
        TEST(test_refused_file_is_left_alone),
        TEST(test_newer_schema_is_refused),
        TEST(test_block_comes_back),
        TEST(test_block_lengths),
        TEST(test_damaged_blocks_are_never_trusted),
        TEST(test_swapped_block),
        TEST(test_full_disk),
        TEST(test_deleted_database),
        TEST(test_second_writer_waits_and_says_so),
        TEST(test_second_writer_gives_up),
        TEST(test_reader_during_a_run),
        TEST(test_merge),
        TEST(test_runs_and_verdicts),
        TEST(test_log_comes_back),
        TEST(test_damaged_log_is_refused),
        TEST(test_full_disk_leaves_no_half_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
