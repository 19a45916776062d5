// The texts and names of all errors and signals.
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static const char *shown(const char *text) {
    return text ? text : "none";
}

int main(void) {
    char buffer[12];
    for (int i = -1; i < 140; i++)
        printf("%d %s: %s, %s\n", i, shown(strerrorname_np(i)), strerror(i), shown(strerrordesc_np(i)));
    for (int i = -1; i < 70; i++)
        printf("%d %s: %s, %s\n", i, shown(sigabbrev_np(i)), shown(sigdescr_np(i)), strsignal(i));
    printf("%s; ", strerror_r(ENOKEY, buffer, sizeof(buffer)));
    printf("%s; ", strerror_r(-12345, buffer, sizeof(buffer)));
    printf("%s\n", strerror(-2147483647 - 1));
}
