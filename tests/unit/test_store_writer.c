/* Logs that stream into the store: the same as a log that is held and sorted, whatever the order of
 * files and rows; bounded memory for texts; all or nothing; databases of schema version 1. */
#include "tests/support/check.h"

#include <sqlite3.h>
#include <stdio.h>
#include <unistd.h>

#include "analysis/store/log_writer.h"

static struct message message;
static char directory[64];

static const char *file_named(const char *name)
{
    static char path[4][160];
    static int next;
    char *to = path[next++ % 4];
    snprintf(to, sizeof path[0], "%s/%s", directory, name);
    return to;
}

static int set_up(void **state)
{
    (void)state;
    snprintf(directory, sizeof directory, "/tmp/mxplain-writer-XXXXXX");
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
    if (store_open(store, path, STORE_WRITE, NULL, &message) != STATUS_OK)
        fail_msg("%s", message.text);
}

struct intake {
    struct store_log_writer writer;
    uint64_t stop_after; /* rows; 0: never */
};

static int take(void *context, const struct ingest_query *query)
{
    struct intake *self = context;
    if (self->stop_after > 0 && (uint64_t)self->writer.n_queries == self->stop_after)
        return STATUS_RUN;
    return store_log_query(&self->writer, query, &message);
}

/* Reads files into the store as `import` does. */
static int stream(struct store *store, const char *const *files, size_t n, uint64_t stop_after)
{
    struct intake intake = {.stop_after = stop_after};
    struct ingest_options options = {.files = files, .n_files = n, .timezone = "UTC", .year = 2026};
    struct ingest_sink sink = {.context = &intake, .query = take};
    struct ingest_report report;
    struct store_log_info info = {"log", files[0], NULL};
    int status = store_log_begin(&intake.writer, store, "log", true, &message);
    if (status != STATUS_OK)
        return status;
    status = ingest_stream(&options, &sink, &report, &message);
    struct store_log_head head = {report.columns, report.resolution_us, 0, 0};
    return store_log_finish(&intake.writer, status, &info, &head, &message);
}

static void same_log(const struct query_log *a, const struct query_log *b)
{
    assert_int_equal(a->queries.n, b->queries.n);
    assert_int_equal(a->columns, b->columns);
    assert_int_equal(a->resolution_us, b->resolution_us);
    for (size_t i = 0; i < a->queries.n; i++) {
        const struct query *p = &a->queries.q[i], *q = &b->queries.q[i];
        assert_true(p->time_us == q->time_us && p->type == q->type && p->flags == q->flags);
        assert_string_equal(intern_text(&a->clients, p->client),
                            intern_text(&b->clients, q->client));
        assert_string_equal(intern_text(&a->names, p->name), intern_text(&b->names, q->name));
        assert_string_equal(intern_text(&a->servers, p->server),
                            intern_text(&b->servers, q->server));
    }
}

/* Streamed in and loaded, beside ingest_read of the same files. */
static void check_files(const char *const *files, size_t n)
{
    struct store store;
    struct query_log streamed, held;
    struct ingest_options options = {.files = files, .n_files = n, .timezone = "UTC", .year = 2026};
    struct ingest_report report;
    open_store(&store, file_named("logs.db"));
    if (stream(&store, files, n, 0) != STATUS_OK ||
        store_load_log(&store, "log", &streamed, &message) != STATUS_OK ||
        ingest_read(&options, &held, &report, &message) != STATUS_OK)
        fail_msg("%s", message.text);
    same_log(&held, &streamed);
    query_log_free(&held);
    query_log_free(&streamed);
    store_close(&store);
}

#define LOGS "tests/samples/logs/"

static void test_streamed_is_held(void **state)
{
    (void)state;
    const char *unsorted[] = {LOGS "mail-run-A.dnstap.gz"};
    const char *rotated[] = {LOGS "formats.pcap", LOGS "dnsmasq.log",
                             LOGS "bind-query-iso8601-utc-nocategory.log"};
    const char *reversed[] = {rotated[2], rotated[1], rotated[0]};
    check_files(unsorted, 1);
    check_files(rotated, 3);
    check_files(reversed, 3);
}

/* ---- many texts ---- */

/* A CSV file: every name twice, far apart, beside one that comes all the time. */
static void write_many_names(const char *path, int n)
{
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    fputs("time,client,name,type,server\n", out);
    for (int i = 0; i < n; i++)
        fprintf(out, "%d,10.0.%d.%d,%s%d.example,A,\n", 1500000000 + i * 7 % n, i / 256 % 256,
                i % 256, i % 3 == 0 ? "always" : "name", i % 3 == 0 ? 1 : i % (n / 2));
    assert_int_equal(fclose(out), 0);
}

static int64_t ask(const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_open(file_named("logs.db"), &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int64_t value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return value;
}

static void test_forgotten_texts(void **state)
{
    (void)state;
    const char *files[] = {file_named("many.csv")};
    write_many_names(files[0], 6 * TEXT_CACHE_COUNT);
    check_files(files, 1);
    assert_int_equal(ask("SELECT texts_repeat FROM logs"), 1);
    assert_true(ask("SELECT count(*) > count(DISTINCT text) FROM log_texts WHERE kind = 1"));
    assert_int_equal(ask("SELECT count(*) FROM log_texts WHERE text = 'always1.example'"), 1);
}

static void test_too_many_servers(void **state)
{
    (void)state;
    const char *files[] = {file_named("servers.csv")};
    FILE *out = fopen(files[0], "wb");
    fputs("time,client,name,type,server\n", out);
    for (int i = 0; i < 70000; i++)
        fprintf(out, "%d,192.0.2.1,a.example,A,10.1.%d.%d\n", 1500000000 + i, i / 256, i % 256);
    fclose(out);
    struct store store;
    struct query_log log;
    open_store(&store, file_named("logs.db"));
    assert_int_equal(stream(&store, files, 1, 0), STATUS_OK);
    assert_int_equal(store_load_log(&store, "log", &log, &message), STATUS_OK);
    assert_int_equal(log.columns & COLUMN_SERVER, 0);
    assert_int_equal(log.servers.count, 1);
    assert_int_equal(log.queries.q[0].server, 0);
    query_log_free(&log);
    store_close(&store);
}

/* ---- all or nothing ---- */

static void count_is(struct store *store, size_t n)
{
    struct query_log log;
    if (store_load_log(store, "log", &log, &message) != STATUS_OK)
        fail_msg("%s", message.text);
    assert_int_equal(log.queries.n, n);
    query_log_free(&log);
}

static void test_stopped_import_leaves_the_old_log(void **state)
{
    (void)state;
    const char *small[] = {LOGS "dnsmasq.log"}, *large[] = {LOGS "unbound-epoch.log.gz"};
    const char *broken[] = {LOGS "unbound-epoch.log.gz", "/nowhere"};
    struct store store;
    open_store(&store, file_named("logs.db"));
    assert_int_equal(stream(&store, large, 1, 500), STATUS_RUN);
    assert_int_equal(ask("SELECT count(*) FROM logs"), 0);
    assert_int_equal(ask("SELECT count(*) FROM log_texts"), 0);
    assert_int_equal(stream(&store, small, 1, 0), STATUS_OK);
    struct query_log log;
    assert_int_equal(store_load_log(&store, "log", &log, &message), STATUS_OK);
    size_t n = log.queries.n;
    query_log_free(&log);
    assert_int_equal(stream(&store, large, 1, 500), STATUS_RUN);
    count_is(&store, n);
    assert_int_equal(stream(&store, broken, 2, 0), STATUS_INPUT);
    count_is(&store, n);
    const char *larger[] = {file_named("many.csv")};
    write_many_names(larger[0], 20000);
    sqlite3_exec(store.db, "PRAGMA max_page_count = 1", NULL, NULL, NULL); /* no page more */
    assert_int_equal(stream(&store, larger, 1, 0), STATUS_RUN);
    assert_non_null(strstr(message.text, "no space left"));
    count_is(&store, n);
    store_close(&store);
}

/* ---- schema version 1 ---- */

static void tamper(const char *path, const char *sql)
{
    sqlite3 *db;
    char *error = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &error) != SQLITE_OK)
        fail_msg("%s", error);
    sqlite3_close(db);
}

static void make_version_1(const char *path)
{
    struct store store;
    const char *files[] = {LOGS "dnsmasq.log"};
    open_store(&store, path);
    assert_int_equal(stream(&store, files, 1, 0), STATUS_OK);
    store_close(&store);
    tamper(path, "ALTER TABLE logs DROP COLUMN in_order; ALTER TABLE logs DROP COLUMN texts_repeat;"
                 "ALTER TABLE logs DROP COLUMN n_mail; ALTER TABLE logs DROP COLUMN n_aggregates;"
                 "DROP TABLE mail_events; DROP TABLE aggregates;"
                 "UPDATE meta SET value = 1 WHERE key = 'schema_version'");
}

static int one_row(void *context, const struct store_log_row *row)
{
    ++*(int *)context;
    assert_string_equal(row->name, "log");
    assert_int_equal(row->n_mail, 0);
    return STATUS_OK;
}

static void test_version_1(void **state)
{
    (void)state;
    struct store store;
    int rows = 0;
    make_version_1(file_named("logs.db"));
    assert_int_equal(store_open(&store, file_named("logs.db"), STORE_READ, NULL, &message),
                     STATUS_OK);
    count_is(&store, 11);
    assert_int_equal(store_list_logs(&store, one_row, &rows, &message), STATUS_OK);
    store_close(&store);
    assert_int_equal(ask("SELECT value FROM meta WHERE key = 'schema_version'"), 1);
    open_store(&store, file_named("logs.db"));
    count_is(&store, 11);
    assert_int_equal(store_list_logs(&store, one_row, &rows, &message), STATUS_OK);
    assert_int_equal(rows, 2);
    assert_int_equal(store_drop_log(&store, "log", &message), STATUS_OK);
    store_close(&store);
    assert_int_equal(ask("SELECT value FROM meta WHERE key = 'schema_version'"), 2);
    assert_int_equal(ask("SELECT count(*) FROM mail_events"), 0);
}

/* ---- the cache of texts by itself ---- */

static void test_text_cache(void **state)
{
    (void)state;
    struct text_cache cache;
    char text[32];
    bool is_new;
    int64_t number, frequent;
    text_cache_init(&cache);
    assert_int_equal(text_cache_number(&cache, "often", 5, &frequent, &is_new), STATUS_OK);
    assert_true(is_new && frequent == 0);
    for (int i = 0; i < 3 * TEXT_CACHE_COUNT; i++) {
        int n = snprintf(text, sizeof text, "text %d", i);
        assert_int_equal(text_cache_number(&cache, text, (size_t)n, &number, &is_new), STATUS_OK);
        assert_true(is_new && number == i + 1);
        assert_int_equal(text_cache_number(&cache, "often", 5, &frequent, &is_new), STATUS_OK);
        assert_true(!is_new && frequent == 0);
    }
    assert_true(cache.forgot);
    assert_true(cache.young.texts.count + cache.old.texts.count <= 2 * TEXT_CACHE_COUNT);
    assert_int_equal(text_cache_number(&cache, "text 0", 6, &number, &is_new), STATUS_OK);
    assert_true(is_new);
    text_cache_free(&cache);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_text_cache),
        TEST(test_streamed_is_held),
        TEST(test_forgotten_texts),
        TEST(test_too_many_servers),
        TEST(test_stopped_import_leaves_the_old_log),
        TEST(test_version_1),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
