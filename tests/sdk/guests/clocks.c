// Reads each clock, and compares it with one that it follows.
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const struct {
    const char *name;
    clockid_t clock, like;
} clocks[] = {
    {"realtime", CLOCK_REALTIME, CLOCK_REALTIME},
    {"monotonic", CLOCK_MONOTONIC, CLOCK_MONOTONIC},
    {"raw", CLOCK_MONOTONIC_RAW, CLOCK_MONOTONIC},
    {"coarse realtime", CLOCK_REALTIME_COARSE, CLOCK_REALTIME},
    {"coarse monotonic", CLOCK_MONOTONIC_COARSE, CLOCK_MONOTONIC},
    {"boot", CLOCK_BOOTTIME, CLOCK_MONOTONIC},
    {"TAI", CLOCK_TAI, CLOCK_REALTIME},
    {"process", CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID},
    {"unknown", 42, CLOCK_REALTIME},
};

int main(void) {
    for (size_t i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++) {
        struct timespec time, like, resolution;
        errno = 0;
        int result = clock_gettime(clocks[i].clock, &time);
        printf("%s: %d %s, ", clocks[i].name, result, strerror(errno));
        clock_gettime(clocks[i].like, &like);
        // The machine of the tests never slept, and leap seconds are less than a minute.
        long difference = result ? 0 : time.tv_sec - like.tv_sec;
        printf("%s, ", difference > -60 && difference < 60 ? "near" : "far");
        printf("%d\n", clock_getres(clocks[i].clock, &resolution));
    }
    return 0;
}
