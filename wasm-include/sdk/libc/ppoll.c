// poll() with a set of blocked signals.
#define _GNU_SOURCE
#include <poll.h>
#include <signal.h>
#include <stdint.h>

#include "sys.h"

// Waits with other signals blocked. A signal that is pending and no longer blocked ends the wait at once.
int ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask) {
    sigset_t before;
    int timeout_ms = -1;

    if (timeout) {
        // poll() counts up to 24 days.
        if (timeout->tv_sec < 0 || timeout->tv_nsec < 0 || timeout->tv_nsec > 999999999) return sys_result(-EINVAL);
        timeout_ms = timeout->tv_sec >= INT32_MAX / 1000
                         ? INT32_MAX
                         : (int)(timeout->tv_sec * 1000 + (timeout->tv_nsec + 999999) / 1000000);
    }
    const unsigned handled = sys_handled_signals;
    if (mask) sigprocmask(SIG_SETMASK, mask, &before);
    const int ready = sys_handled_signals == handled ? poll(fds, count, timeout_ms) : sys_result(-EINTR);
    if (mask) sigprocmask(SIG_SETMASK, &before, NULL);
    return ready;
}
