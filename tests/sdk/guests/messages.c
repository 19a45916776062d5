// SPDX-License-Identifier: MIT
/* messages N: prints messages with err.h and error.h, and exits in the way of that number. */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <error.h>
#include <stdio.h>
#include <stdlib.h>

static void print_name(void) {
    fputs("myself: ", stderr);
}

int main(int argc, char **argv) {
    int way = argc > 1 ? atoi(argv[1]) : 0;
    fprintf(stderr, "%s\n%s\n", program_invocation_name, program_invocation_short_name);
    puts("on stdout");
    errno = ENOENT;
    warn("cannot open %s", "x");
    warnx("number %d", 3);
    warn(NULL);
    warnx(NULL);
    error(0, 0, "no number");
    error(0, EINVAL, "number %s", "EINVAL");
    error_at_line(0, ENOENT, "file.c", 12, "line %d", 12);
    error_at_line(0, 0, NULL, 1, "no file");
    error_one_per_line = 1;
    for (int i = 0; i < 3; i++) error_at_line(0, 0, "file.c", 13 + (unsigned)i / 2, "once");
    error_print_progname = print_name;
    error(0, 0, "%u messages", error_message_count);
    errno = EACCES;
    if (way == 1) err(7, "the end");
    if (way == 2) errx(8, "the end");
    if (way == 3) error(9, EPERM, "the end");
    if (way == 4) error_at_line(10, 0, "file.c", 20, "the end");
    return 0;
}
