/* Sealed truths: what is sealed comes out again, damage is noticed, every case for teaching opens.
 */
#include "tests/support/check.h"

#include <gsl/gsl_errno.h>
#include <stdio.h>
#include <unistd.h>

#include "analysis/config/case.h"
#include "analysis/config/sealed.h"

static void write_text(char *path, const char *text)
{
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static void open_again(const char *text)
{
    char path[] = "/tmp/mxplain-sealed-XXXXXX", *content, *found;
    struct message message;
    assert_int_equal(sealed_make(text, &content, &message), STATUS_OK);
    if (strlen(text) > 3)
        assert_null(strstr(content, text));
    write_text(path, content);
    assert_int_equal(sealed_open(path, &found, &message), STATUS_OK);
    assert_string_equal(found, text);
    unlink(path);
    free(content);
    free(found);
}

static void texts_of_every_length_come_back(void **state)
{
    (void)state;
    char text[300] = "";
    for (int i = 0; i < 299; i++) {
        open_again(text);
        text[i] = (char)('a' + i * 7 % 26);
    }
}

static void damage_is_noticed(void **state)
{
    (void)state;
    char *content, *found;
    struct message message;
    assert_int_equal(sealed_make("The truth, and nothing but the truth.", &content, &message),
                     STATUS_OK);
    size_t length = strlen(content);
    for (size_t i = 0; i + 4 < length; i++) {
        if (content[i] == '\n' || content[i + 1] == '\n')
            continue;
        char path[] = "/tmp/mxplain-sealed-XXXXXX", kept = content[i];
        content[i] = kept == 'A' ? 'B' : 'A';
        write_text(path, content);
        int status = sealed_open(path, &found, &message);
        if (status == STATUS_OK) /* only bits that carry nothing may change */
            assert_string_equal(found, "The truth, and nothing but the truth.");
        free(found);
        unlink(path);
        content[i] = kept;
    }
    free(content);
}

static void other_files_are_refused(void **state)
{
    (void)state;
    const char *const texts[] = {"", "mxplain-sealed 1\n", "mxplain-sealed 1\n****\n",
                                 "mxplain-sealed 1\n/////w==\n", "time,client,name\n"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        char path[] = "/tmp/mxplain-sealed-XXXXXX", *found;
        struct message message;
        write_text(path, texts[i]);
        assert_int_equal(sealed_open(path, &found, &message), STATUS_INPUT);
        assert_non_null(strstr(message.text, path));
        assert_null(found);
        unlink(path);
    }
}

/* Every case for teaching names a scenario of its own as the truth. */
static void every_sealed_case_opens(void **state)
{
    (void)state;
    const char *const names[] = {"bakery", "home-office", "partner-meetings", "town-hall",
                                 "few-askers"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct case_file file;
        struct message message;
        char path[300], scenario[100] = "", *text;
        if (case_load(&file, names[i], &message) != STATUS_OK)
            fail_msg("%s", message.text);
        assert_non_null(file.sealed);
        snprintf(path, sizeof path, "scenarios/cases/%s", file.sealed);
        assert_int_equal(sealed_open(path, &text, &message), STATUS_OK);
        const char *line = strstr(text, "Scenario: ");
        assert_non_null(line);
        assert_int_equal(sscanf(line, "Scenario: %99s", scenario), 1);
        assert_non_null(case_find_scenario(&file, scenario));
        free(text);
        case_free(&file);
    }
}

int main(void)
{
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_of_every_length_come_back),
        cmocka_unit_test(damage_is_noticed),
        cmocka_unit_test(other_files_are_refused),
        cmocka_unit_test(every_sealed_case_opens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
