// SPDX-License-Identifier: MIT
/* error() and error_at_line() of GNU's error.h. */
#define _GNU_SOURCE
#include <errno.h>
#include <error.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

unsigned int error_message_count;
int error_one_per_line;
void (*error_print_progname)(void);

static void print_name(const char *after) {
    fflush(stdout);
    if (error_print_progname)
        error_print_progname();
    else
        fprintf(stderr, "%s:%s", program_invocation_name, after);
}

static void print_message(int status, int errnum, const char *format, va_list arguments) {
    vfprintf(stderr, format, arguments);
    error_message_count++;
    if (errnum) fprintf(stderr, ": %s", strerror(errnum));
    putc('\n', stderr);
    fflush(stderr);
    if (status) exit(status);
}

void error(int status, int errnum, const char *format, ...) {
    va_list arguments;
    print_name(" ");
    va_start(arguments, format);
    print_message(status, errnum, format, arguments);
    va_end(arguments);
}

void error_at_line(int status, int errnum, const char *file, unsigned int line, const char *format, ...) {
    static const char *last_file;
    static unsigned int last_line;
    if (error_one_per_line) {
        bool same_file = file == last_file || (file && last_file && strcmp(file, last_file) == 0);
        if (line == last_line && same_file) return;
        last_file = file;
        last_line = line;
    }
    va_list arguments;
    print_name("");
    if (file)
        fprintf(stderr, "%s:%u: ", file, line);
    else
        putc(' ', stderr);
    va_start(arguments, format);
    print_message(status, errnum, format, arguments);
    va_end(arguments);
}
