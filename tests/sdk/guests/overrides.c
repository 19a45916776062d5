// A program defines functions of glibc itself: some only if glibc is too old, and others always.
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#if !defined(__GLIBC__) || !__GLIBC_PREREQ(2, 30)
static pid_t gettid(void) {
    return -1;
}
#endif

const char *strerrorname_np(int number) {
    return number == ENOENT ? "own" : "other";
}

const char *sigabbrev_np(int signal) {
    return signal == 2 ? "own" : "other";
}

int main(void) {
    printf("%s %s %s %s\n", strerrorname_np(ENOENT), strerror(ENOENT), sigabbrev_np(2), strsignal(2));
    printf("%d %d\n", gettid() == getpid(), __GLIBC__);
    return 0;
}
