// SPDX-License-Identifier: MIT
/* Helpers of the example guests: numbers from the command line, and a check that output still arrives. */
#ifndef TOOL_H
#define TOOL_H

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* Reads a whole decimal number from `min` to `max`, or says on stderr what is wrong with it and returns false. */
static inline bool tool_number(const char *what, const char *text, unsigned long min, unsigned long max,
                               unsigned long *number) {
    char *end;
    errno = 0;
    *number = strtoul(text, &end, 10);
    if (text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 && *number >= min && *number <= max) return true;
    fprintf(stderr, "Invalid %s '%s': a number from %lu to %lu is wanted\n", what, text, min, max);
    return false;
}

/* Writes out what was printed; false when stdout is gone or full (said on stderr, unless it is a closed pipe). */
static inline bool tool_flush(void) {
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout)) return true;
    /* libc only keeps an error flag of the failed output. Writing again gives the reason. */
    if (errno == 0) putchar('\n');
    if (errno != EPIPE && errno != 0) perror("Cannot write to stdout");
    return false;
}

#endif /* TOOL_H */
