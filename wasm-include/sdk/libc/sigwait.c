// Waiting for blocked signals.
#include <signal.h>
#include <string.h>
#include <time.h>

#include "sys.h"

#define SECOND_NS 1000000000LL

int sigtimedwait(const sigset_t *restrict set, siginfo_t *restrict info, const struct timespec *restrict timeout) {
    int64_t timeout_ns = -1;
    uint64_t mask;

    memcpy(&mask, set, sizeof(mask));
    if (timeout) {
        if (timeout->tv_sec < 0 || timeout->tv_nsec < 0 || timeout->tv_nsec >= SECOND_NS) return sys_result(-EINVAL);
        // Some 292 years are forever.
        if (timeout->tv_sec < INT64_MAX / SECOND_NS) timeout_ns = timeout->tv_sec * SECOND_NS + timeout->tv_nsec;
    }
    const int signal = sys_result(sys_sigtimedwait(mask, timeout_ns));
    if (signal > 0 && info) *info = (siginfo_t){.si_signo = signal};
    return signal;
}

int sigwaitinfo(const sigset_t *restrict set, siginfo_t *restrict info) {
    return sigtimedwait(set, info, NULL);
}

int sigwait(const sigset_t *restrict set, int *restrict signal) {
    int result;

    do {
        result = sigtimedwait(set, NULL, NULL);
    } while (result < 0 && errno == EINTR);
    if (result < 0) return errno;
    *signal = result;
    return 0;
}

int sigpending(sigset_t *set) {
    uint64_t mask;
    const int result = sys_result(sys_sigpending(&mask));

    if (result < 0) return -1;
    memset(set, 0, sizeof(*set));
    memcpy(set, &mask, sizeof(mask));
    return 0;
}
