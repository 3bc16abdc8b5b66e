/* Foreign text made harmless. */
#include "tests/support/check.h"

#include "analysis/report/escape.h"
#include "tests/support/hostile.h"

typedef void printer(FILE *out, const char *text);

static char *printed(printer *print, const char *text)
{
    char *bytes = NULL;
    size_t size;
    FILE *out = open_memstream(&bytes, &size);
    assert_non_null(out);
    print(out, text);
    fclose(out);
    return bytes;
}

static void assert_printed(printer *print, const char *text, const char *expected)
{
    char *bytes = printed(print, text);
    assert_string_equal(bytes, expected);
    free(bytes);
}

static void print_utf8(FILE *out, const char *text)
{
    print_clean(out, text, true);
}

static void print_ascii(FILE *out, const char *text)
{
    print_clean(out, text, false);
}

static void clean_text(void **state)
{
    (void)state;
    assert_printed(print_utf8, "plain \xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80",
                   "plain \xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
    assert_printed(print_utf8, "a\033[31mb\tc\nd", "a\xEF\xBF\xBD[31mb c d");
    assert_printed(print_utf8,
                   "\xC2\x9B"
                   "1m",
                   "\xEF\xBF\xBD"
                   "1m");
    assert_printed(print_utf8, "x\xE2\x80\xAEy", "x\xEF\xBF\xBDy");
    assert_printed(print_utf8, "\xC0\xAF", "\xEF\xBF\xBD\xEF\xBF\xBD");
    assert_printed(print_utf8, "\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
    assert_printed(print_utf8, "cut\xE2\x82", "cut\xEF\xBF\xBD\xEF\xBF\xBD");
    assert_printed(print_ascii, "caf\xC3\xA9\033", "caf??");
    assert_printed(print_utf8, NULL, "");
}

/* Whatever goes in, no control byte, no C1 control and no malformed sequence comes out. */
static void clean_anything(void **state)
{
    (void)state;
    for (int i = 0; i < N_HOSTILE; i++) {
        char *bytes = printed(print_ascii, hostile_names[i]);
        for (const char *c = bytes; *c != '\0'; c++)
            assert_true(*c >= 0x20 && *c < 0x7f);
        free(bytes);
    }
    uint32_t random = 1;
    for (int round = 0; round < 2000; round++) {
        char noise[40];
        for (size_t i = 0; i < sizeof noise - 1; i++) {
            random = random * 1664525u + 1013904223u;
            noise[i] = (char)(random >> 24 == 0 ? 1 : random >> 24);
        }
        noise[sizeof noise - 1] = '\0';
        char *once = printed(print_utf8, noise), *twice = printed(print_utf8, once);
        assert_string_equal(once, twice);
        for (const unsigned char *c = (unsigned char *)once; *c != '\0'; c++) {
            assert_true(*c >= 0x20 && *c != 0x7f);
            assert_false(c[0] == 0xC2 && c[1] < 0xA0);
        }
        free(once);
        free(twice);
    }
}

static void formats(void **state)
{
    (void)state;
    assert_printed(print_html, "<a href=\"x\">&'`", "&lt;a href=&quot;x&quot;&gt;&amp;&#39;&#96;");
    assert_printed(print_gnuplot, "it's `id` \"x\"", "'it\xE2\x80\x99s \xCB\x8Bid\xCB\x8B \"x\"'");
    assert_printed(print_csv, "a,\"b\"", "\"a,\"\"b\"\"\"");
    assert_printed(print_csv, "=1+1", "\"'=1+1\"");
    assert_printed(print_csv, "  @x", "\"'  @x\"");
    assert_printed(print_csv, "\t=1", "\"' =1\"");
    assert_printed(print_csv, NULL, "\"\"");
}

static void cut_copies(void **state)
{
    (void)state;
    char *copy = clean_copy("abcdefgh", true, 5);
    assert_string_equal(copy, "abcd\xE2\x80\xA6");
    free(copy);
    copy = clean_copy("abcdefgh", false, 5);
    assert_string_equal(copy, "ab...");
    free(copy);
    copy = clean_copy("abcde", true, 5);
    assert_string_equal(copy, "abcde");
    free(copy);
    copy = clean_copy("\xE6\x9C\xAC\xE6\x97\xA5\xE6\x9C\xAC", true, 5);
    assert_string_equal(copy, "\xE6\x9C\xAC\xE6\x97\xA5\xE2\x80\xA6");
    assert_int_equal(text_columns(copy, true), 5);
    free(copy);
    copy = valid_utf8_copy("a\033\xff");
    assert_string_equal(copy, "a\033\xEF\xBF\xBD");
    free(copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clean_text),
        cmocka_unit_test(clean_anything),
        cmocka_unit_test(formats),
        cmocka_unit_test(cut_copies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
