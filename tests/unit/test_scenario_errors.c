/* What can be wrong in a scenario's entry: each mistake is one sentence with file and line. */
#include "tests/support/check.h"

#include <gsl/gsl_errno.h>
#include <stdio.h>
#include <unistd.h>

#include "analysis/config/case.h"
#include "models/models.h"

#define WORLD "tests/golden/data/scenarios/world.cfg"

static void write_text(char *path, const char *text)
{
    int fd = mkstemps(path, 4);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

/* Loads the golden world and adds a scenario with one model entry; expects a complaint that names
 * the file with a line, and says what is wrong. */
static void refuse(const char *entry, const char *expected)
{
    char path[] = "/tmp/mxplain-scenario-XXXXXX.cfg", text[2000], where[100];
    struct case_file file;
    struct message message;
    snprintf(
        text, sizeof text,
        "scenario: {\n  title = \"t\";\n  claim = \"c\";\n  models = (\n    { %s }\n  );\n};\n",
        entry);
    write_text(path, text);
    assert_int_equal(case_load(&file, WORLD, &message), STATUS_OK);
    int status = case_add_scenario(&file, path, 1.0, NULL, &message);
    if (status != STATUS_INPUT)
        fail_msg("{ %s } was not refused", entry);
    snprintf(where, sizeof where, "%s:", path);
    if (strstr(message.text, where) == NULL || strstr(message.text, expected) == NULL)
        fail_msg("{ %s }: \"%s\" lacks \"%s\" or \"%s\"", entry, message.text, where, expected);
    assert_true(
        message.text[strlen(where) + (size_t)(strstr(message.text, where) - message.text)] >= '1');
    unlink(path);
    case_free(&file);
}

static void unknown_models_are_refused(void **state)
{
    (void)state;
    refuse("model = \"campain\"; from = \"sender\"; to = \"recipient\";", "campaign");
    refuse("from = \"sender\"; to = \"recipient\";", "model");
}

static void parameters_of_other_models_are_refused(void **state)
{
    (void)state;
    refuse("model = \"campaign\"; from = \"sender\"; to = \"recipient\"; branching = 0.5;",
           "branching");
    refuse("model = \"scanner\"; to = \"sender\"; visitors_per_weak = 1;", "visitors_per_week");
}

static void wrong_roles_are_refused(void **state)
{
    (void)state;
    refuse("model = \"campaign\"; from = \"sender\"; to = \"recipents\";", "recipient");
    refuse("model = \"campaign\"; from = \"recipient\"; to = \"recipient\";", "bank");
    refuse("model = \"campaign\"; to = \"recipient\";", "from");
    refuse("model = \"scanner\"; to = \"sender\"; from = \"recipient\";", "from");
}

static void empty_and_doubled_bindings_are_refused(void **state)
{
    (void)state;
    refuse("model = \"campaign\"; from = \"sender\"; to = [ ];", "to: expected the name of a role");
    refuse("model = \"campaign\"; from = \"sender\"; to = 3;", "to: expected the name of a role");
    refuse("model = \"campaign\"; from = \"sender\"; to = \"\";", "unknown role \"\"");
    refuse("model = \"campaign\"; from = \"sender\"; to = [ \"recipient\", \"recipient\" ];",
           "once more");
    refuse("model = \"campaign\"; label = \"\"; from = \"sender\"; to = \"recipient\";", "label");
}

static void bad_reports_are_refused(void **state)
{
    (void)state;
    refuse("model = \"scanner\"; to = \"sender\"; } ); reported = { elsewhere = 1; trap = 1; }; "
           "set = ( "
           "{ key = \"a\"; value = \"b\";",
           "traps");
    refuse("model = \"scanner\"; to = \"sender\"; } ); reported = { complaints = 2; }; set = ( { "
           "key = "
           "\"a\"; value = \"b\";",
           "complaints");
}

static void roles_of_several_parties_are_refused_where_one_acts(void **state)
{
    (void)state;
    struct message message = {{0}};
    struct model_instance instance = {.model = model_find("scanner"), .label = "it"};
    struct model_run run = {.instance = &instance};
    assert_non_null(instance.model);
    instance.roles[0].n = 2;
    assert_int_equal(instance.model->check(&run, &message), STATUS_INPUT);
    assert_non_null(strstr(message.text, "role \"to\" binds 2 parties"));
}

static void bad_priors_are_refused(void **state)
{
    (void)state;
    refuse("model = \"scanner\"; to = \"sender\"; echo = \"beta(a=1)\";", "echo");
    refuse("model = \"scanner\"; to = \"sender\"; echo = 1.5;", "echo");
    refuse("model = \"scanner\"; to = \"sender\"; echo = \"3 d\";", "echo");
    refuse("model = \"rejection-loop\"; from = \"sender\"; to = \"recipient\"; queue = \"qmail\";",
           "queue");
}

/* The golden world with one text replaced by another; expects a complaint with the line. */
static void refuse_world(const char *from, const char *to, const char *expected)
{
    char path[] = "/tmp/mxplain-scenario-XXXXXX.cfg", where[100];
    FILE *in = fopen(WORLD, "r");
    assert_non_null(in);
    static char text[65536], changed[66000];
    text[fread(text, 1, sizeof text - 1, in)] = '\0';
    fclose(in);
    const char *at = strstr(text, from);
    assert_non_null(at);
    snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    write_text(path, changed);
    struct case_file file;
    struct message message;
    assert_int_equal(case_load(&file, path, &message), STATUS_INPUT);
    snprintf(where, sizeof where, "%s:", path);
    if (strstr(message.text, where) == NULL || strstr(message.text, expected) == NULL)
        fail_msg("\"%s\" lacks \"%s\" or \"%s\"", message.text, where, expected);
    case_free(&file);
    unlink(path);
}

static void wrong_worlds_are_refused(void **state)
{
    (void)state;
    refuse_world("2016-06-14T18:00:00Z", "2017-06-14T18:00:00Z", "outside the window");
    /* The window ends on 24 September UTC: an hour on the clock in Moscow, too late in New York. */
    refuse_world("2016-06-14T18:00:00Z", "2016-09-23T23:00:00-04:00", "outside the window");
    refuse_world("2016-06-14T18:00:00Z", "2016-06-14T18:00:00 MSK", "is no date");
    refuse_world("2016-06-14T18:00:00Z", "2016-06-31", "is no date");
    refuse_world("sender = [ \"vendor\" ]", "sender = [ \"vender\" ]", "vendor");
    refuse_world("sender = [ \"vendor\" ]", "sender = [ ]", "found 0");
    refuse_world("sender = [ \"vendor\" ]", "sender = 3", "found 0");
    refuse_world("sender = [ \"vendor\" ]", "sender = [ \"vendor\", \"vendor\" ]", "stands twice");
    refuse_world("\"scenarios/malware.cfg\"", "\"scenarios/malwear.cfg\"", "malwear");
    refuse_world("round = \"1 s\"", "round = \"1 apple\"", "round");
}

int main(void)
{
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unknown_models_are_refused),
        cmocka_unit_test(parameters_of_other_models_are_refused),
        cmocka_unit_test(wrong_roles_are_refused),
        cmocka_unit_test(empty_and_doubled_bindings_are_refused),
        cmocka_unit_test(bad_reports_are_refused),
        cmocka_unit_test(roles_of_several_parties_are_refused_where_one_acts),
        cmocka_unit_test(bad_priors_are_refused),
        cmocka_unit_test(wrong_worlds_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
