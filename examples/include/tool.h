// SPDX-License-Identifier: MIT
/* For all example guests: numbers from the command line, and a check that stdout still works. */
#ifndef TOOL_H
#define TOOL_H

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* Reads a decimal number from `min` to `max`. Prints an error on stderr and returns false if `text` is not one. */
static inline bool tool_number(const char *what, const char *text, unsigned long min, unsigned long max,
                               unsigned long *number) {
    char *end;
    errno = 0;
    *number = strtoul(text, &end, 10);
    if (text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 && *number >= min && *number <= max) return true;
    fprintf(stderr, "Invalid %s '%s': it must be a number from %lu to %lu\n", what, text, min, max);
    return false;
}

/* Writes buffered output. Returns false if stdout is closed or full. Prints the reason unless it is a closed pipe. */
static inline bool tool_flush(void) {
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout)) return true;
    /* libc keeps only a flag of a failed write. Writing again sets errno. */
    if (errno == 0) putchar('\n');
    if (errno != EPIPE && errno != 0) perror("Cannot write to stdout");
    return false;
}

#endif /* TOOL_H */
