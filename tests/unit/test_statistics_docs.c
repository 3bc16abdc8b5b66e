/* The table in docs/statistics.md is the registry, word for word. With --write it is made anew. */
#include "tests/support/check.h"

#include <math.h>
#include <stdio.h>

#include "analysis/statistics/statistic.h"

#define PAGE "docs/statistics.md"
#define BEGIN "<!-- table: begin (build/tests/unit/test_statistics_docs --write) -->\n"
#define END "<!-- table: end -->\n"
#define MAX_TEXT 100000

static char table[MAX_TEXT], page[MAX_TEXT];

static void write_settings(FILE *out, const struct param_row *row)
{
    for (; row != NULL && row->name != NULL; row++)
        fprintf(out, "<br>`%s = %s` (%g to %g): %s", row->name, row->prior, row->min, row->max,
                row->meaning);
}

static void write_needs(FILE *out, const struct statistic *s)
{
    static const char *const columns[] = {"time", "client", "name", "type", "server"};
    const char *comma = "";
    for (unsigned i = 0; i < 5; i++)
        if (s->needs & (1u << i)) {
            fprintf(out, "%s%s", comma, columns[i]);
            comma = ", ";
        }
    fputs(s->needs_other ? ", `other`" : s->needs_other_sensor ? ", a second sensor" : "", out);
}

/* "0 to 1", "at least 0", "any". */
static void write_range(FILE *out, const struct statistic *s)
{
    if (isfinite(s->low) && isfinite(s->high))
        fprintf(out, "%g to %g", s->low, s->high);
    else if (isfinite(s->low))
        fprintf(out, "%g and more", s->low);
    else
        fprintf(out, "any");
}

static void write_table(FILE *out)
{
    int family = -1;
    for (size_t i = 0; statistics[i] != NULL; i++) {
        const struct statistic *s = statistics[i];
        if ((int)s->family != family) {
            family = (int)s->family;
            fprintf(out,
                    "\n### %s\n\n| name | unit | range | needs | what it is | what it tells "
                    "|\n|---|---|---|---|---|---|\n",
                    family_names[family]);
        }
        fprintf(out, "| `%s` | %s | ", s->name, s->unit);
        write_range(out, s);
        fputs(" | ", out);
        write_needs(out, s);
        fprintf(out, " | %s", s->summary);
        write_settings(out, s->params);
        fprintf(out, " | %s |\n", s->tells);
    }
    fprintf(out, "\n");
}

static void read_page(void)
{
    FILE *in = fopen(PAGE, "r");
    assert_non_null(in);
    page[fread(page, 1, sizeof page - 1, in)] = '\0';
    fclose(in);
}

static void make_table(void)
{
    FILE *out = fmemopen(table, sizeof table - 1, "w");
    assert_non_null(out);
    write_table(out);
    assert_int_equal(fclose(out), 0);
}

static void page_has_the_table(void **state)
{
    (void)state;
    read_page();
    make_table();
    const char *begin = strstr(page, BEGIN), *end = strstr(page, END);
    assert_non_null(begin);
    assert_non_null(end);
    begin += strlen(BEGIN);
    size_t length = (size_t)(end - begin);
    if (length == strlen(table) && memcmp(begin, table, length) == 0)
        return;
    print_error("%s is out of date: run build/tests/unit/test_statistics_docs --write\n", PAGE);
    assert_true(false);
}

static int write_page(void)
{
    read_page();
    make_table();
    char *begin = strstr(page, BEGIN), *end = strstr(page, END);
    if (begin == NULL || end == NULL)
        return 1;
    FILE *out = fopen(PAGE, "w");
    if (out == NULL)
        return 1;
    fwrite(page, 1, (size_t)(begin - page) + strlen(BEGIN), out);
    fputs(table, out);
    fputs(end, out);
    return fclose(out) == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--write") == 0)
        return write_page();
    const struct CMUnitTest tests[] = {cmocka_unit_test(page_has_the_table)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
