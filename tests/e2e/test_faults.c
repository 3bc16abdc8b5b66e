/* Signals, a second writer, readers, a full or lost or foreign database, changed inputs: a clear
 * message or the same bytes, and nothing finished is lost. Where a signal hits depends on the
 * machine; what may come of it does not. */
#include "tests/e2e/runner.h"

#define GIVEN " --trials 300 --seed 5 --json -q --threads 1 "
#define CASE QUICK_CASE GIVEN

static const char *program(void)
{
    const char *named = getenv("MXPLAIN");
    return named != NULL ? named : "build/mxplain";
}

/* A shell command with %s for the program; its exit code. */
static int shell(const char *format)
{
    char command[2048];
    snprintf(command, sizeof command, format, program(), program(), program());
    int status = system(command);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static char *verdict_of(const char *arguments)
{
    struct outcome o = run(arguments);
    if (o.code != 0)
        fail_msg("mxplain %s: exit code %d: %s", arguments, o.code, o.error);
    free(o.error);
    return o.out;
}

static void same_verdict(const char *arguments, const char *expected)
{
    char *found = verdict_of(arguments);
    assert_string_equal(found, expected);
    free(found);
}

static void same_file(const char *path, const char *expected)
{
    char *found = read_all(path);
    assert_string_equal(found, expected);
    free(found);
}

static void stop_after(const char *signal, int tenths)
{
    char command[1024];
    snprintf(command, sizeof command,
             "timeout --preserve-status -s %s %d.%d %s compare " CASE "--report " SCENE
             "/report --db " SCENE "/stopped.db >" SCENE "/out 2>" SCENE "/error",
             signal, tenths / 10, tenths % 10, program());
    int status = system(command);
    char *error = read_all(SCENE "/error");
    if (!WIFEXITED(status) || WEXITSTATUS(status) > 1 ||
        (WEXITSTATUS(status) == 1) != (strstr(error, "the same command goes on") != NULL))
        fail_msg("%s after %d/10 s: status %d, said \"%s\"", signal, tenths, status, error);
    free(error);
}

static void signals_end_with_a_sentence(void **state)
{
    (void)state;
    char *expected = verdict_of("compare " CASE);
    for (int tenths = 2; tenths <= 14; tenths += 3)
        stop_after(tenths % 2 ? "INT" : "TERM", tenths);
    same_verdict("compare " CASE "--db " SCENE "/stopped.db", expected);
    free(expected);
}

static void two_writers_and_readers(void **state)
{
    (void)state;
    char *expected = verdict_of("compare " CASE);
    int code = shell("%s compare " CASE "--db " SCENE "/both.db >" SCENE "/one & "
                     "%s compare " CASE "--db " SCENE "/both.db >" SCENE "/two & sleep 0.3; "
                     "while kill -0 $! 2>/dev/null; do "
                     "%s merge -o " SCENE "/copy.db " SCENE "/both.db >/dev/null || exit 9; "
                     "sleep 0.1; done; wait");
    assert_int_equal(code, 0);
    same_file(SCENE "/one", expected);
    same_file(SCENE "/two", expected);
    same_verdict("compare " CASE "--db " SCENE "/copy.db", expected);
    free(expected);
}

/* Another file under the same name: what goes into the old one would be lost. */
static void replaced_during_the_run(void **state)
{
    (void)state;
    char *expected = verdict_of("compare " CASE);
    int code = shell("%s compare " QUICK_CASE " --trials 20000 -q --threads 1 --db " SCENE
                     "/lost.db 2>" SCENE "/error & "
                     "while ! test -s " SCENE "/lost.db-wal; do sleep 0.05; done; sleep 0.3; "
                     "mv " SCENE "/lost.db " SCENE "/moved.db; wait $!");
    char *error = read_all(SCENE "/error");
    if (code != 1 || strstr(error, "deleted or moved during the run") == NULL)
        fail_msg("exit code %d, said \"%s\"", code, error);
    free(error);
    same_verdict("compare " CASE "--db " SCENE "/lost.db", expected);
    free(expected);
}

static void foreign_and_newer_databases(void **state)
{
    (void)state;
    free(verdict_of("compare " CASE "--db " SCENE "/ours.db"));
    if (system("sqlite3 " SCENE "/other.db 'CREATE TABLE t(x)' && cp " SCENE "/ours.db " SCENE
               "/newer.db && sqlite3 " SCENE
               "/newer.db \"UPDATE meta SET value = 99 WHERE key = 'schema_version'\"") != 0)
        skip();
    assert_fails("compare " CASE "--db " SCENE "/other.db", 2, "database of another program");
    assert_fails("compare " CASE "--db " SCENE "/newer.db", 2, "schema version 99");
    assert_fails("report " SCENE "/newer.db", 2, "schema version 99");
    assert_fails("merge -o " SCENE "/all.db " SCENE "/newer.db", 2, "schema version 99");
    assert_fails("compare " CASE "--db " SCENE, 2, "cannot be opened");
    if (system("sqlite3 " SCENE "/ours.db \"UPDATE verdicts SET json ="
               " replace(json, 'title', char(27) || '[2J')\"") != 0)
        skip();
    assert_fails("report " SCENE "/ours.db --json", 2, "damaged");
    assert_fails("report " SCENE "/ours.db", 2, "damaged");
}

/* Old blocks of a changed scenario, case or seed are never used, and stay for when they are wanted
 * again. */
static void changed_inputs_never_mix(void **state)
{
    (void)state;
    static const char *const files[][3] = {
        {SCENE "/marketing-blast.cfg", "sends_per_week", "# a remark\n sends_per_week"},
        {QUICK_CASE, "title", "# a remark\n title"}};
    char *expected = verdict_of("compare " CASE "--db " SCENE "/mixed.db");
    for (int i = 0; i < 2; i++)
        replace_in(files[i][0], files[i][1], files[i][2], files[i][0]);
    same_verdict("compare " CASE "--db " SCENE "/mixed.db", expected);
    char *other = verdict_of("compare " QUICK_CASE " --trials 300 --seed 6 --json -q");
    same_verdict("compare " QUICK_CASE " --trials 300 --seed 6 --json -q --db " SCENE "/mixed.db",
                 other);
    if (system("sqlite3 " SCENE
               "/mixed.db 'SELECT count(DISTINCT digest), count(*) FROM blocks' >" SCENE
               "/count") == 0)
        same_file(SCENE "/count", "3|24\n");
    free(other);
    free(expected);
}

/* A device without room, where one can be had: only root may mount it. */
static void full_device(void **state)
{
    (void)state;
    if (system("mkdir -p " SCENE "/small && mount -t tmpfs -o size=300k none " SCENE
               "/small 2>/dev/null") != 0)
        skip();
    int code = shell("%s compare " CASE "--db " SCENE "/small/x.db >/dev/null 2>" SCENE "/error");
    char *error = read_all(SCENE "/error");
    int undone = system("mount -o remount,size=8m " SCENE "/small");
    struct outcome after = run("compare " CASE "--db " SCENE "/small/x.db");
    undone |= system("umount " SCENE "/small");
    assert_int_equal(undone, 0);
    if (code != 1 || strstr(error, "no space left on the device") == NULL)
        fail_msg("exit code %d, said \"%s\"", code, error);
    free(error);
    assert_int_equal(after.code, 0);
    same_verdict("compare " CASE, after.out);
    outcome_free(&after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(signals_end_with_a_sentence, scene_set),
        cmocka_unit_test_setup(two_writers_and_readers, scene_set),
        cmocka_unit_test_setup(replaced_during_the_run, scene_set),
        cmocka_unit_test_setup(foreign_and_newer_databases, scene_set),
        cmocka_unit_test_setup(changed_inputs_never_mix, scene_set),
        cmocka_unit_test_setup(full_device, scene_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
