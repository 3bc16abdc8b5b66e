/* Wrong cases: each is a sound one with one text replaced, and must be refused with file and line,
 * what was found, and what was expected. */
#include "tests/support/check.h"

#include <gsl/gsl_errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "analysis/weigh/elicited.h"

enum { CASE, ONE, TWO, FACTS, ELICITED, N_FILES };

static const char *const names[N_FILES] = {"case.cfg", "one.cfg", "two.cfg", "facts.cfg",
                                           "elicited.cfg"};
static const char *const texts[N_FILES] = {
    "case: {\n"
    "  title = \"t\";\n"
    "  window = { from = \"2016-05-04\"; until = \"2016-09-24\"; };\n"
    "  names = ( { name = \"mail.sender.example\"; type = \"A\"; ttl = 3600; } );\n"
    "  parties = (\n"
    "    { name = \"vendor\"; timezone = \"UTC\"; },\n"
    "    { name = \"bank\"; timezone = \"+03:00\"; gateway = \"postfix\";\n"
    "      resolvers = ( { address = \"198.51.100.15\"; software = \"dnsmasq\"; } ); }\n"
    "  );\n"
    "  hosts = ( { name = \"mail\"; party = \"vendor\"; hostname = \"mail.sender.example\"; } );\n"
    "  roles = { sender = [ \"vendor\" ]; recipient = [ \"bank\" ]; };\n"
    "  events = ( { date = \"2016-06-14T18:00:00Z\"; label = \"e\"; } );\n"
    "  sensors = ( { name = \"all\"; },\n"
    "              { name = \"cut\"; source = \"all\"; } );\n"
    "  evidence = { facts = \"facts.cfg\"; };\n"
    "  elicited = \"elicited.cfg\";\n"
    "  scenarios = ( \"one\", { name = \"two\"; weight = 2; } );\n"
    "};\n",
    "scenario: {\n"
    "  title = \"t\"; claim = \"c\";\n"
    "  models = (\n"
    "    { model = \"campaign\"; from = \"sender\"; to = \"recipient\";\n"
    "      list_size = \"uniform(1, 30)\"; } );\n"
    "};\n",
    "scenario: {\n"
    "  title = \"u\"; claim = \"c\";\n"
    "  models = ( { model = \"scanner\"; to = \"sender\"; } );\n"
    "};\n",
    "facts = (\n"
    "  { id = \"volume\"; statistic = \"count\"; sensor = \"all\"; value = 100; sd = 10;\n"
    "    source = \"s\"; }\n"
    ");\n",
    "elicited = (\n"
    "  { id = \"probe\"; observation = \"o\"; source = \"s\"; reasoning = \"r\";\n"
    "    otherwise = { low = 0.1; high = 0.9; };\n"
    "    scenarios = (\n"
    "      { name = \"one\"; low = 0.2; high = 0.4; },\n"
    "      { name = \"two\"; low = 0.3; high = 0.5; } ); }\n"
    ");\n",
};

static const struct wrong {
    int file;
    const char *from, *to;
    const char *where;    /* file and line of the complaint */
    const char *expected; /* a part of the sentence */
} wrongs[] = {
    /* bindings of roles, models, parameters */
    {ONE, "\"recipient\"", "\"recipent\"", "one.cfg:4",
     "unknown role \"recipent\" (did you mean \"recipient\"?)"},
    {ONE, "\"recipient\"", "\"bank\"", "one.cfg:4",
     "\"bank\" is a party; expected the name of a role"},
    {ONE, "\"recipient\"", "\"sender\"", "one.cfg:4",
     "the party \"vendor\" has no gateway; give it"},
    {ONE, "\"sender\"", "\"recipient\"", "one.cfg:4",
     "the party \"bank\" runs no mail host; give it"},
    {ONE, "to = \"recipient\";", "", "one.cfg:4", "the key \"to\" is missing (who receives it)"},
    {ONE, "\"campaign\"", "\"campain\"", "one.cfg:4",
     "unknown model \"campain\" (did you mean \"campaign\"?)"},
    {ONE, "list_size", "branching", "one.cfg:5",
     "\"branching\" is no parameter of the model campaign but of private-channel"},
    {ONE, "list_size", "listsize", "one.cfg:5",
     "unknown key \"listsize\" (did you mean \"list_size\"?)"},
    {ONE, "models = (", "models = ( ); reported = (", "one.cfg:1",
     "expected 1 to 64 models, found 0"},
    {ONE, "claim = \"c\";", "", "one.cfg:1", "the key \"claim\" is missing"},
    {ONE, "scenario:", "scenari:", "one.cfg:1", "scenari"},
    {ONE, "claim = \"c\";", "claim = \"c\"; claim = \"d\";", "one.cfg:2", "duplicate setting"},
    {ONE, "claim = \"c\";",
     "claim = \"c\"; set = ( { key = \"sensor.al.keep\"; value = \"1\"; } );", "one.cfg:2",
     "no parameter \"sensor.al.keep\" (did you mean \"sensor.all.keep\"?)"},
    {ONE, "claim = \"c\";",
     "claim = \"c\"; set = ( { key = \"sensor.all.keep\"; value = \"2\"; } );", "one.cfg:2",
     "\"2\": out of range: keep must be in [0, 1]"},
    {ONE, "claim = \"c\";", "claim = \"c\"; observation = \"edted\";", "one.cfg:1",
     "observation \"edted\": no file edted.cfg (did you mean \"edited\"?)"},
    /* priors */
    {ONE, "uniform(1, 30)", "uniform(30, 1)", "one.cfg:5", "low 30 is above high 1"},
    {ONE, "uniform(1, 30)", "normal(mean=3, sd=1) in [5, 2]", "one.cfg:5", "truncation is empty"},
    {ONE, "uniform(1, 30)", "normal(mean=3, sd=-1)", "one.cfg:5", "must be above 0, found -1"},
    {ONE, "uniform(1, 30)", "uniform(-50, 30)", "one.cfg:5", "list_size must be in [0, 1000]"},
    {ONE, "uniform(1, 30)", "unifrom(1, 30)", "one.cfg:5", "did you mean \"uniform\"?"},
    {ONE, "uniform(1, 30)", "5 min", "one.cfg:5", "wrong unit \"min\""},
    {ONE, "uniform(1, 30)", "nan", "one.cfg:5", "unknown distribution \"nan\""},
    {ONE, "\"uniform(1, 30)\"", "true", "one.cfg:5", "expected a number or a prior in quotes"},
    {ONE, "\"uniform(1, 30)\"", "1000.5", "one.cfg:5", "\"1000.5\": out of range"},
    /* the world */
    {CASE, "2016-06-14", "2017-06-14", "case.cfg:12", "lies outside the window 2016-05-04"},
    {CASE, "until = \"2016-09-24\"", "until = \"2016-05-04\"", "case.cfg:3",
     "the window from 2016-05-04 until 2016-05-04: until must be after from"},
    {CASE, "until = \"2016-09-24\"", "until = \"2416-09-24\"", "case.cfg:3",
     "by ten years at most"},
    {CASE, "until = \"2016-09-24\"", "until = \"2016-09-31\"", "case.cfg:3",
     "is no date; expected"},
    {CASE, "ttl = 3600", "ttl = 4294967296", "case.cfg:4", "does not fit in 32 bits"},
    {CASE, "ttl = 3600", "ttl = -5", "case.cfg:4", "ttl must be in [0,"},
    {CASE, "ttl = 3600", "ttl = 60; from = \"2016-08-01\"; until = \"2016-07-01\"", "case.cfg:4",
     "the name mail.sender.example: until must be after from"},
    {CASE, "\"+03:00\"", "\"Europe/Moskow\"", "case.cfg:7",
     "time zone \"Europe/Moskow\" is not known; expected"},
    {CASE, "\"bank\"; timezone", "\"vendor\"; timezone", "case.cfg:7", "there are two parties"},
    {CASE, "dnsmasq", "dnsmask", "case.cfg:8", "did you mean \"dnsmasq\"?"},
    {CASE, "party = \"vendor\"", "party = \"vender\"", "case.cfg:10", "did you mean \"vendor\"?"},
    {CASE, "source = \"all\"", "source = \"al\"", "case.cfg:14",
     "no sensor \"al\" stands before this one; those before it: all"},
    {CASE, "\"facts.cfg\"", "\"fact.cfg\"", "case.cfg:15", "cannot be read: No such file"},
    /* the list of scenarios */
    {CASE, "{ name = \"two\"; weight = 2; }", "\"one\"", "case.cfg:17",
     "scenario \"one\" stands twice"},
    {CASE, "weight = 2", "weight = 0", "case.cfg:17", "\"0\": out of range: weight must be in"},
    {CASE, "weight = 2", "weight = -1", "case.cfg:17", "\"-1\": out of range: weight must be in"},
    {CASE, "\"one\",", "\"onne\",", "case.cfg:17", "no file onne.cfg (did you mean \"one\"?)"},
    {CASE, "\"one\",", "\"one+partail\",", "case.cfg:17",
     "no file partail.cfg (did you mean \"partial\"?)"},
    {CASE, "\"one\",", "\"one+\",", "case.cfg:17", "expected the name of an observation"},
    {CASE, "scenarios =", "observations = \"patial\"; scenarios =", "case.cfg:17",
     "no file patial.cfg (did you mean \"partial\"?)"},
    {CASE, "scenarios =", "groups = ( { name = \"g\"; scenarios = ( \"tow\" ); } ); scenarios =",
     "case.cfg:17", "unknown scenario \"tow\""},
    /* facts */
    {FACTS, "\"count\"", "\"cuont\"", "facts.cfg:2", "did you mean \"count\"?"},
    {FACTS, "\"all\"", "\"al\"", "facts.cfg:2", "unknown sensor \"al\" (did you mean \"all\"?)"},
    {FACTS, "value = 100; sd = 10;", "", "facts.cfg:2",
     "expected either value and sd, or at_least"},
    {FACTS, "value = 100; sd = 10;", "at_least = 5; at_most = 3;", "facts.cfg:2",
     "at_least is above at_most"},
    {FACTS, "sd = 10", "sd = -1", "facts.cfg:2", "\"-1\": out of range: sd must be in"},
    /* evidence outside the log */
    {ELICITED, "high = 0.4", "high = 1.4", "elicited.cfg:5",
     "\"1.4\": out of range: high must be in"},
    {ELICITED, "low = 0.2", "low = -0.2", "elicited.cfg:5",
     "\"-0.2\": out of range: low must be in"},
    {ELICITED, "low = 0.2", "low = 0.5", "elicited.cfg:5",
     "low: expected at most high (0.4), found 0.5"},
    {ELICITED, "\"two\"", "\"tow\"", "elicited.cfg:6", "unknown scenario \"tow\"; known: one, two"},
    {ELICITED, "\"two\"", "\"one\"", "elicited.cfg:6", "\"one\" stands twice in this row"},
    {CASE, "\"elicited.cfg\"", "\"elicted.cfg\"", "case.cfg:", "cannot be read: No such file"},
};

/* Writes all files into the folder, one of them changed; wrong NULL: none. */
static void write_files(const char *folder, const struct wrong *wrong)
{
    for (int i = 0; i < N_FILES; i++) {
        char path[100];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        FILE *out = fopen(path, "w");
        assert_non_null(out);
        const char *at = wrong != NULL && wrong->file == i ? strstr(texts[i], wrong->from) : NULL;
        if (at != NULL)
            fprintf(out, "%.*s%s%s", (int)(at - texts[i]), texts[i], wrong->to,
                    at + strlen(wrong->from));
        else
            fputs(texts[i], out);
        if (wrong != NULL && wrong->file == i && at == NULL)
            fail_msg("%s lacks \"%s\"", names[i], wrong->from);
        assert_int_equal(fclose(out), 0);
    }
}

static int load(const char *folder, struct message *message)
{
    char path[100];
    struct case_file file;
    struct elicited elicited = {0};
    snprintf(path, sizeof path, "%s/case.cfg", folder);
    int status = case_load(&file, path, message);
    if (status == STATUS_OK)
        status = elicited_load(&elicited, &file, message);
    elicited_free(&elicited);
    case_free(&file);
    return status;
}

static void remove_files(const char *folder)
{
    for (int i = 0; i < N_FILES; i++) {
        char path[100];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
}

static void a_sound_case_is_taken(void **state)
{
    (void)state;
    char folder[] = "/tmp/mxplain-case-XXXXXX";
    struct message message = {{0}};
    assert_non_null(mkdtemp(folder));
    write_files(folder, NULL);
    if (load(folder, &message) != STATUS_OK)
        fail_msg("%s", message.text);
    remove_files(folder);
}

static void wrong_cases_are_refused_by_line(void **state)
{
    (void)state;
    char folder[] = "/tmp/mxplain-case-XXXXXX";
    int bad = 0;
    assert_non_null(mkdtemp(folder));
    for (size_t i = 0; i < sizeof wrongs / sizeof wrongs[0]; i++) {
        const struct wrong *wrong = &wrongs[i];
        struct message message = {{0}};
        char where[140];
        write_files(folder, wrong);
        int status = load(folder, &message);
        snprintf(where, sizeof where, "%s/%s", folder, wrong->where);
        if (status == STATUS_INPUT && strncmp(message.text, where, strlen(where)) == 0 &&
            strstr(message.text, wrong->expected) != NULL)
            continue;
        print_error("\"%s\" for \"%s\" gave status %d: %s\n", wrong->to, wrong->from, status,
                    message.text);
        bad++;
    }
    remove_files(folder);
    assert_int_equal(bad, 0);
}

/* Two folders, one name: the sentence names both files. */
static void scenarios_of_one_name_are_told_apart(void **state)
{
    (void)state;
    char folder[] = "/tmp/mxplain-case-XXXXXX", other[] = "/tmp/mxplain-case-XXXXXX", path[100];
    struct case_file file;
    struct message message = {{0}};
    assert_non_null(mkdtemp(folder));
    assert_non_null(mkdtemp(other));
    write_files(folder, NULL);
    write_files(other, NULL);
    snprintf(path, sizeof path, "%s/case.cfg", folder);
    assert_int_equal(case_load(&file, path, &message), STATUS_OK);
    snprintf(path, sizeof path, "%s/one.cfg", other);
    assert_int_equal(case_add_scenario(&file, path, 1, NULL, &message), STATUS_INPUT);
    assert_non_null(strstr(message.text, "there are two scenarios \"one\""));
    assert_non_null(strstr(message.text, path));
    case_free(&file);
    remove_files(folder);
    remove_files(other);
}

int main(void)
{
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sound_case_is_taken),
        cmocka_unit_test(wrong_cases_are_refused_by_line),
        cmocka_unit_test(scenarios_of_one_name_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
