/* The documents name every key of the configuration files and every option and command of the
 * program. Where this fails after a new one: add it to the document that the message names. */
#include "tests/support/check.h"

#include <ctype.h>
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>

#include "analysis/config/case.h"

#define SCENARIO_PAGE "docs/writing-a-scenario.md"
#define MANUAL "docs/mxplain.1"
#define MAX_TEXT 400000

static char page[MAX_TEXT], source[MAX_TEXT];

static void read_text(const char *path, char text[MAX_TEXT])
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t n = fread(text, 1, MAX_TEXT - 1, file);
    assert_true(n > 0 && n < MAX_TEXT - 1);
    text[n] = '\0';
    fclose(file);
}

/* Whether the page has `word` in code marks, alone or before more of the same code. */
static bool has_code(const char *word)
{
    char quoted[200];
    snprintf(quoted, sizeof quoted, "`%s`", word);
    return strstr(page, quoted) != NULL;
}

static void needs_code(const char *word)
{
    if (!has_code(word))
        print_error("%s does not name `%s`\n", SCENARIO_PAGE, word);
    assert_true(has_code(word));
}

/* Keys stand in the sources as `{"key", true, ...` or `{"key", false, ...`. */
static int check_keys(const char *path)
{
    int n = 0;
    read_text(path, source);
    for (const char *at = source; (at = strstr(at, "{\"")) != NULL;) {
        char key[64];
        at += 2;
        size_t length = strcspn(at, "\"");
        if (length >= sizeof key)
            continue;
        memcpy(key, at, length);
        key[length] = '\0';
        at += length;
        if (strncmp(at, "\", true,", 8) != 0 && strncmp(at, "\", false,", 9) != 0)
            continue;
        needs_code(key);
        n++;
    }
    return n;
}

static void every_key_is_described(void **state)
{
    (void)state;
    glob_t found;
    int n = 0;
    read_text(SCENARIO_PAGE, page);
    assert_int_equal(glob("analysis/config/case*.c", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++)
        n += check_keys(found.gl_pathv[i]);
    globfree(&found);
    assert_true(n > 80);
}

static void every_setting_and_profile_is_described(void **state)
{
    (void)state;
    read_text(SCENARIO_PAGE, page);
    for (const struct param_row *row = sensor_rows; row->name != NULL; row++)
        needs_code(row->name);
    for (const struct param_row *row = resolver_rows; row->name != NULL; row++)
        needs_code(row->name);
    for (size_t i = 0; resolver_profile_words[i] != NULL; i++)
        needs_code(resolver_profile_words[i]);
    for (size_t i = 0; gateway_profile_words[i] != NULL; i++)
        needs_code(gateway_profile_words[i]);
}

/* Options stand in help texts as two hyphens after spaces, and in the manual as Fl Fl. */
static int check_options(const char *path)
{
    int n = 0;
    read_text(path, source);
    for (const char *at = source; (at = strstr(at, " --")) != NULL;) {
        char macro[80] = "Fl Fl ";
        size_t length = 0;
        at += 3;
        while (islower((unsigned char)at[length]))
            length++;
        if (length == 0 || length > 60)
            continue;
        memcpy(macro + 6, at, length);
        macro[6 + length] = '\0';
        if (strstr(page, macro) == NULL)
            print_error("%s does not name --%s of %s\n", MANUAL, macro + 6, path);
        assert_non_null(strstr(page, macro));
        n++;
    }
    return n;
}

static void every_option_is_in_the_manual(void **state)
{
    (void)state;
    glob_t found;
    int n = 0;
    read_text(MANUAL, page);
    assert_int_equal(glob("cli/*.[ch]", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++)
        n += check_options(found.gl_pathv[i]);
    globfree(&found);
    assert_true(n > 40);
}

static void every_command_is_in_the_manual(void **state)
{
    (void)state;
    int n = 0;
    read_text(MANUAL, page);
    read_text("cli/commands.c", source);
    for (const char *at = source; (at = strstr(at, "&command_")) != NULL; n++) {
        char heading[80] = ".Ss ";
        at += 9;
        size_t length = strcspn(at, ",");
        assert_true(length < 60);
        strncat(heading, strncmp(at, "usage", 5) == 0 ? "help" : at,
                strncmp(at, "usage", 5) == 0 ? 4 : length);
        if (strstr(page, heading) == NULL)
            print_error("%s has no section \"%s\"\n", MANUAL, heading);
        assert_non_null(strstr(page, heading));
    }
    assert_true(n > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_is_described),
        cmocka_unit_test(every_setting_and_profile_is_described),
        cmocka_unit_test(every_option_is_in_the_manual),
        cmocka_unit_test(every_command_is_in_the_manual),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
