// Terminals. The host passes no settings of its terminal on, and makes none.
#define _GNU_SOURCE
#include <errno.h>
#include <pty.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include "unavailable.h"

// Fails with ENOTTY, or with ENOSYS for a terminal.
static int no_terminal(int fd) {
    if (isatty(fd)) errno = ENOSYS;
    return -1;
}

int tcgetattr(int fd, struct termios *) {
    return no_terminal(fd);
}

int tcsetattr(int fd, int, const struct termios *) {
    return no_terminal(fd);
}

int tcdrain(int fd) {
    return no_terminal(fd);
}

int tcflow(int fd, int) {
    return no_terminal(fd);
}

int tcflush(int fd, int) {
    return no_terminal(fd);
}

int tcsendbreak(int fd, int) {
    return no_terminal(fd);
}

pid_t tcgetsid(int fd) {
    return no_terminal(fd);
}

pid_t tcgetpgrp(int fd) {
    return no_terminal(fd);
}

int tcsetpgrp(int fd, pid_t) {
    return no_terminal(fd);
}

int ttyname_r(int fd, char *, size_t) {
    return isatty(fd) ? ENOSYS : errno;
}

char *ttyname(int fd) {
    no_terminal(fd);
    return NULL;
}

UNAVAILABLE(openpty, (int *, int *, char *, const struct termios *, const struct winsize *))
UNAVAILABLE(forkpty, (int *, char *, const struct termios *, const struct winsize *))
UNAVAILABLE(posix_openpt, (int))
UNAVAILABLE(grantpt, (int))
UNAVAILABLE(unlockpt, (int))

char *ptsname(int) {
    errno = ENOSYS;
    return NULL;
}

int ptsname_r(int, char *, size_t) {
    return errno = ENOSYS;
}
