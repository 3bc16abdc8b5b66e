/* The same bytes as ever: digests of logs and statistics of the first trials of every scenario.
 *
 * tests/golden/data/bytes.tsv holds them, with the version of the C library that made them (the
 * last bits of its exp and log decide a draw now and then: elsewhere the test is skipped). After a
 * change that is meant to change results: MXPLAIN_UPDATE=1 build/tests/golden/test_bytes
 */
#include "tests/support/check.h"

#include <gnu/libc-version.h>
#include <gsl/gsl_errno.h>
#include <stdio.h>

#include "analysis/store/digest.h"
#include "analysis/weigh/evidence.h"
#include "sim/trial.h"

#define GOLDEN "tests/golden/data/bytes.tsv"

enum { TRIALS = 6, MAX_LINES = 200, MAX_REQUESTS = 2000 };

static const char *const cases[] = {"scenarios/cases/alfa-2016.cfg",
                                    "tests/golden/data/scenarios/world.cfg"};

static char lines[MAX_LINES][256];
static int n_lines;
static struct message message;

static void add_log(struct digest *digest, const struct query_array *log)
{
    digest_number(digest, log->n);
    for (size_t i = 0; i < log->n; i++) {
        const struct query *q = &log->q[i];
        digest_number(digest, (uint64_t)q->time_us);
        digest_number(digest, (uint64_t)q->client << 32 | q->name);
        digest_number(digest, (uint64_t)q->flags << 32 | (uint64_t)q->type << 16 | q->server);
    }
}

static void run_trials(const struct case_file *file, const struct scenario *scenario,
                       const struct panel *panel, size_t n_columns, struct digest *logs,
                       struct digest *rows)
{
    struct trial trial;
    struct panel_space *space;
    double *row = calloc(n_columns + 1, sizeof *row);
    assert_non_null(row);
    assert_int_equal(trial_init(&trial, &file->world), STATUS_OK);
    assert_int_equal(panel_space_create(&space, panel), STATUS_OK);
    for (uint64_t i = 0; i < TRIALS; i++) {
        if (trial_run(&trial, &scenario->plan, 20160923, i, &message) != STATUS_OK)
            fail_msg("%s", message.text);
        assert_int_equal(panel_compute(panel, space, trial.logs, row), STATUS_OK);
        for (uint32_t s = 0; s < file->world.n_sensors; s++)
            add_log(logs, &trial.logs[s]);
        for (size_t c = 0; c < n_columns; c++)
            digest_real(rows, row[c]);
    }
    panel_space_free(space);
    trial_free(&trial);
    free(row);
}

static void hash_scenario(const struct case_file *file, const char *path,
                          const struct scenario *scenario, const struct panel *panel, size_t n)
{
    struct digest logs, rows;
    uint8_t digest[DIGEST_BYTES];
    char log_text[DIGEST_TEXT], row_text[DIGEST_TEXT];
    digest_init(&logs);
    digest_init(&rows);
    run_trials(file, scenario, panel, n, &logs, &rows);
    digest_end(&logs, digest);
    digest_hex(digest, log_text);
    digest_end(&rows, digest);
    digest_hex(digest, row_text);
    assert_true(n_lines < MAX_LINES);
    snprintf(lines[n_lines++], sizeof lines[0], "%s\t%s\t%.24s\t%.24s", path, scenario->name,
             log_text, row_text);
}

static void hash_case(const char *path)
{
    static struct statistic_request requests[MAX_REQUESTS];
    struct case_file file;
    struct client_sets *sets = NULL;
    struct panel *panel = NULL;
    const struct statistic *left_out[64];
    size_t n = 0, n_left_out = 0;
    if (case_load(&file, path, &message) != STATUS_OK)
        fail_msg("%s", message.text);
    assert_int_equal(default_requests(&file.world, 0, 31, US_PER_S, requests, MAX_REQUESTS, &n,
                                      &sets, left_out, &n_left_out, &message),
                     STATUS_OK);
    assert_int_equal(panel_create(&panel, &file.world, requests, n, &message), STATUS_OK);
    for (int i = 0; i < file.n_scenarios; i++)
        hash_scenario(&file, path, &file.scenarios[i], panel, n);
    panel_free(panel);
    client_sets_free(sets);
    case_free(&file);
}

static void write_golden(void)
{
    FILE *out = fopen(GOLDEN, "w");
    assert_non_null(out);
    fprintf(out,
            "# C library %s; case, scenario, digest of logs, digest of statistics; "
            "renew with MXPLAIN_UPDATE=1 build/tests/golden/test_bytes\n",
            gnu_get_libc_version());
    for (int i = 0; i < n_lines; i++)
        fprintf(out, "%s\n", lines[i]);
    assert_int_equal(fclose(out), 0);
}

static void test_same_bytes(void **state)
{
    (void)state;
    char expected[256], library[64] = "";
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        hash_case(cases[i]);
    if (getenv("MXPLAIN_UPDATE") != NULL)
        write_golden();
    FILE *in = fopen(GOLDEN, "r");
    assert_non_null(in);
    assert_non_null(fgets(expected, sizeof expected, in));
    assert_int_equal(sscanf(expected, "# C library %63[0-9.]", library), 1);
    if (strcmp(library, gnu_get_libc_version()) != 0) {
        fclose(in);
        skip();
    }
    for (int i = 0; i < n_lines; i++) {
        assert_non_null(fgets(expected, sizeof expected, in));
        expected[strcspn(expected, "\n")] = '\0';
        assert_string_equal(lines[i], expected);
    }
    assert_null(fgets(expected, sizeof expected, in));
    fclose(in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_same_bytes)};
    gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
