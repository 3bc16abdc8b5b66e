/* Wrong input of every kind: one clear message with file and line, the right exit code, nothing
 * half-written. */
#include "tests/e2e/runner.h"

#define CASE QUICK_CASE
#define BROKEN SCENE "/cases/broken.cfg"
#define QUICK " --trials 100 -q"

static void broken_case(const char *old, const char *new, const char *expected)
{
    replace_in(CASE, old, new, BROKEN);
    assert_fails("compare " BROKEN QUICK, 2, "broken.cfg:");
    assert_fails("compare " BROKEN QUICK, 2, expected);
}

static void misspelt_key(void **state)
{
    (void)state;
    broken_case("servers = 3", "serverz = 3",
                "unknown key \"serverz\" (did you mean \"servers\"?)");
    broken_case("timezone = \"Europe/Moscow\"", "timezon = \"Europe/Moscow\"",
                "did you mean \"timezone\"?");
    broken_case("keep = \"beta(a=12, b=1)\"", "kept = \"beta(a=12, b=1)\"",
                "did you mean \"keep\"?");
}

static void wrong_values(void **state)
{
    (void)state;
    broken_case("keep = \"beta(a=12, b=1)\"", "keep = 1.5", "out of range: keep must be in [0, 1]");
    broken_case("warmup  = \"7 d\"", "warmup = \"7 kg\"", "wrong unit \"kg\"");
    broken_case("warmup  = \"7 d\"", "warmup = \"7 /d\"", "wrong unit \"/d\"");
    broken_case("keep = \"beta(a=12, b=1)\"", "keep = \"beta(a=12, b=1\"",
                "expected \",\" or \")\" at column");
    broken_case("keep = \"beta(a=12, b=1)\"", "keep = \"betta(a=12, b=1)\"",
                "did you mean \"beta\"?");
    broken_case("keep = \"beta(a=12, b=1)\"", "keep = \"beta(a=0, b=1)\"",
                "a of beta must be above 0");
    broken_case("\"Europe/Moscow\"", "\"Europe/Moscou\"",
                "time zone \"Europe/Moscou\" is not known");
    broken_case("from = \"2016-05-04\"", "from = \"2016-13-04\"", "is no date");
    broken_case("servers = 3", "servers = 4294967296", "does not fit in 32 bits");
    broken_case("servers = 3;", "servers = ;", "libconfig syntax");
    broken_case("address = \"66.216.133.29\";", "address = \"66.216.133.29;",
                "quotes do not match");
    write_all(SCENE "/cases/open.cfg", "case: { title = \"never ends", 26);
    assert_fails("compare " SCENE "/cases/open.cfg" QUICK, 2, "open.cfg:1: quotes do not match");
    broken_case("date = \"2016-05-26T18:00:00Z\"", "date = \"2015-05-26\"",
                "lies outside the window");
    broken_case("recipient = [ \"alfa\", \"spectrum\" ]", "recipient = [ \"alpha\" ]",
                "did you mean \"alfa\"?");
    broken_case("ttl = \"choice(300: 1,", "ttl = \"choice(-300: 1,", "out of range");
    broken_case("choice(bind-9.18-no-prefetch, unbound-1.17)", "unbound-1.71", "did you mean");
}

/* What a case leaves open takes a documented default, and the verdict says so. */
static void defaults_are_told(void **state)
{
    (void)state;
    replace_in(
        CASE,
        "address = \"217.12.96.15\"; software = \"choice(bind-9.18-no-prefetch, unbound-1.17)\";",
        "address = \"217.12.96.15\";", BROKEN);
    struct outcome o = run("compare " BROKEN QUICK);
    assert_int_equal(o.code, 0);
    assert_non_null(
        strstr(o.out, "the resolver 217.12.96.15 has no software: taken as bind-9.18-no-prefetch"));
    outcome_free(&o);
}

static void broken_scenario(const char *old, const char *new, const char *expected)
{
    replace_in("scenarios/marketing-blast.cfg", old, new, SCENE "/marketing-blast.cfg");
    assert_fails("compare " CASE QUICK, 2, expected);
    assert_fails("compare " CASE QUICK, 2, "marketing-blast.cfg:");
    replace_in("scenarios/marketing-blast.cfg", "scenario", "scenario",
               SCENE "/marketing-blast.cfg");
}

static void wrong_scenarios(void **state)
{
    (void)state;
    broken_scenario("model = \"campaign\"", "model = \"campain\"", "did you mean \"campaign\"?");
    broken_scenario("from = \"sender\"", "from = \"sendr\"", "did you mean \"sender\"?");
    broken_scenario("from = \"sender\"", "from = \"recipient\"", "runs no mail host");
    broken_scenario("opens =", "recheck = 3; opens =",
                    "is no parameter of the model campaign but of rejection-loop");
    broken_case("\"private-channel\",", "\"private-chanel\",", "no file private-chanel.cfg");
}

static void broken_fact(const char *old, const char *new, const char *expected)
{
    replace_in("scenarios/cases/alfa-2016/facts.cfg", old, new, SCENE "/cases/alfa-2016/facts.cfg");
    assert_fails("compare " CASE QUICK, 2, expected);
    assert_fails("compare " CASE QUICK, 2, "facts.cfg:");
    replace_in("scenarios/cases/alfa-2016/facts.cfg", "facts", "facts",
               SCENE "/cases/alfa-2016/facts.cfg");
}

static void wrong_facts(void **state)
{
    (void)state;
    broken_fact("statistic = \"log_count\"", "statistic = \"log_cuont\"",
                "did you mean \"log_count\"?");
    broken_fact("who = \"alfa\"", "who = \"alpha\"", "neither a party nor an address");
    broken_fact("value = 8.176; sd = 0.05", "value = 8.176", "expected either value and sd");
    broken_fact("value = 8.176; sd = 0.05", "value = 8.176; sd = -1", "out of range");
    broken_fact("other_sensor = \"paste\"; ", "", "other_sensor");
    broken_fact("sensor = \"paste\"", "sensor = \"pasta\"", "did you mean \"paste\"?");
}

static void wrong_files(void **state)
{
    (void)state;
    assert_fails("compare no-such-case.cfg", 2, "cannot be opened");
    assert_fails("compare no-such-case", 2, "give the path of a case file");
    assert_fails("compare " CASE QUICK " --log scenarios/cases/bakery/log.csv", 2,
                 "none of its queries");
    assert_fails("compare .", 2, "not a regular file");
    assert_fails("compare /bin/sh", 2, "");
    write_all(SCENE "/empty.log", "", 0);
    assert_fails("compare " CASE QUICK " --log " SCENE "/empty.log", 2, "empty.log");
    assert_fails("compare " CASE QUICK " --log /bin/true", 2, "/bin/true");
    assert_fails("compare " CASE QUICK " --log " SCENE, 2, SCENE);
    assert_fails("compare " CASE QUICK " --log " SCENE "/none.log", 2, "none.log");
}

static void wrong_usage(void **state)
{
    (void)state;
    assert_fails("comprae", 2, "unknown command");
    assert_fails("compare", 2, "the case is missing");
    assert_fails("compare " CASE " --trials many", 2, "whole number");
    assert_fails("compare " CASE " --trials", 2, "lacks its value");
    assert_fails("compare " CASE " --frobnicate", 2, "--frobnicate");
    assert_fails("compare " CASE " --columns time,client", 2, "belong to --log");
    assert_fails("simulate " CASE, 2, "--scenario NAME is missing");
    assert_fails("simulate " CASE " --scenario nobody", 2, "no scenario \"nobody\"");
    assert_fails("simulate " CASE " --scenario background-only --format docx", 2, "unknown format");
    assert_fails("whatif " CASE " --scenario background-only --set tools.lookups=3", 2,
                 "no parameter");
    assert_fails("whatif " CASE " --scenario background-only --set tools.lookups_per_day=3kg", 2,
                 "wrong unit");
    assert_fails("models show nothing", 2, "no model");
}

/* What a failed run leaves: no report, no database that looks whole. */
static void nowhere_to_write(void **state)
{
    (void)state;
    write_all(SCENE "/file", "x", 1);
    struct outcome o = run("compare " CASE QUICK " --report " SCENE "/file/report");
    assert_true(o.code == 1 || o.code == 2);
    assert_non_null(strstr(o.error, SCENE "/file"));
    outcome_free(&o);
    assert_fails("compare " CASE QUICK " --db " SCENE "/file/x.db", 2, SCENE "/file/x.db");
    assert_fails("compare " CASE QUICK " --db " SCENE "/marketing-blast.cfg", 2, "not a");
}

/* A limit on file sizes stands for the full disk: writing fails in the middle. */
static void full_disk(void **state)
{
    (void)state;
    const char *program = getenv("MXPLAIN");
    char command[1000];
    snprintf(command, sizeof command,
             "sh -c 'trap \"\" XFSZ; ulimit -f 40; exec %s compare " CASE QUICK " --db " SCENE
             "/full.db' >" SCENE "/out 2>" SCENE "/error",
             program ? program : "build/mxplain");
    int status = system(command);
    char *error = read_all(SCENE "/error");
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) != 1)
        fail_msg("exit code %d, said %s", WEXITSTATUS(status), error);
    assert_non_null(strstr(error, "full.db"));
    free(error);
    /* What was committed stays usable: the same command goes on where there is room. */
    struct outcome o = run("compare " CASE QUICK " --json --db " SCENE "/full.db");
    assert_int_equal(o.code, 0);
    outcome_free(&o);
}

static void full_disk_for_output(void **state)
{
    (void)state;
    if (access("/dev/full", W_OK) != 0)
        skip();
    const char *program = getenv("MXPLAIN");
    char command[1000];
    snprintf(command, sizeof command, "%s models --json >/dev/full 2>" SCENE "/error",
             program ? program : "build/mxplain");
    int status = system(command);
    assert_int_equal(WEXITSTATUS(status), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(misspelt_key),      cmocka_unit_test(wrong_values),
        cmocka_unit_test(defaults_are_told), cmocka_unit_test(wrong_scenarios),
        cmocka_unit_test(wrong_facts),       cmocka_unit_test(wrong_files),
        cmocka_unit_test(wrong_usage),       cmocka_unit_test(full_disk),
        cmocka_unit_test(nowhere_to_write),  cmocka_unit_test(full_disk_for_output),
    };
    return cmocka_run_group_tests_name("bad input", tests, scene_set, NULL);
}
