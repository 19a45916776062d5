// SPDX-License-Identifier: MIT
//
// Signals that a guest catches. A handler of the guest is WebAssembly, which cannot run inside a native handler. The native handler
// only marks the signal and makes a descriptor readable, which ends the waits of the host. The host then calls the guest's handler.

#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "signals.h"

#define EXPORT __attribute__((visibility("default")))

// A second signal of the same number ends the process if the guest has not handled the first one for this long. timeout(1) sends
// each signal twice within microseconds, and a terminal's user needs longer for a second Ctrl-C.
#define PATIENCE_NS 100000000

// The reactions to a signal. The first three have the numbers of the import `sigaction`.
enum reaction {
    REACTION_DEFAULT,
    REACTION_IGNORE,
    // The host calls the guest's handler.
    REACTION_CALL,
    // The default action, but after the guest's output was written if the host waits.
    REACTION_FLUSH,
};

static struct {
    // 1 while a signal is marked and not blocked. TypeScript reads it after each import of the guest.
    _Atomic uint8_t pending;
    int is_open;
    // An eventfd, readable while `pending` is 1.
    int wake_fd;
    // Bit N - 1 is signal N.
    _Atomic uint64_t marked;
    _Atomic uint64_t blocked;
    // Blocked signals that the guest waits for. They make `wake_fd` readable too.
    _Atomic uint64_t awaited;
    _Atomic uint64_t saved;
    _Atomic uint8_t reactions[_NSIG];
    _Atomic int64_t marked_at[_NSIG];
    // The actions before the guest, for signals in `saved`.
    struct sigaction before[_NSIG];
} guest;

_Atomic int wasm_bpf_waits;

static uint64_t bit_of(int signal) {
    return 1ULL << (signal - 1);
}

static int64_t now_ns(void) {
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

// The engine needs the signals of faults, and glibc the first two real-time signals.
static int can_change(int signal) {
    switch (signal) {
    case SIGKILL:
    case SIGSTOP:
    case SIGILL:
    case SIGTRAP:
    case SIGABRT:
    case SIGBUS:
    case SIGFPE:
    case SIGSEGV:
    case SIGSYS: return 0;
    default: break;
    }
    if (signal == SIGRTMAX && atomic_load(&wasm_bpf_deadlines) > 0) return 0;
    return (signal > 0 && signal < 32) || (signal >= SIGRTMIN && signal < _NSIG);
}

// Signals that ask for the end of a process.
static int asks_for_end(int signal) {
    return signal == SIGINT || signal == SIGQUIT || signal == SIGTERM;
}

static int ends_by_default(int signal) {
    switch (signal) {
    case SIGCHLD:
    case SIGCONT:
    case SIGSTOP:
    case SIGTSTP:
    case SIGTTIN:
    case SIGTTOU:
    case SIGURG:
    case SIGWINCH: return 0;
    default: return 1;
    }
}

static void announce(void) {
    const uint64_t one = 1;

    atomic_store(&guest.pending, 1);
    // The write fails only if the descriptor is already readable.
    if (write(guest.wake_fd, &one, sizeof(one)) < 0) return;
}

// Takes the default action of `signal` now. Returns if that action does not end the process.
static void act_by_default(int signal) {
    struct sigaction action = {.sa_handler = SIG_DFL}, before;
    sigset_t only, mask;

    sigemptyset(&only);
    sigaddset(&only, signal);
    sigaction(signal, &action, &before);
    kill(getpid(), signal);
    // On Linux, sigprocmask() is for the calling thread. glibc 2.31 has pthread_sigmask() in another library.
    sigprocmask(SIG_UNBLOCK, &only, &mask);
    // The kernel does not end the first process of a container by a default action.
    if (getpid() == 1 && ends_by_default(signal)) _exit(128 + signal);
    sigprocmask(SIG_SETMASK, &mask, NULL);
    sigaction(signal, &before, NULL);
}

static void mark(int signal) {
    const uint64_t bit = bit_of(signal);
    const int saved_errno = errno;
    const int is_blocked = (atomic_load(&guest.blocked) & bit) != 0;

    if (atomic_load(&guest.reactions[signal]) == REACTION_FLUSH && !is_blocked && !atomic_load(&wasm_bpf_waits))
        act_by_default(signal);
    if (!(atomic_fetch_or(&guest.marked, bit) & bit))
        atomic_store(&guest.marked_at[signal], now_ns());
    else if (!is_blocked && asks_for_end(signal) && now_ns() - atomic_load(&guest.marked_at[signal]) > PATIENCE_NS)
        act_by_default(signal);
    if (!is_blocked || (atomic_load(&guest.awaited) & bit)) announce();
    errno = saved_errno;
}

// Sets the process's action for `signal` from the guest's reaction. A blocked signal must not act, so it is marked too.
static void apply(int signal) {
    const int reaction = atomic_load(&guest.reactions[signal]);
    const int is_blocked = (atomic_load(&guest.blocked) & bit_of(signal)) != 0;
    // The runtime's other threads expect that their calls are continued.
    struct sigaction action = {.sa_handler = mark, .sa_flags = SA_RESTART};

    if (reaction == REACTION_IGNORE) {
        action.sa_handler = SIG_IGN;
    } else if (reaction == REACTION_DEFAULT && !is_blocked) {
        action = guest.before[signal];
        if (action.sa_handler == SIG_IGN) action.sa_handler = SIG_DFL;
    }
    sigaction(signal, &action, NULL);
}

static int reaction_of(const struct sigaction *action) {
    return action->sa_handler == SIG_IGN ? REACTION_IGNORE : REACTION_DEFAULT;
}

static void save(int signal) {
    if (atomic_load(&guest.saved) & bit_of(signal)) return;
    sigaction(signal, NULL, &guest.before[signal]);
    atomic_store(&guest.reactions[signal], reaction_of(&guest.before[signal]));
    atomic_fetch_or(&guest.saved, bit_of(signal));
}

// wasm_bpf_signals_open() prepares the process for a guest's signals and returns an eventfd that is readable while one is pending. The
// kernel prefers the main thread for signals, so a guest of another thread gets ENOSYS. A process has at most one such guest: EBUSY.
EXPORT int wasm_bpf_signals_open(void) {
    int fd;

    if (syscall(SYS_gettid) != getpid()) return -ENOSYS;
    if (guest.is_open) return -EBUSY;
    fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd < 0) return -errno;
    memset(&guest, 0, sizeof(guest));
    guest.wake_fd = fd;
    guest.is_open = 1;
    return fd;
}

// wasm_bpf_signals_pending() returns the address of one byte: 1 while a signal is pending, otherwise 0.
EXPORT const void *wasm_bpf_signals_pending(void) {
    return &guest.pending;
}

// wasm_bpf_signal_set() sets the reaction to a signal and returns the previous one (`enum reaction`). A negative reaction changes
// nothing. EINVAL for a signal that cannot be changed.
EXPORT int wasm_bpf_signal_set(int signal, int reaction) {
    int before;

    if (!can_change(signal) || reaction > REACTION_FLUSH) return -EINVAL;
    save(signal);
    before = atomic_load(&guest.reactions[signal]);
    if (reaction < 0) return before;
    atomic_store(&guest.reactions[signal], reaction);
    // A signal that is ignored is no longer pending.
    if (reaction == REACTION_IGNORE) atomic_fetch_and(&guest.marked, ~bit_of(signal));
    apply(signal);
    return before;
}

// wasm_bpf_signals_flush() sets REACTION_FLUSH for the signals that end a command line, except those that are ignored (nohup).
EXPORT void wasm_bpf_signals_flush(void) {
    static const int signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};

    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        if (wasm_bpf_signal_set(signals[i], -1) == REACTION_DEFAULT) wasm_bpf_signal_set(signals[i], REACTION_FLUSH);
    }
}

// wasm_bpf_signals_block() sets the blocked signals. A signal that is marked and no longer blocked becomes pending.
EXPORT void wasm_bpf_signals_block(const uint64_t *mask) {
    const uint64_t wanted = *mask, before = atomic_exchange(&guest.blocked, wanted);

    for (int signal = 1; signal < _NSIG; signal++) {
        if (!((wanted ^ before) & bit_of(signal)) || !can_change(signal)) continue;
        save(signal);
        // A marked signal keeps its native handler until the host has taken it.
        if ((wanted & bit_of(signal)) || !(atomic_load(&guest.marked) & bit_of(signal))) apply(signal);
    }
    if (atomic_load(&guest.marked) & ~wanted) announce();
}

// wasm_bpf_signals_take() moves the pending signals to `taken`: bit N - 1 is signal N.
EXPORT void wasm_bpf_signals_take(uint64_t *taken) {
    uint64_t count;

    // A signal that comes after this read makes the descriptor readable again.
    if (read(guest.wake_fd, &count, sizeof(count)) < 0) count = 0;
    atomic_store(&guest.pending, 0);
    *taken = atomic_load(&guest.marked) & ~atomic_load(&guest.blocked);
    atomic_fetch_and(&guest.marked, ~*taken);
}

// wasm_bpf_signals_claim() takes one marked signal of `set`, also a blocked one, and returns its number. If there is none, it returns 0,
// and from then on such a signal makes the descriptor readable. An empty set ends this.
EXPORT int wasm_bpf_signals_claim(const uint64_t *set) {
    const uint64_t found = atomic_load(&guest.marked) & *set;
    uint64_t count;

    atomic_store(&guest.awaited, *set);
    if (found) {
        const int signal = __builtin_ctzll(found) + 1;

        atomic_fetch_and(&guest.marked, ~bit_of(signal));
        return signal;
    }
    // The signal that made the descriptor readable may have been claimed. Signals that are still marked write to it again.
    if (read(guest.wake_fd, &count, sizeof(count)) < 0) count = 0;
    atomic_store(&guest.pending, 0);
    if (atomic_load(&guest.marked) & (~atomic_load(&guest.blocked) | *set)) announce();
    return 0;
}

// wasm_bpf_signals_waiting() moves the marked signals to `marked`. They stay marked.
EXPORT void wasm_bpf_signals_waiting(uint64_t *marked) {
    *marked = atomic_load(&guest.marked);
}

// wasm_bpf_signal_act() takes the default action of a signal, which ends the process for most.
EXPORT void wasm_bpf_signal_act(int signal) {
    act_by_default(signal);
    if (can_change(signal) && (atomic_load(&guest.saved) & bit_of(signal))) apply(signal);
}

// wasm_bpf_signals_close() restores the actions from before the guest.
EXPORT void wasm_bpf_signals_close(void) {
    for (int signal = 1; signal < _NSIG; signal++) {
        if (atomic_load(&guest.saved) & bit_of(signal)) sigaction(signal, &guest.before[signal], NULL);
    }
    close(guest.wake_fd);
    guest.is_open = 0;
}
