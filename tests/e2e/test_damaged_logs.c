/* Damaged input through `import --db`: exit code 2 and one message where nothing was usable, a note
 * where something was; never a crash, and never half a log. */
#include "tests/e2e/runner.h"

#define LOGS "tests/samples/logs/"
#define DB SCENE "/damaged.db"
#define BROKEN SCENE "/broken.log"

/* What the database holds, as one text. */
static char *contents(void)
{
    struct outcome o = run("export old --db " DB);
    assert_int_equal(o.code, 0);
    free(o.error);
    return o.out;
}

static void start_afresh(void)
{
    remove(DB);
    struct outcome o = run("import " LOGS "dnsmasq.log --timezone UTC --as old --db " DB);
    assert_int_equal(o.code, 0);
    outcome_free(&o);
}

/* Nothing usable: neither a new database nor a change of one that is there. */
static void unusable(const char *path, const char *expected)
{
    char command[300];
    remove(DB);
    snprintf(command, sizeof command, "import %s --timezone UTC --year 2026 --db " DB, path);
    assert_fails(command, 2, expected);
    assert_int_not_equal(access(DB, F_OK), 0);
    start_afresh();
    char *before = contents();
    snprintf(command, sizeof command,
             "import %s --timezone UTC --year 2026 --as old --replace --db " DB, path);
    assert_fails(command, 2, expected);
    char *after = contents();
    assert_string_equal(before, after);
    free(before);
    free(after);
}

static void usable(const char *expected)
{
    start_afresh();
    struct outcome o = run("import " BROKEN " --timezone UTC --year 2026 --as new --db " DB);
    if (o.code != 0 || strstr(o.out, expected) == NULL)
        fail_msg("exit code %d, \"%s\", \"%s\"", o.code, o.out, o.error);
    outcome_free(&o);
}

static size_t load(const char *path, char **bytes)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    *bytes = malloc(1u << 22);
    assert_non_null(*bytes);
    size_t n = fread(*bytes, 1, 1u << 22, file);
    fclose(file);
    return n;
}

static void nothing_there(void **state)
{
    (void)state;
    write_all(BROKEN, "", 0);
    unusable(BROKEN, "empty");
    unusable(SCENE, "directory");
    unusable("/nowhere/x.log", "cannot be opened");
    write_all(BROKEN, "\n\n\n", 3);
    unusable(BROKEN, "broken.log");
}

static void filled_with_nul(void **state)
{
    (void)state;
    char *bytes = calloc(1, 300000);
    assert_non_null(bytes);
    write_all(BROKEN, bytes, 300000);
    unusable(BROKEN, "the format is not known");
    free(bytes);
    /* a log whose end was never written, as after a crash of the machine */
    char *log;
    size_t n = load(LOGS "dnsmasq.log", &log);
    memset(log + n, 0, 4096);
    write_all(BROKEN, log, n + 4096);
    usable("queries kept       11");
    free(log);
}

static void one_endless_line(void **state)
{
    (void)state;
    size_t n = 3u << 20;
    char *bytes = malloc(n);
    assert_non_null(bytes);
    memset(bytes, 'x', n);
    write_all(BROKEN, bytes, n);
    unusable(BROKEN, "broken.log");
    char *log;
    size_t length = load(LOGS "dnsmasq.log", &log);
    memcpy(bytes, log, length);
    write_all(BROKEN, bytes, n);
    usable("the line is too long");
    free(log);
    free(bytes);
}

static void truncated(void **state)
{
    (void)state;
    static const char *const files[] = {"unbound-epoch.log.gz", "formats.pcap", "formats.pcapng",
                                        "bind-named.dnstap"};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char path[200], *bytes;
        snprintf(path, sizeof path, LOGS "%s", files[i]);
        size_t n = load(path, &bytes);
        write_all(BROKEN, bytes, n / 2 + 3);
        usable("note: ");
        write_all(BROKEN, bytes, 9);
        unusable(BROKEN, "broken.log");
        free(bytes);
    }
}

/* Whatever bits are turned: a result or one message, and the other log stays. */
static void bits_turned(void **state)
{
    (void)state;
    static const char *const files[] = {"unbound-epoch.log.gz", "formats.pcap", "formats.pcapng",
                                        "bind-named.dnstap", "dnsmasq.log"};
    uint64_t random = 20161109;
    start_afresh();
    char *before = contents();
    for (int i = 0; i < 40; i++) {
        char path[200], *bytes;
        snprintf(path, sizeof path, LOGS "%s", files[i % 5]);
        size_t n = load(path, &bytes);
        for (int k = 0; k < 1 + i; k++) {
            random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            bytes[(random >> 20) % n] ^= (char)(1 << (random >> 61));
        }
        write_all(BROKEN, bytes, n);
        free(bytes);
        struct outcome o =
            run("import " BROKEN " --timezone UTC --year 2026 --as new --replace --db " DB);
        if (o.code != 0 && (o.code != 2 || o.error[0] == '\0' || o.out[0] != '\0'))
            fail_msg("%s, turn %d: exit code %d, \"%s\"", path, i, o.code, o.error);
        outcome_free(&o);
    }
    char *after = contents();
    assert_string_equal(before, after);
    free(before);
    free(after);
}

/* The other byte order is another form of the same capture; half of it turned round is none. */
static void other_byte_order(void **state)
{
    (void)state;
    char *bytes;
    size_t n = load(LOGS "formats.pcap", &bytes);
    for (int i = 0; i < 2; i++) { /* the magic number alone: every length that follows is wrong */
        char byte = bytes[i];
        bytes[i] = bytes[3 - i];
        bytes[3 - i] = byte;
    }
    write_all(BROKEN, bytes, n);
    unusable(BROKEN, "broken.log");
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_there),    cmocka_unit_test(filled_with_nul),
        cmocka_unit_test(one_endless_line), cmocka_unit_test(truncated),
        cmocka_unit_test(bits_turned),      cmocka_unit_test(other_byte_order),
    };
    return cmocka_run_group_tests(tests, scene_set, NULL);
}
