/* The worked examples of the documents: the case loads, the model and its test compile. */
#include "tests/support/check.h"

#include <gsl/gsl_errno.h>
#include <stdio.h>

#include "analysis/config/case.h"

#define MAX_TEXT 400000

static char page[MAX_TEXT];

static void read_text(const char *path, char text[MAX_TEXT])
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t n = fread(text, 1, MAX_TEXT - 1, file);
    assert_true(n > 0 && n < MAX_TEXT - 1);
    text[n] = '\0';
    fclose(file);
}

/* Both C blocks of the page, the model and its test, with the compiler that is there. */
static void the_model_of_the_document_compiles(void **state)
{
    (void)state;
    int n = 0;
    read_text("docs/writing-a-model.md", page);
    for (const char *at = page; (at = strstr(at, "```c\n")) != NULL; n++) {
        at += 5;
        const char *end = strstr(at, "```");
        assert_non_null(end);
        FILE *compiler = popen("cc -std=c11 -Wall -Wextra -Werror -I. -D_GNU_SOURCE "
                               "$(pkg-config --cflags gsl cmocka) -fsyntax-only -x c -",
                               "w");
        assert_non_null(compiler);
        fwrite(at, 1, (size_t)(end - at), compiler);
        assert_int_equal(pclose(compiler), 0);
        at = end + 3;
    }
    assert_int_equal(n, 2);
}

static void the_example_loads(void **state)
{
    (void)state;
    struct case_file example;
    struct message message = {""};
    gsl_set_error_handler_off();
    int status = case_load(&example, "scenarios/example-newsletter/case.cfg", &message);
    if (status != STATUS_OK)
        print_error("%s\n", message.text);
    assert_int_equal(status, STATUS_OK);
    assert_int_equal(example.n_scenarios, 2);
    assert_int_equal(example.n_facts, 4);
    case_free(&example);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_model_of_the_document_compiles),
        cmocka_unit_test(the_example_loads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
