/* nearby.h - "did you mean" for files: a name that somebody may have meant by one that does not
 * exist. */
#ifndef ANALYSIS_CONFIG_NEARBY_H
#define ANALYSIS_CONFIG_NEARBY_H

#include <stddef.h>

#define NEARBY_TEXT 120

/* Writes ` (did you mean "NAME"?)` into hint, where one of the NULL-terminated folders has a file
 * NAME.cfg with a name near to `wrong`; else an empty text. Folders that do not exist are passed
 * over. Which of two equally near names is given depends on their order alone, not on the folder's.
 */
void nearby_file(const char *const *folders, const char *wrong, char hint[NEARBY_TEXT]);

#endif
