#include "analysis/report/write_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A wrong place is the user's to change; everything else is a failure of the run. */
static int complain(const char *doing, const char *path, int error, struct message *message)
{
    bool wrong_place = error == ENOENT || error == EACCES || error == EROFS || error == ENOTDIR ||
                       error == EISDIR || error == EPERM || error == ENAMETOOLONG ||
                       error == ELOOP || error == EEXIST;
    return fail(message, wrong_place ? STATUS_INPUT : STATUS_RUN,
                "cannot %s \"%.300s\": %s; nothing was written there: %s", doing, path,
                strerror(error),
                wrong_place ? "choose another place or change its permissions"
                            : "make room or choose another place, and run again");
}

static int write_all(int descriptor, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t written = write(descriptor, bytes, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return errno;
        bytes += written;
        size -= (size_t)written;
    }
    return 0;
}

/* Devices and pipes cannot be renamed over. */
static bool is_stream(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

static int write_stream(const char *path, const char *bytes, size_t size)
{
    int descriptor = open(path, O_WRONLY | O_CLOEXEC);
    if (descriptor < 0)
        return errno;
    int error = write_all(descriptor, bytes, size);
    if (close(descriptor) != 0 && error == 0)
        error = errno;
    return error;
}

/* Makes the rename itself last through a power cut. Not every file system can: no error. */
static void synchronise_directory(const char *path)
{
    char *directory = strdup(path);
    if (directory == NULL)
        return;
    char *slash = strrchr(directory, '/');
    if (slash != NULL)
        slash[slash == directory ? 1 : 0] = '\0';
    int descriptor = open(slash != NULL ? directory : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor >= 0) {
        fsync(descriptor);
        close(descriptor);
    }
    free(directory);
}

static int write_beside(const char *path, char *temporary, const char *bytes, size_t size)
{
    struct stat status;
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
        return EISDIR;
    int descriptor = mkstemp(temporary);
    if (descriptor < 0)
        return errno;
    int error = write_all(descriptor, bytes, size);
    if (error == 0 && (fchmod(descriptor, 0644) != 0 || fsync(descriptor) != 0))
        error = errno;
    if (close(descriptor) != 0 && error == 0)
        error = errno;
    if (error == 0 && rename(temporary, path) != 0)
        error = errno;
    if (error != 0)
        unlink(temporary);
    return error;
}

int write_file(const char *path, const void *bytes, size_t size, struct message *message)
{
    if (is_stream(path)) {
        int failed = write_stream(path, bytes, size);
        return failed == 0 ? STATUS_OK : complain("write", path, failed, message);
    }
    static const char ending[] = ".XXXXXX";
    size_t length = strlen(path);
    char *temporary = malloc(length + sizeof ending);
    if (temporary == NULL)
        return fail(message, STATUS_RUN, "out of memory while writing \"%.300s\"", path);
    memcpy(temporary, path, length);
    memcpy(temporary + length, ending, sizeof ending);
    int error = write_beside(path, temporary, bytes, size);
    free(temporary);
    if (error != 0)
        return complain("write", path, error, message);
    synchronise_directory(path);
    return STATUS_OK;
}

int write_printed_file(const char *path, content_printer *print, const void *context,
                       struct message *message)
{
    char *bytes = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&bytes, &size);
    if (out == NULL)
        return fail(message, STATUS_RUN, "out of memory while writing \"%.300s\"", path);
    int status = print(out, context, message);
    bool broken = ferror(out) != 0;
    broken = fclose(out) != 0 || broken;
    if (status == STATUS_OK && broken)
        status = fail(message, STATUS_RUN, "out of memory while writing \"%.300s\"", path);
    if (status == STATUS_OK)
        status = write_file(path, bytes, size, message);
    free(bytes);
    return status;
}

static int make_one(const char *path, struct message *message)
{
    struct stat status;
    if (stat(path, &status) == 0)
        return S_ISDIR(status.st_mode) ? STATUS_OK
                                       : complain("make directory", path, ENOTDIR, message);
    if (mkdir(path, 0777) == 0 || errno == EEXIST)
        return STATUS_OK;
    return complain("make directory", path, errno, message);
}

int make_directory(const char *path, struct message *message)
{
    if (path[0] == '\0')
        return fail(message, STATUS_INPUT, "the name of the report's directory is empty");
    char *copy = strdup(path);
    if (copy == NULL)
        return fail(message, STATUS_RUN, "out of memory");
    int status = STATUS_OK;
    for (char *c = copy + 1; status == STATUS_OK && *c != '\0'; c++) {
        if (*c != '/' || c[-1] == '/')
            continue;
        *c = '\0';
        status = make_one(copy, message);
        *c = '/';
    }
    if (status == STATUS_OK)
        status = make_one(copy, message);
    free(copy);
    return status;
}
