// SPDX-License-Identifier: MIT
//
// Takes from this process what a running guest does not need: capabilities, files (Landlock) and system calls (seccomp). Only the
// command line does this, because it cannot be undone. The engine has threads of its own, and all of them get the same limits.

#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <linux/capability.h>

#include "confinement.h"

#define EXPORT __attribute__((visibility("default")))

// Landlock's numbers. The kernel's headers of older systems do not have them.
#define CREATE_RULESET 444
#define ADD_RULE 445
#define RESTRICT_SELF 446
#define RULESET_VERSION 1
#define PATH_BENEATH 1
#define RIGHT_WRITE_FILE (1ULL << 1)
#define RIGHT_READ_FILE (1ULL << 2)
#define RIGHT_READ_DIR (1ULL << 3)
#define RIGHT_REFER (1ULL << 13)
#define RIGHT_TRUNCATE (1ULL << 14)
#define RIGHTS_OF_VERSION_2 (RIGHT_TRUNCATE - 1)
// Removing and making directories, files and symbolic links.
#define RIGHTS_TO_CHANGE (1ULL << 4 | 1ULL << 5 | 1ULL << 7 | 1ULL << 8 | 1ULL << 12 | RIGHT_REFER)
#define RIGHTS_OF_FILES (RIGHT_WRITE_FILE | RIGHT_READ_FILE | RIGHT_TRUNCATE)

#define MAX_THREADS 1024
#define PATIENCE_NS 2000000000LL
#define CAPABILITY_COUNT 64

struct path_beneath {
    uint64_t rights;
    int32_t fd;
} __attribute__((packed));

static struct {
    uint64_t capabilities;
    int ruleset;
    // The number of threads that have run on_confine(), and the first error among them.
    _Atomic int done;
    _Atomic int error;
} confinement;

static int version_of_landlock(void) {
    return (int)syscall(CREATE_RULESET, NULL, 0, RULESET_VERSION);
}

static uint64_t landlock_rights(int version) {
    return version >= 3 ? RIGHTS_OF_VERSION_2 | RIGHT_TRUNCATE : RIGHTS_OF_VERSION_2;
}

// wasm_bpf_confinement_open() opens a set of rules for files, and returns its descriptor. Version 1 of Landlock (before Linux 5.19)
// forbids every rename between directories, so it gives ENOSYS.
EXPORT int wasm_bpf_confinement_open(void) {
    const int version = version_of_landlock();
    const uint64_t handled = landlock_rights(version);
    int fd;

    if (version < 2) return -ENOSYS;
    fd = (int)syscall(CREATE_RULESET, &handled, sizeof(handled), 0);
    return fd < 0 ? -errno : fd;
}

// wasm_bpf_confinement_allow() allows `path`, and everything below it, for reading, or also for writing.
EXPORT int wasm_bpf_confinement_allow(int ruleset, const char *path, int writable) {
    struct path_beneath rule = {.rights = RIGHT_READ_FILE | RIGHT_READ_DIR};
    struct stat status;
    int error = 0;

    rule.fd = open(path, O_PATH | O_CLOEXEC);
    if (rule.fd < 0) return -errno;
    if (writable) rule.rights |= RIGHTS_TO_CHANGE | RIGHTS_OF_FILES;
    rule.rights &= landlock_rights(version_of_landlock());
    if (fstat(rule.fd, &status) < 0 || !S_ISDIR(status.st_mode)) rule.rights &= RIGHTS_OF_FILES;
    if (syscall(ADD_RULE, ruleset, PATH_BENEATH, &rule, 0) < 0) error = -errno;
    close(rule.fd);
    return error;
}

static int keeps(int capability) {
    return (confinement.capabilities >> capability) & 1;
}

static int drop_capabilities(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2];

    // Without CAP_SETPCAP the bounding set stays. No new program can use it, because of no_new_privs.
    for (int i = 0; i < CAPABILITY_COUNT; i++) {
        if (!keeps(i) && prctl(PR_CAPBSET_READ, i, 0, 0, 0) == 1) prctl(PR_CAPBSET_DROP, i, 0, 0, 0);
    }
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    if (syscall(SYS_capget, &header, data) < 0) return -errno;
    for (int i = 0; i < 2; i++) {
        const uint32_t kept = (uint32_t)(confinement.capabilities >> (32 * i));

        data[i].effective &= kept;
        data[i].permitted &= kept;
        data[i].inheritable = 0;
    }
    return syscall(SYS_capset, &header, data) < 0 ? -errno : 0;
}

// Confines the calling thread. Uses system calls only, because it also runs in a signal handler.
static int confine_thread(void) {
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return -errno;
    if (confinement.ruleset >= 0 && syscall(RESTRICT_SELF, confinement.ruleset, 0) < 0) return -errno;
    return drop_capabilities();
}

static void on_confine(int signal) {
    const int saved_errno = errno;
    const int error = confine_thread();

    (void)signal;
    if (error < 0) atomic_store(&confinement.error, error);
    atomic_fetch_add(&confinement.done, 1);
    errno = saved_errno;
}

static int contains(const int *threads, int count, int thread) {
    for (int i = 0; i < count; i++) {
        if (threads[i] == thread) return 1;
    }
    return 0;
}

// Waits until `sent` threads are done. A thread may end before it gets its signal.
static int await_threads(int sent) {
    struct timespec start, now;

    clock_gettime(CLOCK_MONOTONIC, &start);
    while (atomic_load(&confinement.done) < sent) {
        sched_yield();
        clock_gettime(CLOCK_MONOTONIC, &now);
        if ((now.tv_sec - start.tv_sec) * 1000000000LL + now.tv_nsec - start.tv_nsec > PATIENCE_NS) return -ETIMEDOUT;
    }
    return atomic_load(&confinement.error);
}

// Sends the signal to the threads that are not yet in `threads`, and returns the new count, or -errno.
static int signal_threads(DIR *directory, int *threads, int count, int *sent) {
    const struct dirent *entry;

    rewinddir(directory);
    while ((entry = readdir(directory))) {
        const int thread = atoi(entry->d_name);

        if (thread <= 0 || contains(threads, count, thread)) continue;
        if (count == MAX_THREADS) return -EAGAIN;
        threads[count++] = thread;
        if (syscall(SYS_tgkill, getpid(), thread, SIGRTMAX) == 0) (*sent)++;
    }
    return count;
}

// A thread that is not yet confined can start another, so the list is read until it has nothing new.
static int confine_other_threads(void) {
    static int threads[MAX_THREADS];
    DIR *directory = opendir("/proc/self/task");
    int count = 1, before = 0, sent = 0, error = 0;

    if (!directory) return -errno;
    threads[0] = (int)syscall(SYS_gettid);
    while (error == 0 && count != before) {
        before = count;
        count = signal_threads(directory, threads, count, &sent);
        error = count < 0 ? count : await_threads(sent);
    }
    closedir(directory);
    return error;
}

static int confine_threads(uint64_t kept, int ruleset) {
    struct sigaction action = {.sa_handler = on_confine, .sa_flags = SA_RESTART}, before;
    int error;

    confinement.capabilities = kept;
    confinement.ruleset = ruleset;
    atomic_store(&confinement.done, 0);
    atomic_store(&confinement.error, 0);
    sigemptyset(&action.sa_mask);
    sigaction(SIGRTMAX, &action, &before);
    error = confine_other_threads();
    if (error == 0) error = confine_thread();
    sigaction(SIGRTMAX, &before, NULL);
    return error;
}

// Kernels before 5.11 count the memory of maps against this limit, and only CAP_SYS_RESOURCE may raise it.
static void raise_locked_memory(void) {
    const struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};

    setrlimit(RLIMIT_MEMLOCK, &unlimited);
}

// wasm_bpf_confine() confines every thread of the process: it sets no_new_privs, drops all capabilities except those of `kept` (bit N
// is capability N), allows only the files of `ruleset` unless that is negative, and installs the filter of system calls. Returns 0 or
// -errno.
EXPORT int wasm_bpf_confine(uint64_t kept, int ruleset) {
    int error;

    raise_locked_memory();
    error = confine_threads(kept, ruleset);
    return error < 0 ? error : wasm_bpf_install_filter();
}

// wasm_bpf_drop_capabilities() drops all capabilities except those of `kept` from every thread, later than wasm_bpf_confine().
EXPORT int wasm_bpf_drop_capabilities(uint64_t kept) {
    return confine_threads(kept, -1);
}
