/* The reader of tables of numbers: what it takes, and what it refuses with file and line. */
#include "analysis/ingest/numeric_csv.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

static char path[] = "/tmp/numeric-csv-XXXXXX";

static void write_bytes(const char *text, size_t n)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, n, file), n);
    fclose(file);
}

static int read_text(struct numeric_csv *table, const char *text, struct message *message)
{
    write_bytes(text, strlen(text));
    return numeric_csv_read(table, path, LABEL_FIRST, NULL, message);
}

static void assert_same_table(const char *text)
{
    struct numeric_csv table;
    struct message message = {""};
    if (read_text(&table, text, &message) != STATUS_OK)
        fail_msg("%s", message.text);
    assert_int_equal(table.n_rows, 2);
    assert_int_equal(table.n_columns, 2);
    assert_string_equal(table.label_column, "model");
    assert_string_equal(table.column_name[1], "b");
    assert_string_equal(table.label_name[table.label[1]], "two");
    assert_true(table.value[0] == 1.5 && table.value[1] == -2 && table.value[3] == 4e3);
    assert_true(isnan(table.value[2]));
    assert_int_equal(table.n_missing, 1);
    numeric_csv_free(&table);
}

static void every_way_of_writing_the_same_table(void **state)
{
    (void)state;
    assert_same_table("model,a,b\none,1.5,-2\ntwo,,4e3\n");
    assert_same_table("model,a,b\r\none,1.5,-2\r\ntwo,NA,4e3\r\n");
    assert_same_table("model,a,b\none,1.5,-2\ntwo,NaN,4e3"); /* no newline at the end */
    assert_same_table("model a b\none 1.5 -2\ntwo NA 4e3\n");
    assert_same_table("  model   a  b\n one   1.5 -2 \n two NA  4e3\n");
    assert_same_table("model\ta\tb\none\t1.5\t-2\ntwo\t\t4e3\n");
    assert_same_table("model;a;b\none;1.5;-2\ntwo;.;4e3\n\n\n");
    assert_same_table("\"model\",\"a\",\"b\"\n\"one\", 1.5 ,\"-2\"\n\"two\",\"\",4e3\n");
    assert_same_table("\xef\xbb\xbfmodel,a,b\none,1.5,-2\ntwo,,4e3\n");
}

static void assert_refused(const char *text, const char *complaint)
{
    struct numeric_csv table;
    struct message message = {""};
    assert_int_equal(read_text(&table, text, &message), STATUS_INPUT);
    if (strstr(message.text, complaint) == NULL)
        fail_msg("'%s' does not say '%s'", message.text, complaint);
    numeric_csv_free(&table);
}

static void everything_else_is_refused(void **state)
{
    (void)state;
    assert_refused("", "empty");
    assert_refused("model,a,b\none,1\n", ":2: found 2 fields, but the header has 3");
    assert_refused("model,a,b\none,1,2,3\n", ":2: found more than 3 fields");
    assert_refused("model,a,b\none,1,2\n\ntwo,3,4\n", ":4: there is an empty line");
    assert_refused("model,a,b\none,1,x\n", ":2: column 'b' holds 'x'");
    assert_refused("model,a,b\none,1,0x10\n", "'0x10'");
    assert_refused("model,a,b\none,1,inf\n", "'inf'");
    assert_refused("model,a,b\none,1,1e999\n", "'1e999'");
    assert_refused("model,a,a\none,1,2\n", "two columns are called 'a'");
    assert_refused("model,a,\none,1,2\n", "column 3 has no name");
    assert_refused("model,a,b\n,1,2\n", "name is empty");
    assert_refused("1,2,3\n4,5,6\n", "only numbers");
    assert_refused("model,\"a,b\none,1,2\n", "not closed");
}

static void no_file_and_no_text(void **state)
{
    struct numeric_csv table;
    struct message message = {""};
    (void)state;
    assert_int_equal(numeric_csv_read(&table, "/no/such/file", LABEL_FIRST, NULL, &message),
                     STATUS_INPUT);
    numeric_csv_free(&table);
    write_bytes("model,a\none,\0001\n", 15);
    assert_int_equal(numeric_csv_read(&table, path, LABEL_FIRST, NULL, &message), STATUS_INPUT);
    assert_non_null(strstr(message.text, "NUL"));
    numeric_csv_free(&table);
    assert_int_equal(numeric_csv_read(&table, path, LABEL_NAMED, "x", &message), STATUS_INPUT);
    assert_non_null(strstr(message.text, "no column 'x'"));
    numeric_csv_free(&table);
}

static void gzip_and_sorted_labels(void **state)
{
    struct numeric_csv table;
    struct message message = {""};
    (void)state;
    gzFile file = gzopen(path, "wb");
    gzputs(file, "x,model\n1,10\n2,9\n3,10\n");
    gzclose(file);
    assert_int_equal(numeric_csv_read(&table, path, LABEL_NAMED, "model", &message), STATUS_OK);
    numeric_csv_sort_labels(&table);
    assert_string_equal(table.label_name[0], "9");
    assert_int_equal(table.label[0], 1);
    assert_int_equal(table.label[1], 0);
    numeric_csv_free(&table);
    assert_int_equal(numeric_csv_read(&table, path, LABEL_IF_PRESENT, "y", &message), STATUS_OK);
    assert_null(table.label);
    assert_int_equal(table.n_columns, 2);
    numeric_csv_free(&table);
}

static int open_scratch(void **state)
{
    (void)state;
    int file = mkstemp(path);
    return file < 0 ? -1 : close(file);
}

static int close_scratch(void **state)
{
    (void)state;
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_way_of_writing_the_same_table),
        cmocka_unit_test(everything_else_is_refused),
        cmocka_unit_test(no_file_and_no_text),
        cmocka_unit_test(gzip_and_sorted_labels),
    };
    return cmocka_run_group_tests(tests, open_scratch, close_scratch);
}
