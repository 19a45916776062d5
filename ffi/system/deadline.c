// SPDX-License-Identifier: MIT
//
// Timers for the time limit of a guest. The engine can interrupt its own code, but not a system call that waits. A signal to the
// guest's thread ends such a call with EINTR, and the engine's interrupt then takes effect.

#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "signals.h"

#define EXPORT __attribute__((visibility("default")))

// The exit code of timeout(1).
#define EXIT_TIMED_OUT 124

// A call can begin just after a signal, so the signal is repeated.
#define REPEAT_NS 10000000
#define NS_PER_MS 1000000LL
#define NS_PER_S 1000000000LL

// The values of a timer, which its signal carries.
enum purpose { INTERRUPT, END_PROCESS };

_Atomic int wasm_bpf_deadlines;

static char last_line[256];

static void on_timer(int signal, siginfo_t *info, void *context) {
    const int saved_errno = errno;

    (void)signal, (void)context;
    // Other processes could send the signal too.
    if (info->si_code == SI_TIMER && info->si_value.sival_int == END_PROCESS) {
        if (write(STDERR_FILENO, last_line, strlen(last_line)) < 0) _exit(EXIT_TIMED_OUT);
        _exit(EXIT_TIMED_OUT);
    }
    errno = saved_errno;
}

static struct timespec time_of(int64_t ns) {
    return (struct timespec){.tv_sec = ns / NS_PER_S, .tv_nsec = ns % NS_PER_S};
}

// glibc before 2.34 has timer_create() in another library.
static int open_timer(enum purpose purpose, int64_t after_ns, int64_t repeat_ns) {
    struct sigevent event = {
        .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGRTMAX, .sigev_value.sival_int = purpose};
    struct itimerspec times = {.it_value = time_of(after_ns), .it_interval = time_of(repeat_ns)};
    int timer;

    event._sigev_un._tid = (int)syscall(SYS_gettid);
    if (syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &timer) < 0) return -errno;
    syscall(SYS_timer_settime, timer, 0, &times, NULL);
    return timer;
}

static int open_counted(enum purpose purpose, int64_t after_ns, int64_t repeat_ns) {
    struct sigaction action = {.sa_sigaction = on_timer, .sa_flags = SA_SIGINFO};
    int timer;

    sigemptyset(&action.sa_mask);
    atomic_fetch_add(&wasm_bpf_deadlines, 1);
    sigaction(SIGRTMAX, &action, NULL);
    timer = open_timer(purpose, after_ns, repeat_ns);
    if (timer < 0) atomic_fetch_sub(&wasm_bpf_deadlines, 1);
    return timer;
}

// wasm_bpf_deadline_interrupt() ends the system calls of this thread with EINTR, from `after_ms` on. Returns a timer, or -errno.
EXPORT int wasm_bpf_deadline_interrupt(int64_t after_ms) {
    return open_counted(INTERRUPT, after_ms * NS_PER_MS, REPEAT_NS);
}

// wasm_bpf_deadline_end() ends the process after `after_ms`, with `line` on stderr and exit code 124. Returns a timer, or -errno.
EXPORT int wasm_bpf_deadline_end(int64_t after_ms, const char *line) {
    snprintf(last_line, sizeof(last_line), "%s\n", line);
    return open_counted(END_PROCESS, after_ms * NS_PER_MS, 0);
}

// wasm_bpf_deadline_close() removes a timer. Ignoring the signal discards one that is pending, whose default action would end the
// process.
EXPORT void wasm_bpf_deadline_close(int timer) {
    struct sigaction action = {.sa_handler = SIG_IGN};

    syscall(SYS_timer_delete, timer);
    if (atomic_fetch_sub(&wasm_bpf_deadlines, 1) != 1) return;
    sigaction(SIGRTMAX, &action, NULL);
    action.sa_handler = SIG_DFL;
    sigaction(SIGRTMAX, &action, NULL);
}
