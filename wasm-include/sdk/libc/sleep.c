// Sleeping. A signal ends it, and the caller gets the remaining time. wasi-libc's functions report every end as success or
// as ENOTSUP.
#include <time.h>
#include <unistd.h>
#include <wasi/api.h>

#include "sys.h"

#define SECOND_NS 1000000000LL

static int64_t now_ns(clockid_t clock) {
    struct timespec now;

    clock_gettime(clock, &now);
    return now.tv_sec * SECOND_NS + now.tv_nsec;
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *wanted, struct timespec *rest) {
    __wasi_subscription_t subscription = {.u.tag = __WASI_EVENTTYPE_CLOCK};
    __wasi_event_t event;
    size_t count;

    if (wanted->tv_sec < 0 || wanted->tv_nsec < 0 || wanted->tv_nsec >= SECOND_NS || flags & ~TIMER_ABSTIME)
        return EINVAL;
    if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC) return ENOTSUP;
    // Some 292 years are forever.
    const int64_t time =
        wanted->tv_sec > INT64_MAX / SECOND_NS - 1 ? INT64_MAX : wanted->tv_sec * SECOND_NS + wanted->tv_nsec;
    const int is_absolute = (flags & TIMER_ABSTIME) != 0;
    const int64_t start = is_absolute ? 0 : now_ns(CLOCK_MONOTONIC);
    subscription.u.u.clock.id = is_absolute ? clock : CLOCK_MONOTONIC;
    subscription.u.u.clock.timeout = time;
    subscription.u.u.clock.flags = is_absolute ? __WASI_SUBCLOCKFLAGS_SUBSCRIPTION_CLOCK_ABSTIME : 0;
    const __wasi_errno_t error = __wasi_poll_oneoff(&subscription, &event, 1, &count);
    if (error == 0) return __linux_errno(event.error);
    if (error == EINTR && rest && !is_absolute) {
        int64_t left = time - (now_ns(CLOCK_MONOTONIC) - start);

        if (left < 0) left = 0;
        *rest = (struct timespec){left / SECOND_NS, left % SECOND_NS};
    }
    return error;
}

int nanosleep(const struct timespec *wanted, struct timespec *rest) {
    return sys_result(-clock_nanosleep(CLOCK_REALTIME, 0, wanted, rest));
}

unsigned sleep(unsigned seconds) {
    struct timespec time = {.tv_sec = seconds};

    // glibc too counts whole seconds that remain.
    return nanosleep(&time, &time) == 0 ? 0 : time.tv_sec;
}

int usleep(useconds_t useconds) {
    return nanosleep(&(struct timespec){useconds / 1000000, useconds % 1000000 * 1000}, NULL);
}
