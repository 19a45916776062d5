// SPDX-License-Identifier: MIT
// Tests arguments, environment, clocks, sleeping, waiting for input, and the exit code.

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

static long long now(clockid_t clock) {
    struct timespec time;

    clock_gettime(clock, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int main(int argc, char **argv) {
    unsigned char chance[300] = {0};
    struct timespec pause = {0, 50000000};
    struct pollfd input = {.fd = 0, .events = POLLIN};
    char line[64];
    long long start;
    int i, used = 0;

    for (i = 1; i < argc; i++) printf("argument: %s\n", argv[i]);
    printf("NAME: %s\n", getenv("NAME"));
    printf("OTHER: %s\n", getenv("OTHER") ? "set" : "not set");
    start = now(CLOCK_MONOTONIC);
    nanosleep(&pause, NULL);
    printf("slept: %d\n", now(CLOCK_MONOTONIC) - start >= 50000000);
    printf("year: %d\n", now(CLOCK_REALTIME) / 1000000000 > 1700000000);
    getentropy(chance, 256);
    for (i = 0; i < 256; i++) used += chance[i] != 0;
    printf("chance: %d\n", used > 128);
    printf("input: %d\n", poll(&input, 1, 2000) == 1 && input.revents & POLLIN);
    while (fgets(line, sizeof(line), stdin)) printf("read: %s", line);
    fprintf(stderr, "to stderr\n");
    printf("exit\n");
    exit(argc == 1 ? 0 : 40 + argc);
}
