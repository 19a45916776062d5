// Guests reach no daemon for logs, so its messages go to standard error.
#include <stdarg.h>
#include <stdio.h>
#include <syslog.h>

static const char *name;
static int mask = 0xff;

void openlog(const char *identity, int, int) {
    name = identity;
}

void closelog(void) {
    name = NULL;
}

int setlogmask(int wanted) {
    int previous = mask;
    if (wanted) mask = wanted;
    return previous;
}

void vsyslog(int priority, const char *format, va_list arguments) {
    if (!(mask & LOG_MASK(LOG_PRI(priority)))) return;
    if (name) fprintf(stderr, "%s: ", name);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
}

void syslog(int priority, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsyslog(priority, format, arguments);
    va_end(arguments);
}
