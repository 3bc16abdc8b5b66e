#include "analysis/report/gnuplot.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SVG_BYTES_MAX (32L << 20)

/* gnuplot's three streams. Files instead of pipes: nobody can wait for the other. */
struct streams {
    FILE *script, *picture, *errors;
};

static void streams_close(struct streams *streams)
{
    if (streams->script != NULL)
        fclose(streams->script);
    if (streams->picture != NULL)
        fclose(streams->picture);
    if (streams->errors != NULL)
        fclose(streams->errors);
}

static int streams_open(struct streams *streams, const char *script, size_t size,
                        struct message *message)
{
    streams->script = tmpfile();
    streams->picture = tmpfile();
    streams->errors = tmpfile();
    if (streams->script == NULL || streams->picture == NULL || streams->errors == NULL ||
        fwrite(script, 1, size, streams->script) != size || fflush(streams->script) != 0)
        return fail(message, STATUS_RUN, "no pictures: cannot write a temporary file: %s",
                    strerror(errno));
    rewind(streams->script);
    return STATUS_OK;
}

/* The child's whole environment: where programs are, and that texts are UTF-8. */
static int spawn(pid_t *child, const struct streams *streams)
{
    static char program[] = "gnuplot", no_start_up_file[] = "-d", locale[] = "LC_ALL=C.UTF-8";
    char *arguments[] = {program, no_start_up_file, NULL};
    const char *path = getenv("PATH");
    char path_entry[4096];
    snprintf(path_entry, sizeof path_entry, "PATH=%s", path != NULL ? path : "/usr/bin:/bin");
    char *environment[] = {path_entry, locale, NULL};
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);
    if (error != 0)
        return error;
    FILE *const files[] = {streams->script, streams->picture, streams->errors};
    for (int i = 0; error == 0 && i < 3; i++)
        error = posix_spawn_file_actions_adddup2(&actions, fileno(files[i]), i);
    if (error == 0)
        error = posix_spawnp(child, program, &actions, NULL, arguments, environment);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

/* The last line that is not empty: before it gnuplot repeats the script. */
static void last_line(FILE *file, char *line, size_t size)
{
    char next[200];
    line[0] = '\0';
    rewind(file);
    while (fgets(next, sizeof next, file) != NULL) {
        next[strcspn(next, "\n")] = '\0';
        if (next[strspn(next, " \t^")] != '\0')
            snprintf(line, size, "%s", next + strspn(next, " \t"));
    }
}

/* waitpid, until `limit_s` have passed: then the child is killed, and *late set. */
static int wait_for(pid_t child, double limit_s, int *status, bool *late)
{
    const struct timespec nap = {.tv_nsec = 5000000};
    struct timespec start, now;
    pid_t ended = 0;
    *late = false;
    clock_gettime(CLOCK_MONOTONIC, &start);
    while (!*late && (ended = waitpid(child, status, WNOHANG)) == 0) {
        nanosleep(&nap, NULL);
        clock_gettime(CLOCK_MONOTONIC, &now);
        *late = (double)(now.tv_sec - start.tv_sec) + 1e-9 * (double)(now.tv_nsec - start.tv_nsec) >
                limit_s;
    }
    if (*late) {
        kill(child, SIGKILL);
        while ((ended = waitpid(child, status, 0)) < 0 && errno == EINTR)
            ;
    }
    return ended < 0 ? errno : 0;
}

static int run(const struct streams *streams, double limit_s, struct message *message)
{
    pid_t child;
    bool late;
    int status = 0;
    int error = spawn(&child, streams);
    if (error == ENOENT)
        return fail(message, STATUS_RUN, "no pictures: gnuplot is not installed");
    if (error != 0)
        return fail(message, STATUS_RUN, "no pictures: cannot start gnuplot: %s", strerror(error));
    error = wait_for(child, limit_s, &status, &late);
    if (error != 0)
        return fail(message, STATUS_RUN, "no pictures: lost gnuplot: %s", strerror(error));
    if (late)
        return fail(message, STATUS_RUN,
                    "no pictures: gnuplot had not finished after %g s and was stopped", limit_s);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        return fail(message, STATUS_RUN, "no pictures: gnuplot is not installed");
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return STATUS_OK;
    char complaint[200];
    last_line(streams->errors, complaint, sizeof complaint);
    return fail(message, STATUS_RUN, "no pictures: gnuplot failed: %s", complaint);
}

static int read_picture(FILE *file, char **svg, struct message *message)
{
    long size = fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;
    if (size < 0 || size > SVG_BYTES_MAX)
        return fail(message, STATUS_RUN, "no pictures: cannot read what gnuplot wrote");
    rewind(file);
    *svg = malloc((size_t)size + 1);
    if (*svg == NULL)
        return fail(message, STATUS_RUN, "out of memory for a picture");
    size_t length = fread(*svg, 1, (size_t)size, file);
    (*svg)[length] = '\0';
    if (strstr(*svg, "</svg>") != NULL)
        return STATUS_OK;
    free(*svg);
    *svg = NULL;
    return fail(message, STATUS_RUN, "no pictures: gnuplot wrote no whole SVG picture");
}

int gnuplot_run(const char *script, size_t size, double limit_s, char **svg,
                struct message *message)
{
    struct streams streams = {NULL, NULL, NULL};
    *svg = NULL;
    int status = streams_open(&streams, script, size, message);
    if (status == STATUS_OK)
        status = run(&streams, limit_s, message);
    if (status == STATUS_OK)
        status = read_picture(streams.picture, svg, message);
    streams_close(&streams);
    return status;
}
