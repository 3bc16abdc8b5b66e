/* runner.h - runs the program as a user does and keeps what it printed. */
#ifndef TESTS_E2E_RUNNER_H
#define TESTS_E2E_RUNNER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define QUICK_CASE SCENE "/cases/quick.cfg" /* the 2016 case with four scenarios */
#define SCENE "build/e2e"                   /* a private copy of scenarios/, made by scene_set */

struct outcome {
    int code;  /* exit code; 128 + signal where it was killed */
    char *out; /* standard output; free with outcome_free */
    char *error;
};

static inline char *read_all(const char *path)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char *text = malloc(1u << 22);
    assert_non_null(text);
    size_t n = fread(text, 1, (1u << 22) - 1, file);
    text[n] = '\0';
    fclose(file);
    return text;
}

static inline void write_all(const char *path, const char *text, size_t n)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

/* Runs `mxplain ARGUMENTS` through the shell. */
static inline struct outcome run(const char *arguments)
{
    const char *program = getenv("MXPLAIN");
    char command[4096];
    struct outcome o;
    snprintf(command, sizeof command, "%s %s >" SCENE "/out 2>" SCENE "/error",
             program ? program : "build/mxplain", arguments);
    int status = system(command);
    o.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    o.out = read_all(SCENE "/out");
    o.error = read_all(SCENE "/error");
    return o;
}

static inline void outcome_free(struct outcome *o)
{
    free(o->out);
    free(o->error);
}

/* A fresh copy of the scenarios to break things in. */
static inline int scene_set(void **state)
{
    (void)state;
    const char *command =
        "rm -rf " SCENE " && mkdir -p " SCENE " && cp -r scenarios/. " SCENE "/ && "
        "sed -e '/^  scenarios = (/,/^  );/d' -e '/^  groups = (/,/^  );/d' -e 's/^  evidence  = / "
        " scenarios = "
        "(\"marketing-blast\", "
        "\"spam-rejection-loop\", \"private-channel\", \"background-only\");\\n&/' "
        "scenarios/cases/alfa-2016.cfg >" QUICK_CASE;
    return system(command) == 0 ? 0 : -1;
}

/* The text of `path` with the first `old` replaced, written to `target`. */
static inline void replace_in(const char *path, const char *old, const char *new,
                              const char *target)
{
    char *text = read_all(path), *at = strstr(text, old);
    assert_non_null(at);
    size_t before = (size_t)(at - text), n = strlen(text);
    char *changed = malloc(n + strlen(new) + 1);
    assert_non_null(changed);
    memcpy(changed, text, before);
    strcpy(changed + before, new);
    strcat(changed, at + strlen(old));
    write_all(target, changed, strlen(changed));
    free(changed);
    free(text);
}

/* A failure with this exit code, one message on standard error that contains `expected`, and
 * nothing on standard output. */
static inline void assert_fails(const char *arguments, int code, const char *expected)
{
    struct outcome o = run(arguments);
    if (o.code != code || strstr(o.error, expected) == NULL || o.out[0] != '\0')
        fail_msg("mxplain %s: exit code %d, said \"%s\"; expected code %d and \"%s\"", arguments,
                 o.code, o.error, code, expected);
    const char *newline = strchr(o.error, '\n');
    assert_true(newline != NULL && newline[1] == '\0');
    outcome_free(&o);
}

#endif
