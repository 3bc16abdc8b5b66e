/* Files that are either whole or not there. */
#include "tests/support/check.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analysis/report/write_file.h"

static char directory[64];

static char *below(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    return path;
}

static size_t n_files(void)
{
    DIR *open = opendir(directory);
    size_t n = 0;
    assert_non_null(open);
    while (readdir(open) != NULL)
        n++;
    closedir(open);
    return n - 2;
}

static void assert_content(const char *path, const char *expected)
{
    char buffer[256] = "";
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t length = fread(buffer, 1, sizeof buffer - 1, file);
    fclose(file);
    assert_int_equal(length, strlen(expected));
    assert_string_equal(buffer, expected);
}

static int setup(void **state)
{
    (void)state;
    strcpy(directory, "/tmp/test-write-file.XXXXXX");
    return mkdtemp(directory) == NULL;
}

static int teardown(void **state)
{
    (void)state;
    unlink(below("a"));
    rmdir(below("x/y"));
    rmdir(below("x"));
    return rmdir(directory);
}

static void replaces_whole(void **state)
{
    (void)state;
    struct message message;
    assert_int_equal(write_file(below("a"), "first", 5, &message), STATUS_OK);
    assert_content(below("a"), "first");
    assert_int_equal(write_file(below("a"), "2", 1, &message), STATUS_OK);
    assert_content(below("a"), "2");
    assert_int_equal(n_files(), 1);
}

static void wrong_places(void **state)
{
    (void)state;
    struct message message;
    assert_int_equal(write_file(below("no/such"), "x", 1, &message), STATUS_INPUT);
    assert_non_null(strstr(message.text, "no/such"));
    assert_int_equal(write_file(directory, "x", 1, &message), STATUS_INPUT);
    assert_int_equal(write_file("/dev/full", "x", 1, &message), STATUS_RUN);
    assert_non_null(strstr(message.text, "No space left"));
    assert_int_equal(n_files(), 0);
}

/* A full disk, as a limit on the size of files: the old content stays, nothing else does. */
static void full_disk(void **state)
{
    (void)state;
    static char big[1 << 16];
    struct message message;
    struct rlimit old, small;
    assert_int_equal(write_file(below("a"), "old", 3, &message), STATUS_OK);
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &old);
    small = old;
    small.rlim_cur = 4096;
    setrlimit(RLIMIT_FSIZE, &small);
    int status = write_file(below("a"), big, sizeof big, &message);
    setrlimit(RLIMIT_FSIZE, &old);
    assert_int_equal(status, STATUS_RUN);
    assert_content(below("a"), "old");
    assert_int_equal(n_files(), 1);
}

static void read_only_directory(void **state)
{
    (void)state;
    struct message message;
    if (geteuid() == 0)
        skip(); /* permissions do not bind root */
    chmod(directory, 0500);
    int status = write_file(below("a"), "x", 1, &message);
    chmod(directory, 0700);
    assert_int_equal(status, STATUS_INPUT);
    assert_int_equal(n_files(), 0);
}

static int print_half_then_fail(FILE *out, const void *context, struct message *message)
{
    (void)context;
    fputs("half", out);
    strcpy(message->text, "could not go on");
    return STATUS_RUN;
}

static void failing_printer(void **state)
{
    (void)state;
    struct message message;
    assert_int_equal(write_printed_file(below("a"), print_half_then_fail, NULL, &message),
                     STATUS_RUN);
    assert_string_equal(message.text, "could not go on");
    assert_int_equal(n_files(), 0);
}

static void directories(void **state)
{
    (void)state;
    struct message message;
    assert_int_equal(make_directory(below("x//y/"), &message), STATUS_OK);
    assert_int_equal(make_directory(below("x/y"), &message), STATUS_OK);
    assert_int_equal(write_file(below("a"), "x", 1, &message), STATUS_OK);
    assert_int_equal(make_directory(below("a/b"), &message), STATUS_INPUT);
    assert_int_equal(make_directory("", &message), STATUS_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(replaces_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(wrong_places, setup, teardown),
        cmocka_unit_test_setup_teardown(full_disk, setup, teardown),
        cmocka_unit_test_setup_teardown(read_only_directory, setup, teardown),
        cmocka_unit_test_setup_teardown(failing_printer, setup, teardown),
        cmocka_unit_test_setup_teardown(directories, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
