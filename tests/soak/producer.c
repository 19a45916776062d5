// SPDX-License-Identifier: MIT
/* producer MAGIC CPU COUNT RATE: calls getpgid(MAGIC) COUNT times on a processor, about RATE times a second, in steps of 5 ms. */
#define _GNU_SOURCE
#include <sched.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { STEPS_PER_SECOND = 200 };

int main(int argc, char **argv) {
    if (argc < 5) return 2;
    long magic = strtol(argv[1], NULL, 0), left = atol(argv[3]), rate = atol(argv[4]);
    const struct timespec step = {.tv_nsec = 1000000000 / STEPS_PER_SECOND};
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    CPU_SET(atoi(argv[2]), &cpus);
    if (sched_setaffinity(0, sizeof(cpus), &cpus)) return 1;
    while (left > 0) {
        long calls = rate / STEPS_PER_SECOND + 1;
        for (; calls > 0 && left > 0; calls--, left--) getpgid(magic);
        nanosleep(&step, NULL);
    }
    return 0;
}
