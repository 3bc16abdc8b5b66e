#include "analysis/config/nearby.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/schema.h"

#define MAX_FILES 500
#define MAX_NAME 80

struct names {
    char text[MAX_FILES][MAX_NAME];
    size_t n;
};

static void add_folder(struct names *names, const char *folder)
{
    DIR *directory = opendir(folder);
    if (directory == NULL)
        return;
    for (struct dirent *entry; names->n < MAX_FILES && (entry = readdir(directory)) != NULL;) {
        size_t length = strlen(entry->d_name);
        if (length > 4 && length < MAX_NAME && strcmp(entry->d_name + length - 4, ".cfg") == 0)
            snprintf(names->text[names->n++], MAX_NAME, "%.*s", (int)(length - 4), entry->d_name);
    }
    closedir(directory);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

void nearby_file(const char *const *folders, const char *wrong, char hint[NEARBY_TEXT])
{
    struct names *names = calloc(1, sizeof *names);
    const char *list[MAX_FILES + 1];
    hint[0] = '\0';
    if (names == NULL)
        return;
    for (; *folders != NULL; folders++)
        add_folder(names, *folders);
    qsort(names->text, names->n, sizeof names->text[0], by_text);
    for (size_t i = 0; i < names->n; i++)
        list[i] = names->text[i];
    list[names->n] = NULL;
    const char *near = nearest_word(wrong, list);
    if (near != NULL)
        snprintf(hint, NEARBY_TEXT, " (did you mean \"%s\"?)", near);
    free(names);
}
