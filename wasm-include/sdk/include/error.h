// SPDX-License-Identifier: MIT
/* GNU's error.h: messages that begin with the program's name. */
#ifndef _ERROR_H
#define _ERROR_H

#ifdef __cplusplus
extern "C" {
#endif

/* Prints the message, with the text of ERRNUM if it is not 0, and exits with STATUS if that is not 0. */
void error(int status, int errnum, const char *format, ...) __attribute__((__format__(__printf__, 3, 4)));
void error_at_line(int status, int errnum, const char *file, unsigned int line, const char *format, ...)
    __attribute__((__format__(__printf__, 5, 6)));

extern unsigned int error_message_count;
/* If not 0, error_at_line() prints one message for a line. */
extern int error_one_per_line;
/* Prints the program's name in its own way. */
extern void (*error_print_progname)(void);

#ifdef __cplusplus
}
#endif

#endif /* _ERROR_H */
