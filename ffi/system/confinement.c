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

// A signal that neither the runtime nor libc uses. No guest runs yet.
#define CONFINE_SIGNAL (SIGRTMAX - 1)

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
#define PATIENCE_S 10
#define CAPABILITY_COUNT 64

struct path_beneath {
    uint64_t rights;
    int32_t fd;
} __attribute__((packed));

struct thread {
    int id;
    _Atomic int is_done;
};

static struct {
    uint64_t capabilities;
    int ruleset;
    // The threads that got the signal.
    struct thread threads[MAX_THREADS];
    int count;
    // An error of one of them.
    _Atomic int error;
    struct sigaction before;
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

// wasm_bpf_confinement_names() returns 1 if `bytes` contain `name` with one of the bytes `next` after it, or with any byte if `next` is
// empty. Decoding the bytes in JavaScript takes five times as long.
EXPORT int wasm_bpf_confinement_names(const char *bytes, uint64_t size, const char *name, const char *next) {
    const char *at = bytes, *const end = bytes + size;
    const size_t length = strlen(name);

    while ((at = memmem(at, (size_t)(end - at), name, length))) {
        at += length;
        if (at < end && (!*next || strchr(next, *at))) return 1;
    }
    return 0;
}

static int keeps(int capability) {
    return (confinement.capabilities >> capability) & 1;
}

static int drop_capabilities(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2];

    // Without CAP_SETPCAP the bounding set stays. No new program can use it, because of no_new_privs.
    for (int i = 0; i < CAPABILITY_COUNT; i++) {
        if (!keeps(i) && prctl(PR_CAPBSET_DROP, i, 0, 0, 0) < 0) break; // no right, or no such capability
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
    const int id = (int)syscall(SYS_gettid);

    (void)signal;
    if (error < 0) atomic_store(&confinement.error, error);
    for (int i = 0; i < MAX_THREADS; i++) {
        if (confinement.threads[i].id == id) atomic_store(&confinement.threads[i].is_done, 1);
    }
    errno = saved_errno;
}

// Adds a thread, unless it is known. Returns its entry, or null.
static struct thread *add_thread(int id) {
    for (int i = 0; i < confinement.count; i++) {
        if (confinement.threads[i].id == id) return NULL;
    }
    if (confinement.count == MAX_THREADS) return NULL;
    confinement.threads[confinement.count] = (struct thread){.id = id};
    return &confinement.threads[confinement.count++];
}

// Sends the signal to the threads that have not got it. From then on, such a thread runs none of its own code before it is confined.
// Returns the number of these threads, or -errno.
static int signal_threads(void) {
    DIR *directory = opendir("/proc/self/task");
    const struct dirent *entry;
    int found = 0;

    if (!directory) return -errno;
    while ((entry = readdir(directory))) {
        const int id = atoi(entry->d_name);
        struct thread *thread = id > 0 ? add_thread(id) : NULL;

        if (!thread) continue;
        found++;
        if (syscall(SYS_tgkill, getpid(), id, CONFINE_SIGNAL) < 0) atomic_store(&thread->is_done, 1);
    }
    closedir(directory);
    return confinement.count < MAX_THREADS ? found : -EAGAIN;
}

// Waits until every thread is done. A thread may end before it handles its signal.
static int await_threads(void) {
    struct timespec start, now;

    clock_gettime(CLOCK_MONOTONIC, &start);
    for (int i = 0; i < confinement.count; i++) {
        struct thread *thread = &confinement.threads[i];

        while (!atomic_load(&thread->is_done) && syscall(SYS_tgkill, getpid(), thread->id, 0) == 0) {
            sched_yield();
            clock_gettime(CLOCK_MONOTONIC, &now);
            if (now.tv_sec - start.tv_sec > PATIENCE_S) return -ETIMEDOUT;
        }
    }
    return atomic_load(&confinement.error);
}

// Confines this thread, and sends the signal to the others.
static int begin(uint64_t kept, int ruleset) {
    struct sigaction action = {.sa_handler = on_confine, .sa_flags = SA_RESTART};
    int found;

    confinement.capabilities = kept;
    confinement.ruleset = ruleset;
    confinement.count = 0;
    atomic_store(&confinement.error, 0);
    atomic_store(&add_thread((int)syscall(SYS_gettid))->is_done, 1);
    sigemptyset(&action.sa_mask);
    sigaction(CONFINE_SIGNAL, &action, &confinement.before);
    found = signal_threads();
    return found < 0 ? found : confine_thread();
}

// wasm_bpf_confine_finish() waits until the other threads are confined. A thread may have started another before it got its signal, so
// the threads are listed until nothing is new. Returns 0 or -errno.
EXPORT int wasm_bpf_confine_finish(void) {
    int error, found;

    do {
        error = await_threads();
        found = error < 0 ? error : signal_threads();
    } while (found > 0);
    sigaction(CONFINE_SIGNAL, &confinement.before, NULL);
    return found;
}

// Kernels before 5.11 count the memory of maps against this limit, and only CAP_SYS_RESOURCE may raise it.
static void raise_locked_memory(void) {
    const struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};

    setrlimit(RLIMIT_MEMLOCK, &unlimited);
}

// wasm_bpf_confine() confines every thread of the process: it sets no_new_privs, drops all capabilities except those of `kept` (bit N
// is capability N), allows only the files of `ruleset` unless that is negative, and installs the filter of system calls.
// wasm_bpf_confine_finish() must follow. Returns 0 or -errno.
EXPORT int wasm_bpf_confine(uint64_t kept, int ruleset) {
    int error;

    raise_locked_memory();
    error = begin(kept, ruleset);
    return error < 0 ? error : wasm_bpf_install_filter();
}
