/* Every fuzz target has seeds and a dictionary, and the seeds of the case loader reach its end:
 * a fuzzer that starts at an error message tests little. */
#include "tests/fuzz/config_target.h"

#include <ctype.h>
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static int count_files(const char *folder)
{
    DIR *dir = opendir(folder);
    int n = 0;
    if (dir == NULL)
        return 0;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
        n += entry->d_name[0] != '.';
    closedir(dir);
    return n;
}

static void test_seeds_and_dictionaries(void **state)
{
    (void)state;
    DIR *dir = opendir("tests/fuzz");
    int targets = 0;
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        char name[256], path[512];
        struct stat unused;
        size_t n = strlen(entry->d_name);
        if (strncmp(entry->d_name, "fuzz_", 5) != 0 || n < 8 || entry->d_name[n - 1] != 'c')
            continue;
        snprintf(name, sizeof name, "%.*s", (int)(n - 7), entry->d_name + 5);
        print_message("%s\n", name);
        snprintf(path, sizeof path, "tests/fuzz/corpus/%s", name);
        assert_true(count_files(path) > 0);
        snprintf(path, sizeof path, "tests/fuzz/%s.dict", name);
        if (strcmp(name, "ingest_auto") != 0) /* has that of the family */
            assert_int_equal(stat(path, &unused), 0);
        targets++;
    }
    closedir(dir);
    assert_true(targets >= 32);
}

/* "TOKEN" or NAME="TOKEN", with no escapes but \\\\, \\" and \\xNN: a fuzzer does not start
 * otherwise. */
static bool is_token(const char *line)
{
    const char *at = strchr(line, '"');
    if (at == NULL)
        return false;
    for (at++; *at != '"'; at++) {
        if (*at == '\0' || *at == '\n')
            return false;
        if (*at != '\\')
            continue;
        at++;
        bool is_hex =
            *at == 'x' && isxdigit((unsigned char)at[1]) && isxdigit((unsigned char)at[2]);
        if (*at != '\\' && *at != '"' && !is_hex)
            return false;
    }
    return at[1] == '\n' || at[1] == '\0';
}

static void test_dictionaries(void **state)
{
    (void)state;
    DIR *dir = opendir("tests/fuzz");
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        char path[512], line[1024];
        size_t n = strlen(entry->d_name);
        if (n < 6 || strcmp(entry->d_name + n - 5, ".dict") != 0)
            continue;
        snprintf(path, sizeof path, "tests/fuzz/%s", entry->d_name);
        FILE *file = fopen(path, "r");
        assert_non_null(file);
        while (fgets(line, sizeof line, file) != NULL)
            if (line[0] != '#' && line[0] != '\n' && !is_token(line))
                fail_msg("%s: %s", path, line);
        fclose(file);
    }
    closedir(dir);
}

static void test_case_seeds(void **state)
{
    (void)state;
    DIR *dir = opendir("tests/fuzz/corpus/case");
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        static uint8_t bytes[65536];
        char path[512];
        struct message message;
        struct case_file case_file;
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "tests/fuzz/corpus/case/%s", entry->d_name);
        FILE *file = fopen(path, "rb");
        assert_non_null(file);
        size_t n = fread(bytes, 1, sizeof bytes, file);
        fclose(file);
        int descriptor = memory_file(bytes, n, path);
        int status = case_load(&case_file, path, &message);
        if (status != STATUS_OK)
            print_message("%s: %s\n", entry->d_name, message.text);
        assert_int_equal(status, STATUS_OK);
        case_free(&case_file);
        close(descriptor);
    }
    closedir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_seeds_and_dictionaries),
        cmocka_unit_test(test_dictionaries),
        cmocka_unit_test(test_case_seeds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
