// The processor time that the guest's process has used. WASI does not divide it into user's and kernel's.
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/times.h>
#include <time.h>

static int used(struct timespec *time) {
    return clock_gettime(CLOCK_PROCESS_CPUTIME_ID, time);
}

clock_t clock(void) {
    struct timespec time;
    if (used(&time) != 0) return -1;
    return time.tv_sec * CLOCKS_PER_SEC + time.tv_nsec / (1000000000 / CLOCKS_PER_SEC);
}

// In ticks of a hundredth of a second, as sysconf(_SC_CLK_TCK) says.
static clock_t ticks(const struct timespec *time) {
    return time->tv_sec * 100 + time->tv_nsec / 10000000;
}

clock_t times(struct tms *times) {
    struct timespec time;
    if (used(&time) != 0) return -1;
    *times = (struct tms){.tms_utime = ticks(&time)};
    if (clock_gettime(CLOCK_MONOTONIC, &time) != 0) return -1;
    return ticks(&time);
}

int getrusage(int who, struct rusage *usage) {
    memset(usage, 0, sizeof(*usage));
    if (who == RUSAGE_CHILDREN) return 0;
    if (who != RUSAGE_SELF && who != RUSAGE_THREAD) {
        errno = EINVAL;
        return -1;
    }
    struct timespec time;
    if (used(&time) != 0) return -1;
    usage->ru_utime = (struct timeval){.tv_sec = time.tv_sec, .tv_usec = time.tv_nsec / 1000};
    return 0;
}
