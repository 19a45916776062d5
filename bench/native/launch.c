// SPDX-License-Identifier: MIT
/*
 * launch STAY_MS COMMAND [ARGUMENTS...]: runs a command until its first line on stdout and STAY_MS milliseconds longer,
 * ends it with SIGINT, and prints:
 *   first_line_ns   from just before fork until the first line
 *   resident_kib    resident memory before SIGINT
 *   own_kib         the proportional share of it (PSS)
 *   cpu_ns          CPU time of all threads before SIGINT
 *   peak_kib        the maximum of resident memory, with shared pages
 * resident_kib, own_kib and cpu_ns are 0 if the command ended before SIGINT.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static uint64_t now_ns(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000ULL + (uint64_t)now.tv_nsec;
}

static void sleep_ms(long ms) {
    struct timespec time = {ms / 1000, ms % 1000 * 1000000};
    while (nanosleep(&time, &time) < 0 && errno == EINTR) {}
}

/* The value in KiB of a line "Name:   123 kB" in a file of /proc/PID; 0 if there is no such line. */
static unsigned long proc_kib(pid_t pid, const char *file, const char *name) {
    char path[64], line[256];
    unsigned long value = 0;
    snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
    FILE *proc = fopen(path, "r");
    if (!proc) return 0;
    while (fgets(line, sizeof(line), proc))
        if (strncmp(line, name, strlen(name)) == 0) value = strtoul(line + strlen(name), NULL, 10);
    fclose(proc);
    return value;
}

int main(int argc, char **argv) {
    int output[2];
    pid_t pid;
    char byte = 0;
    posix_spawn_file_actions_t actions;
    clockid_t clock;
    struct rusage usage;

    if (argc < 3) return fputs("usage: launch STAY_MS COMMAND [ARGUMENTS...]\n", stderr), 2;
    if (pipe2(output, O_CLOEXEC) < 0) return perror("pipe"), 1;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);

    uint64_t start = now_ns(CLOCK_MONOTONIC);
    int err = posix_spawnp(&pid, argv[2], &actions, NULL, argv + 2, environ);
    if (err) return fprintf(stderr, "Cannot run %s: %s\n", argv[2], strerror(err)), 1;
    close(output[1]);
    while (byte != '\n' && read(output[0], &byte, 1) == 1) {}
    uint64_t end = now_ns(CLOCK_MONOTONIC);
    if (byte != '\n') return fprintf(stderr, "%s ended without a line\n", argv[2]), 1;

    sleep_ms(strtol(argv[1], NULL, 10));
    unsigned long resident = proc_kib(pid, "status", "VmRSS:");
    unsigned long own = proc_kib(pid, "smaps_rollup", "Pss:");
    uint64_t cpu = clock_getcpuclockid(pid, &clock) == 0 ? now_ns(clock) : 0;
    kill(pid, SIGINT);
    wait4(pid, NULL, 0, &usage);
    unsigned long peak = (unsigned long)usage.ru_maxrss;
    printf("first_line_ns %llu\npeak_kib %lu\nresident_kib %lu\nown_kib %lu\ncpu_ns %llu\n",
           (unsigned long long)(end - start), peak, resident, own, (unsigned long long)cpu);
    return 0;
}
