/* The straight path from a case to a verdict: same bytes, prior without evidence, none of these,
 * round trips. */
#include "tests/e2e/runner.h"

#include <jansson.h>
#include <math.h>

#define CASE QUICK_CASE

static json_t *run_json(const char *arguments)
{
    struct outcome o = run(arguments);
    if (o.code != 0)
        fail_msg("mxplain %s: exit code %d: %s", arguments, o.code, o.error);
    json_error_t error;
    json_t *root = json_loads(o.out, 0, &error);
    if (root == NULL)
        fail_msg("mxplain %s: no JSON: %s", arguments, error.text);
    outcome_free(&o);
    return root;
}

static void same_bytes(void **state)
{
    (void)state;
    struct outcome once = run("compare " CASE " --trials 300 --seed 5 --json --threads 1");
    struct outcome again = run("compare " CASE " --trials 300 --seed 5 --json --threads 1");
    struct outcome two = run("compare " CASE " --trials 300 --seed 5 --json --threads 2 -q");
    struct outcome other = run("compare " CASE " --trials 300 --seed 6 --json --threads 2");
    assert_int_equal(once.code, 0);
    assert_string_equal(once.out, again.out);
    assert_string_equal(once.out, two.out);
    assert_string_not_equal(once.out, other.out);
    assert_string_equal(two.error, "");
    outcome_free(&once), outcome_free(&again), outcome_free(&two), outcome_free(&other);
}

static void json_has_the_keys(void **state)
{
    (void)state;
    json_t *root = run_json("compare " CASE " --trials 200 --json -q");
    const char *top[] = {"case",      "seed",          "trials_per_scenario", "evidence",
                         "scenarios", "none_of_these", "calibration",         "sentence"};
    const char *scenario[] = {
        "name",        "prior",           "probability", "probability_se", "log10_bayes_factor",
        "fit_p_value", "worst_statistics"};
    const char *worst[] = {"name", "observed", "median", "low", "high"};
    const char *calibration[] = {"log_score", "brier", "ece", "confusion"};
    for (size_t i = 0; i < sizeof top / sizeof *top; i++)
        assert_non_null(json_object_get(root, top[i]));
    json_t *first = json_array_get(json_object_get(root, "scenarios"), 0);
    for (size_t i = 0; i < sizeof scenario / sizeof *scenario; i++)
        assert_non_null(json_object_get(first, scenario[i]));
    json_t *miss = json_array_get(json_object_get(first, "worst_statistics"), 0);
    for (size_t i = 0; i < sizeof worst / sizeof *worst; i++)
        assert_non_null(json_object_get(miss, worst[i]));
    for (size_t i = 0; i < sizeof calibration / sizeof *calibration; i++)
        assert_non_null(json_object_get(json_object_get(root, "calibration"), calibration[i]));
    assert_non_null(json_object_get(json_object_get(root, "evidence"), "statistics_left_out"));
    assert_non_null(json_object_get(json_object_get(root, "none_of_these"), "rejected"));
    json_decref(root);
}

/* The verdict comes from the facts: without them every scenario keeps its prior. */
static void without_facts_the_prior(void **state)
{
    (void)state;
    write_all(SCENE "/cases/alfa-2016/none.cfg", "facts = ( );\n", 13);
    replace_in(CASE, "\"alfa-2016/facts.cfg\"", "\"alfa-2016/none.cfg\"", SCENE "/cases/none.cfg");
    json_t *root = run_json("compare " SCENE "/cases/none.cfg --trials 200 --json -q");
    json_t *scenarios = json_object_get(root, "scenarios");
    for (size_t i = 0; i < json_array_size(scenarios); i++) {
        json_t *s = json_array_get(scenarios, i);
        assert_true(json_number_value(json_object_get(s, "probability")) ==
                    json_number_value(json_object_get(s, "prior")));
    }
    assert_false(json_is_true(json_object_get(json_object_get(root, "none_of_these"), "rejected")));
    json_decref(root);
}

static void write_beacon(const char *path, const char *const *clients, int n_clients, int minutes)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("time,client,name\n", file);
    for (long minute = 0, i = 0; minute < 143 * 1440L; minute += minutes, i++) {
        long day = minute / 1440;
        static const int length[] = {31, 30, 31, 31, 30};
        long month = 0, d = day + 3;
        while (d >= length[month])
            d -= length[month++];
        fprintf(file, "2016-%02ld-%02ldT%02ld:%02ld:00Z,%s,mail1.trump-email.com\n", month + 5,
                d + 1, minute % 1440 / 60, minute % 60, clients[i % n_clients]);
    }
    assert_int_equal(fclose(file), 0);
}

/* One look-up every seven minutes, day and night: no scenario of the case does that. */
static void none_of_these(void **state)
{
    (void)state;
    static const char *const one[] = {"217.12.96.15"};
    static const char *const three[] = {"217.12.96.15", "217.12.97.15", "167.73.110.8"};
    write_beacon(SCENE "/one.csv", one, 1, 7);
    write_beacon(SCENE "/three.csv", three, 3, 7);
    const char *logs[] = {"one.csv", "three.csv"};
    for (int i = 0; i < 2; i++) {
        char arguments[300];
        snprintf(arguments, sizeof arguments,
                 "compare " CASE " --trials 2000 --json -q --log " SCENE "/%s", logs[i]);
        json_t *root = run_json(arguments), *none = json_object_get(root, "none_of_these");
        if (!json_is_true(json_object_get(none, "rejected")))
            fail_msg("%s: not called none of these, p = %g", logs[i],
                     json_number_value(json_object_get(none, "p_value")));
        assert_non_null(
            strstr(json_string_value(json_object_get(root, "sentence")), "None of the"));
        json_decref(root);
    }
}

/* A log given to a case of published facts is measured by its own statistics: a simulated one is
 * given back to the scenario that made it. */
static void a_simulated_log_is_named(void **state)
{
    static const char *const names[] = {"private-channel", "marketing-blast"};
    (void)state;
    for (int i = 0; i < 2; i++) {
        char arguments[300];
        snprintf(arguments, sizeof arguments,
                 "simulate " QUICK_CASE " --scenario %s --seed 77 --format csv -o " SCENE
                 "/own.csv",
                 names[i]);
        struct outcome o = run(arguments);
        assert_int_equal(o.code, 0);
        outcome_free(&o);
        json_t *root =
            run_json("compare " QUICK_CASE " --trials 600 --json -q --log " SCENE "/own.csv");
        json_t *scenarios = json_object_get(root, "scenarios");
        for (size_t s = 0; s < json_array_size(scenarios); s++) {
            json_t *scenario = json_array_get(scenarios, s);
            double p = json_number_value(json_object_get(scenario, "probability"));
            const char *name = json_string_value(json_object_get(scenario, "name"));
            if ((strcmp(name, names[i]) == 0) != (p > 0.5))
                fail_msg("a log of %s: %s has probability %g", names[i], name, p);
        }
        json_t *none = json_object_get(root, "none_of_these");
        assert_false(json_is_true(json_object_get(none, "rejected")));
        json_decref(root);
    }
}

static long count_lines(const char *text)
{
    long n = 0;
    for (; *text != '\0'; text++)
        n += *text == '\n';
    return n;
}

/* What simulate writes, import reads: the same number of queries in every format, and compare takes
 * it as evidence. */
static void simulated_logs_read_back(void **state)
{
    (void)state;
    const char *formats[] = {"csv", "pipe", "bind"};
    long rows[3];
    for (int i = 0; i < 3; i++) {
        char arguments[300];
        snprintf(arguments, sizeof arguments,
                 "simulate " CASE " --scenario private-channel --seed 9 --format %s -o " SCENE
                 "/log.%s",
                 formats[i], formats[i]);
        struct outcome o = run(arguments);
        if (o.code != 0)
            fail_msg("%s: %s", arguments, o.error);
        outcome_free(&o);
        snprintf(arguments, sizeof arguments, SCENE "/log.%s", formats[i]);
        char *text = read_all(arguments);
        rows[i] = count_lines(text) - (i == 0);
        free(text);
        snprintf(arguments, sizeof arguments,
                 "compare " CASE " --trials 150 --json -q --log " SCENE "/log.%s", formats[i]);
        json_t *root = run_json(arguments);
        assert_int_equal(
            json_integer_value(json_object_get(json_object_get(root, "evidence"), "queries")),
            rows[i]);
        json_decref(root);
    }
    assert_true(rows[0] > 10);
    assert_int_equal(rows[0], rows[1]);
    assert_int_equal(rows[0], rows[2]);
}

static void several_logs(void **state)
{
    (void)state;
    struct outcome o =
        run("simulate " CASE " --scenario background-only -n 3 -o " SCENE "/many.csv");
    assert_int_equal(o.code, 0);
    outcome_free(&o);
    assert_int_equal(access(SCENE "/many-1.csv", R_OK), 0);
    assert_int_equal(access(SCENE "/many-3.csv", R_OK), 0);
    assert_fails("simulate " CASE " --scenario background-only -n 3", 2,
                 "several logs need -o FILE");
}

/* Nothing changed, nothing differs; a longer TTL leaves fewer look-ups. */
static void whatif_changes_one_thing(void **state)
{
    (void)state;
    struct outcome o = run(
        "whatif " CASE
        " --scenario background-only --trials 50 -q --set name.mail1.trump-email.com.A.ttl=86400");
    assert_int_equal(o.code, 0);
    double before, after;
    char *line = strstr(o.out, "paste volume");
    assert_non_null(line);
    assert_int_equal(sscanf(line + 44, "%lf %lf", &before, &after), 2);
    assert_true(after < before - 0.5);
    outcome_free(&o);
    o = run("whatif " CASE " --scenario background-only --trials 20 -q --set "
            "sensor.paste.strangers='uniform(0.1, 1)'");
    line = strstr(o.out, "paste volume");
    assert_non_null(line);
    assert_int_equal(sscanf(line + 44, "%lf %lf", &before, &after), 2);
    assert_true(before == after);
    outcome_free(&o);
}

/* Prior weights change by Bayes' rule, without a new simulation. */
static void weights_need_no_simulation(void **state)
{
    (void)state;
    json_t *equal = run_json("compare " CASE " --trials 250 --json -q --db " SCENE "/weights.db");
    json_t *unequal =
        run_json("compare " CASE " --trials 250 --json -q --weight private-channel=3 --db " SCENE
                 "/weights.db");
    double before[4], expected[4], total = 0;
    for (size_t i = 0; i < 4; i++) {
        before[i] = json_number_value(
            json_object_get(json_array_get(json_object_get(equal, "scenarios"), i), "probability"));
        expected[i] = before[i] * (i == 2 ? 3 : 1);
        total += expected[i];
    }
    for (size_t i = 0; i < 4; i++) {
        json_t *s = json_array_get(json_object_get(unequal, "scenarios"), i);
        assert_true(fabs(json_number_value(json_object_get(s, "probability")) -
                         expected[i] / total) < 0.05);
    }
    struct outcome o = run("compare " CASE " --weight nobody=3");
    assert_int_equal(o.code, 2);
    outcome_free(&o);
    json_decref(equal), json_decref(unequal);
}

/* A database goes on where a shorter run ended, and gives the same bytes as no database. */
static void database_changes_nothing(void **state)
{
    (void)state;
    struct outcome plain = run("compare " CASE " --trials 500 --json -q");
    struct outcome half = run("compare " CASE " --trials 250 --json -q --db " SCENE "/run.db");
    struct outcome whole = run("compare " CASE " --trials 500 --json -q --db " SCENE "/run.db");
    assert_int_equal(half.code, 0);
    assert_string_equal(plain.out, whole.out);
    outcome_free(&plain), outcome_free(&half), outcome_free(&whole);
}

/* Names can hold anything; none of it may act in HTML, JSON, CSV, the terminal or gnuplot. */
static void hostile_names(void **state)
{
    (void)state;
    static const char evil[] = "<script>alert(1)</script>`touch " SCENE "/owned`$(touch " SCENE
                               "/owned)'; drop table runs; --\\033[31m";
    replace_in(CASE, "Look-ups of mail1.trump-email.com, May to September 2016", evil,
               SCENE "/cases/evil.cfg");
    replace_in("scenarios/cases/alfa-2016/facts.cfg", "paste volume",
               "=cmd|`touch " SCENE "/owned`<img src=x>", SCENE "/cases/alfa-2016/facts.cfg");
    struct outcome o = run("compare " SCENE "/cases/evil.cfg --trials 150 -q --db " SCENE
                           "/evil.db --report " SCENE "/evil");
    assert_int_equal(o.code, 0);
    assert_null(strchr(o.out, '\033'));
    assert_int_not_equal(access(SCENE "/owned", F_OK), 0);
    char *html = read_all(SCENE "/evil/report.html");
    assert_null(strstr(html, "<script>alert"));
    assert_null(strstr(html, "<img src=x>"));
    free(html);
    outcome_free(&o);
    scene_set(NULL);
}

static void help_for_every_command(void **state)
{
    (void)state;
    const char *names[] = {"compare", "simulate",  "import", "statistics", "whatif",
                           "models",  "scenarios", "report", "version",    "help"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char arguments[100];
        snprintf(arguments, sizeof arguments, "%s --help", names[i]);
        struct outcome o = run(arguments);
        assert_int_equal(o.code, 0);
        assert_non_null(strstr(o.out, "Usage: mxplain"));
        outcome_free(&o);
    }
}

/* `check` weighs what `compare` would: one fact more, one scenario more, other weights. */
static void check_takes_what_compare_takes(void **state)
{
    (void)state;
    struct outcome plain = run("check alfa-2016 --trials 100 --fresh 20 -q");
    struct outcome more = run("check alfa-2016 --trials 100 --fresh 20 -q --optional");
    struct outcome added = run("check " CASE " --trials 100 --fresh 20 -q --scenario malware");
    struct outcome weighed = run("check " CASE " --trials 100 --fresh 20 -q --scenario malware "
                                 "--weight malware=1000000");
    assert_int_equal(plain.code, 0);
    assert_int_equal(more.code, 0);
    assert_int_equal(added.code, 0);
    assert_int_equal(weighed.code, 0);
    assert_string_not_equal(plain.out, more.out);
    assert_non_null(strstr(added.out, "malware"));
    assert_non_null(strstr(weighed.out, "prior 1.0000"));
    outcome_free(&plain), outcome_free(&more), outcome_free(&added), outcome_free(&weighed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(help_for_every_command),
        cmocka_unit_test(same_bytes),
        cmocka_unit_test(json_has_the_keys),
        cmocka_unit_test(without_facts_the_prior),
        cmocka_unit_test(a_simulated_log_is_named),
        cmocka_unit_test(none_of_these),
        cmocka_unit_test(simulated_logs_read_back),
        cmocka_unit_test(several_logs),
        cmocka_unit_test(whatif_changes_one_thing),
        cmocka_unit_test(database_changes_nothing),
        cmocka_unit_test(weights_need_no_simulation),
        cmocka_unit_test(hostile_names),
        cmocka_unit_test(check_takes_what_compare_takes),
    };
    return cmocka_run_group_tests_name("compare", tests, scene_set, NULL);
}
