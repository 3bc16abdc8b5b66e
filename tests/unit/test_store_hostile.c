/* A database from somebody who means harm: changed schema, triggers, views, wrong types, damaged
 * pages, journals that name other files. Always an end, and no effect but a message. */
#include "tests/support/check.h"

#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/rng.h"
#include "tests/support/use_database.h"

static struct message message;
static char directory[64], good[100], bad[100], scratch[100];

static int set_up(void **state)
{
    (void)state;
    snprintf(directory, sizeof directory, "/tmp/mxplain-hostile-XXXXXX");
    if (mkdtemp(directory) == NULL)
        return -1;
    snprintf(good, sizeof good, "%s/good.db", directory);
    snprintf(bad, sizeof bad, "%s/bad.db", directory);
    snprintf(scratch, sizeof scratch, "%s/scratch.db", directory);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    char command[96];
    snprintf(command, sizeof command, "rm -rf %s", directory);
    return system(command);
}

/* A database with two blocks, a verdict, a log and a note about parts, in small pages. */
static void make_good(void)
{
    struct store store;
    struct store_blocks blocks;
    struct query_log log;
    static const uint8_t key[DIGEST_BYTES] = {1};
    struct table_parts parts = {.trials = 100, .of = 2, .scenarios = 2};
    struct store_log_info info = {"it", "a.csv", NULL};
    uint32_t id;
    assert_int_equal(store_open(&store, good, STORE_WRITE, NULL, &message), STATUS_OK);
    assert_int_equal(query_log_init(&log), STATUS_OK);
    assert_int_equal(intern_add(&log.names, "mail.example", 12, &id), STATUS_OK);
    assert_int_equal(intern_add(&log.clients, "192.0.2.1", 9, &id), STATUS_OK);
    assert_int_equal(intern_add(&log.servers, "", 0, &id), STATUS_OK);
    for (int i = 0; i < 20; i++)
        assert_int_equal(query_array_add(&log.queries, (struct query){.time_us = i, .type = 1}),
                         STATUS_OK);
    log.resolution_us = 1;
    assert_int_equal(store_save_log(&store, &info, &log, false, &message), STATUS_OK);
    query_log_free(&log);
    assert_int_equal(store_note_parts(&store, &parts, &message), STATUS_OK);
    assert_int_equal(store_blocks_open(&blocks, &store, key, &message), STATUS_OK);
    store_blocks_close(&blocks);
    store_close(&store);
    use_database(good, scratch);
    sqlite3 *db;
    assert_int_equal(sqlite3_open(good, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db,
                                  "PRAGMA journal_mode = DELETE; PRAGMA page_size = 512; VACUUM",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite3_close(db);
}

static void copy_file(const char *from, const char *to)
{
    char command[500];
    snprintf(command, sizeof command, "rm -f %s-* && cp %s %s", to, from, to);
    assert_int_equal(system(command), 0);
}

/* The good database after some SQL: opening it says `because`. NULL: it may be opened. */
static void after(const char *sql, const char *because)
{
    struct store store;
    sqlite3 *db;
    copy_file(good, bad);
    assert_int_equal(sqlite3_open(bad, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    sqlite3_close(db);
    for (int mode = STORE_READ; mode <= STORE_WRITE; mode++) {
        int status = store_open(&store, bad, (enum store_mode)mode, NULL, &message);
        store_close(&store);
        if (because == NULL ? status != STATUS_OK
                            : status != STATUS_INPUT || strstr(message.text, because) == NULL)
            fail_msg("%s: status %d, %s", sql, status, message.text);
    }
    use_database(bad, scratch);
}

#define WRITABLE "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = "

static void changed_schemas_are_refused(void **state)
{
    (void)state;
    static const char *const changes[] = {
        "CREATE TRIGGER t AFTER INSERT ON blocks BEGIN DELETE FROM runs; END",
        "CREATE TRIGGER t BEFORE UPDATE ON meta BEGIN SELECT 1; END",
        "CREATE INDEX i ON blocks(length(rows))",
        "CREATE INDEX i ON runs(status) WHERE status = 'done'",
        "DROP TABLE verdicts; CREATE VIEW verdicts AS SELECT 1 AS run, '{}' AS json, '' AS "
        "sentence",
        "DROP TABLE verdicts; CREATE VIEW Verdicts(run, json, sentence) AS"
        " WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x, x, x FROM c",
        "DROP TABLE blocks; CREATE TABLE blocks(digest, scenario, first_trial, n_rows, n_columns,"
        " checksum, rows AS (zeroblob(100000000)))",
        "DROP TABLE blocks; CREATE TABLE blocks(digest, scenario, first_trial, n_rows, n_columns,"
        " checksum, rows CHECK (length(hex(zeroblob(50000000))) > 1))",
        "DROP TABLE blocks; CREATE TABLE blocks(digest, scenario, first_trial, n_rows, n_columns,"
        " checksum, rows, extra DEFAULT (randomblob(90000000)))",
        "DROP TABLE blocks; CREATE TABLE \"blocks\"(digest, scenario)",
        "DROP TABLE meta; CREATE VIEW meta AS SELECT 'schema_version' AS key, 1 AS value",
        WRITABLE "'CREATE VIRTUAL TABLE runs USING fts5(a)', rootpage = 0 WHERE name = 'runs'",
        WRITABLE "replace(sql, 'status TEXT', 'status TEXT COLLATE evil') WHERE name = 'runs'",
    };
    make_good();
    after("SELECT 1", NULL);
    after("CREATE TABLE notes(x); CREATE VIEW v AS SELECT * FROM blocks", NULL);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
        after(changes[i], "its schema was changed");
    after("DROP TABLE meta", "tables are not as this program makes them");
}

/* Right schema, wrong content: whatever the reader makes of it, it ends. */
static void wrong_content_is_survived(void **state)
{
    (void)state;
    static const char *const changes[] = {
        "UPDATE blocks SET digest = 17, scenario = 'x', rows = 'x'",
        "UPDATE blocks SET first_trial = -9223372036854775807 - 1, scenario = -1",
        "UPDATE blocks SET rows = zeroblob(60000000)",
        "UPDATE blocks SET n_rows = 1e300, n_columns = -1, checksum = x'00'",
        "UPDATE verdicts SET json = zeroblob(1000000)",
        "UPDATE verdicts SET json = 1e999, run = -5",
        "UPDATE meta SET value = x'00ff' WHERE key GLOB 'part *'",
        "UPDATE meta SET value = 9223372036854775807 WHERE key GLOB 'part *'",
        "UPDATE meta SET key = 'part ' || hex(randomblob(32)) || ' 1 1' WHERE key GLOB 'part *'",
        "UPDATE meta SET key = substr(key, 1, 69) || ' -1 99999999999' WHERE key GLOB 'part *'",
        "UPDATE meta SET key = substr(key, 1, 69) || ' 100000000 1', value = 64"
        " WHERE key GLOB 'part *'",
        "UPDATE logs SET name = zeroblob(1000), n_queries = 2000000000",
        "UPDATE logs SET from_us = 9223372036854775807, until_us = -9223372036854775807 - 1",
        "UPDATE logs SET resolution_us = 9223372036854775807, columns = -1",
        "UPDATE log_texts SET text = zeroblob(5000000)",
        "UPDATE log_queries SET time_us = 9223372036854775807, client = -1, server = 70000",
        "UPDATE log_queries SET position = 'x' || position, flags = 'y'",
    };
    make_good();
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
        after(changes[i], NULL);
}

static void damaged_pages_are_survived(void **state)
{
    (void)state;
    static uint8_t whole[1 << 18], part[1 << 18];
    struct rng rng;
    make_good();
    FILE *file = fopen(good, "rb");
    assert_non_null(file);
    size_t n = fread(whole, 1, sizeof whole, file);
    fclose(file);
    assert_in_range(n, 5000, sizeof whole - 1);
    rng_init(&rng, (struct rng_key){11, 2}, 3);
    for (int round = 0; round < 250; round++) {
        size_t size = round % 5 == 0 ? rng_below(&rng, n) : n;
        memcpy(part, whole, n);
        for (uint64_t i = rng_below(&rng, 12); i > 0; i--)
            part[rng_below(&rng, round % 2 ? n : 3000)] = (uint8_t)rng_below(&rng, 256);
        copy_file(good, bad);
        file = fopen(bad, "wb");
        assert_non_null(file);
        assert_int_equal(fwrite(part, 1, size, file), size);
        fclose(file);
        use_database(bad, scratch);
    }
}

/* SQLite deletes the journal that a journal names once nobody needs it: so none may be named. */
static void journals_delete_nothing(void **state)
{
    (void)state;
    static const unsigned char magic[8] = {0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7};
    struct store store;
    char victim[100], journal[120], page[512] = {0};
    make_good();
    snprintf(victim, sizeof victim, "%s/victim", directory);
    copy_file(good, victim);
    snprintf(journal, sizeof journal, "%s-journal", good);
    FILE *file = fopen(journal, "wb");
    assert_non_null(file);
    fwrite(magic, 1, sizeof magic, file);
    fwrite(page, 1, sizeof page - sizeof magic, file);
    uint32_t sum = 0;
    for (size_t i = 0; victim[i] != '\0'; i++)
        sum += (uint8_t)victim[i];
    const uint32_t words[] = {0x01000040u, 0, (uint32_t)strlen(victim) << 24, 0};
    fwrite(words, 4, 1, file);
    fwrite(victim, 1, strlen(victim), file);
    fwrite(&words[2], 4, 1, file);
    const unsigned char check[4] = {0, 0, (uint8_t)(sum >> 8), (uint8_t)sum};
    fwrite(check, 1, 4, file);
    fwrite(magic, 1, sizeof magic, file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(store_open(&store, good, STORE_WRITE, NULL, &message), STATUS_INPUT);
    assert_non_null(strstr(message.text, "names another file"));
    store_close(&store);
    assert_int_equal(access(victim, F_OK), 0);
}

/* What a user without the right to write is told; root may write everywhere. */
static void read_only_places(void **state)
{
    (void)state;
    int how;
    make_good();
    assert_int_equal(chmod(directory, 0555) | chmod(good, 0444), 0);
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct store store;
        if (geteuid() == 0 && seteuid(65534) != 0)
            _exit(77);
        int status = store_open(&store, good, STORE_WRITE, NULL, &message);
        bool told = strstr(message.text, "not writable") != NULL;
        store_close(&store);
        int made = store_open(&store, bad, STORE_WRITE, NULL, &message);
        told = told && strstr(message.text, "may you write in it?") != NULL;
        store_close(&store);
        int reading = store_open(&store, good, STORE_READ, NULL, &message);
        store_close(&store);
        _exit(told && status == STATUS_INPUT && made == STATUS_INPUT && reading == STATUS_OK ? 0
                                                                                             : 1);
    }
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_int_equal(chmod(directory, 0755), 0);
    assert_true(WIFEXITED(how));
    if (WEXITSTATUS(how) == 77)
        skip();
    assert_int_equal(WEXITSTATUS(how), 0);
}

/* A table of the name under which waiting queries are read is not read in their place. */
static void a_foreign_table_does_not_replace_queries(void **state)
{
    (void)state;
    struct store store;
    struct query_log log;
    struct store_log_info info = {"again", "b.csv", NULL};
    make_good();
    after("CREATE TABLE waiting_rows(log, position, time_us, client, name, type, server, flags)",
          NULL);
    assert_int_equal(store_open(&store, bad, STORE_WRITE, NULL, &message), STATUS_OK);
    assert_int_equal(store_load_log(&store, "it", &log, &message), STATUS_OK);
    assert_int_equal(store_save_log(&store, &info, &log, false, &message), STATUS_OK);
    query_log_free(&log);
    assert_int_equal(store_load_log(&store, "again", &log, &message), STATUS_OK);
    assert_int_equal(log.queries.n, 20);
    query_log_free(&log);
    store_close(&store);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(changed_schemas_are_refused),
        TEST(wrong_content_is_survived),
        TEST(damaged_pages_are_survived),
        TEST(journals_delete_nothing),
        TEST(read_only_places),
        TEST(a_foreign_table_does_not_replace_queries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
