/* One comparison in several parts, and one that is killed: the same bytes as undisturbed. */
#include "tests/e2e/runner.h"

#define CASE QUICK_CASE " --trials 300 --seed 5 "

static char *undisturbed(void)
{
    struct outcome o = run("compare " CASE "--json -q --threads 2");
    assert_int_equal(o.code, 0);
    free(o.error);
    return o.out;
}

static void expect_code(const char *arguments, int code)
{
    struct outcome o = run(arguments);
    if (o.code != code)
        fail_msg("mxplain %s: exit code %d: %s", arguments, o.code, o.error);
    outcome_free(&o);
}

static void same_verdict_from(const char *arguments, const char *expected)
{
    struct outcome o = run(arguments);
    assert_int_equal(o.code, 0);
    assert_string_equal(o.out, expected);
    outcome_free(&o);
}

static void shards_give_the_same_bytes(void **state)
{
    (void)state;
    char *expected = undisturbed();
    expect_code("shard " CASE "--of 3 --index 0 -q -o " SCENE "/0.db", 0);
    expect_code("shard " CASE "--of 3 --index 1 -q -o " SCENE "/1.db", 0);
    expect_code("shard " CASE "--of 3 --index 2 -q -o " SCENE "/2.db --threads 1", 0);
    struct outcome merged = run("merge -o " SCENE "/all.db " SCENE "/0.db " SCENE "/1.db " SCENE
                                "/2.db " SCENE "/1.db");
    assert_int_equal(merged.code, 0);
    assert_non_null(strstr(merged.out, "8 blocks taken over, 3 were there already, 0 damaged"));
    outcome_free(&merged);
    same_verdict_from("compare " CASE "--json -q --db " SCENE "/all.db", expected);
    /* nothing was left to compute: two blocks for each of four scenarios, all from the shards */
    char command[] = "sqlite3 " SCENE "/all.db 'SELECT count(*) FROM blocks' >" SCENE "/count";
    if (system(command) == 0) {
        char *count = read_all(SCENE "/count");
        assert_string_equal(count, "8\n");
        free(count);
    }
    free(expected);
}

/* The same words after `compare` and after `shard` mean the same trials. */
static void shards_of_a_log(void **state)
{
    (void)state;
    const char *given = QUICK_CASE " --trials 260 --log " SCENE
                                   "/x.csv --format csv --sensor paste --scenario scanners-only "
                                   "--weight marketing-blast=2 -q ";
    char line[1024];
    expect_code(
        "simulate " QUICK_CASE " --scenario private-channel --sensor paste -o " SCENE "/x.csv", 0);
    snprintf(line, sizeof line, "compare %s --json", given);
    struct outcome expected = run(line);
    assert_int_equal(expected.code, 0);
    snprintf(line, sizeof line, "shard %s --elicited --ledger --of 2 --index 0 -o " SCENE "/0.db",
             given);
    expect_code(line, 0);
    snprintf(line, sizeof line, "shard %s --elicited --ledger --of 2 --index 1 -o " SCENE "/0.db",
             given);
    expect_code(line, 0);
    snprintf(line, sizeof line, "compare %s --json --db " SCENE "/0.db", given);
    same_verdict_from(line, expected.out);
    if (system("sqlite3 " SCENE "/0.db 'SELECT count(DISTINCT digest) FROM blocks' >" SCENE
               "/count") == 0) {
        char *count = read_all(SCENE "/count");
        assert_string_equal(count, "1\n");
        free(count);
    }
    outcome_free(&expected);
}

static void merge_says(const char *parts, const char *expected)
{
    char line[512];
    snprintf(line, sizeof line, "merge -o " SCENE "/some.db %s", parts);
    struct outcome o = run(line);
    assert_int_equal(o.code, 0);
    if (strstr(o.error, expected) == NULL || (expected[0] == '\0' && o.error[0] != '\0'))
        fail_msg("mxplain %s: said \"%s\"; expected \"%s\"", line, o.error, expected);
    outcome_free(&o);
    (void)!system("rm -f " SCENE "/some.db*");
}

/* 300 trials are 8 blocks: 4 scenarios of 250 and 50. */
static void merge_names_what_is_missing(void **state)
{
    (void)state;
    expect_code("shard " CASE "--of 3 --index 0 -q -o " SCENE "/0.db", 0);
    expect_code("shard " CASE "--of 3 --index 1 -q -o " SCENE "/1.db", 0);
    expect_code("shard " CASE "--of 3 --index 2 -q -o " SCENE "/2.db", 0);
    expect_code(
        "shard " QUICK_CASE " --trials 300 --seed 6 --of 3 --index 2 -q -o " SCENE "/other.db", 0);
    expect_code(
        "shard " QUICK_CASE " --trials 100 --seed 5 --of 3 --index 2 -q -o " SCENE "/short.db", 0);
    merge_says(SCENE "/0.db " SCENE "/1.db " SCENE "/2.db " SCENE "/1.db", "");
    merge_says(SCENE "/0.db " SCENE "/2.db",
               "part 2 of 3 (--index 1): 3 of 3 blocks are missing\n");
    merge_says(SCENE "/0.db " SCENE "/1.db " SCENE "/other.db",
               "other.db belongs to another comparison than");
    merge_says(SCENE "/0.db " SCENE "/1.db " SCENE "/other.db",
               "part 3 of 3 (--index 2): 2 of 2 blocks are missing\n");
    merge_says(SCENE "/0.db " SCENE "/1.db " SCENE "/short.db", "was made with --trials 100");
    merge_says(SCENE "/0.db " SCENE "/1.db " SCENE "/short.db",
               "part 3 of 3 (--index 2): 2 of 2 blocks are missing\n");
    struct outcome same = run("merge -o " SCENE "/0.db " SCENE "/0.db");
    assert_int_equal(same.code, 0);
    assert_non_null(strstr(same.out, "0 blocks taken over, 3 were there already"));
    outcome_free(&same);
}

/* Pages in the middle of a part overwritten: what can be read is used, the rest is told. */
static void merge_saves_what_it_can(void **state)
{
    (void)state;
    char *expected = undisturbed();
    expect_code("shard " CASE "--of 1 --index 0 -q -o " SCENE "/broken.db", 0);
    FILE *file = fopen(SCENE "/broken.db", "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    long size = ftell(file);
    assert_int_equal(fseek(file, size / 4096 / 2 * 4096, SEEK_SET), 0);
    for (long i = size / 8; i > 0; i--)
        fputc(0x5a, file);
    fclose(file);
    struct outcome o = run("merge -o " SCENE "/some.db " SCENE "/broken.db");
    assert_int_equal(o.code, 0);
    assert_non_null(strstr(o.error, "damaged"));
    outcome_free(&o);
    same_verdict_from("compare " CASE "--json -q --db " SCENE "/some.db", expected);
    free(expected);
}

static void another_seed_uses_no_old_block(void **state)
{
    (void)state;
    struct outcome plain = run("compare " QUICK_CASE " --trials 300 --seed 6 --json -q");
    expect_code("shard " CASE "--of 1 --index 0 -q -o " SCENE "/mixed.db", 0);
    same_verdict_from("compare " QUICK_CASE " --trials 300 --seed 6 --json -q --db " SCENE
                      "/mixed.db",
                      plain.out);
    outcome_free(&plain);
}

/* Whether a kill hits before, during or after the simulation depends on the machine; the bytes at
 * the end do not. */
static void killed_runs_resume(void **state)
{
    (void)state;
    char *expected = undisturbed();
    const char *program = getenv("MXPLAIN") ? getenv("MXPLAIN") : "build/mxplain";
    for (int i = 1; i <= 5; i++) {
        char command[512];
        snprintf(command, sizeof command,
                 "timeout -s KILL 0.%d %s compare " CASE "--json -q --db " SCENE
                 "/killed.db >/dev/null 2>&1",
                 i, program);
        (void)!system(command);
    }
    same_verdict_from("compare " CASE "--json -q --db " SCENE "/killed.db", expected);
    free(expected);
}

static void wrong_usage(void **state)
{
    (void)state;
    assert_fails("shard " CASE "--of 2 -o " SCENE "/x.db", 2, "--index K");
    assert_fails("shard " CASE "--of 2 --index 2 -o " SCENE "/x.db", 2, "count from 0");
    assert_fails("shard " CASE "--of 2 --index 1 --sensor paste -o " SCENE "/x.db", 2,
                 "belong to --log");
    assert_fails("merge " SCENE "/0.db", 2, "-o FILE");
    assert_fails("merge -o " SCENE "/x.db", 2, "name the databases");
    assert_fails("merge -o " SCENE "/x.db " SCENE "/nothing.db", 2, "cannot be opened");
    assert_fails("merge -o " SCENE "/x.db " QUICK_CASE, 2, "not an SQLite database");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(shards_give_the_same_bytes, scene_set),
        cmocka_unit_test_setup(shards_of_a_log, scene_set),
        cmocka_unit_test_setup(merge_names_what_is_missing, scene_set),
        cmocka_unit_test_setup(merge_saves_what_it_can, scene_set),
        cmocka_unit_test_setup(another_seed_uses_no_old_block, scene_set),
        cmocka_unit_test_setup(killed_runs_resume, scene_set),
        cmocka_unit_test_setup(wrong_usage, scene_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
