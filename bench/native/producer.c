// SPDX-License-Identifier: MIT
/*
 * producer CPU PAUSE_US RECORDS: makes the BPF program send records until it is killed, RECORDS with each system call.
 * Pauses for PAUSE_US after each call; 0 is a flood. Runs only on core CPU.
 */
#define _GNU_SOURCE
#include <linux/bpf.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "events.h"

int main(int argc, char **argv) {
    if (argc != 4) return fputs("usage: producer CPU PAUSE_US RECORDS\n", stderr), 2;
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    CPU_SET(strtoul(argv[1], NULL, 10), &cpus);
    sched_setaffinity(0, sizeof(cpus), &cpus);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    long pause_us = strtol(argv[2], NULL, 10);
    struct timespec pause = {.tv_nsec = pause_us * 1000};
    struct command command = {COMMAND_MAGIC, COMMAND_RING_WAKE, (unsigned)strtoul(argv[3], NULL, 10), 64, 0};
    union bpf_attr attr = {.map_fd = -1, .value = (uintptr_t)&command};
    for (;;) {
        /* Fails, because there is no such map. The tracepoint runs before that. */
        syscall(SYS_bpf, BPF_MAP_UPDATE_ELEM, &attr, sizeof(attr));
        if (pause_us) nanosleep(&pause, NULL);
    }
}
