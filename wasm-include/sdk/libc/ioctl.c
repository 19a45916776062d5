// Requests on descriptors.
#include <linux/perf_event.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <wasi/api.h>

#include "sys.h"

// The number of bytes that can be read without waiting.
static int readable_bytes(int fd, int *count) {
    __wasi_subscription_t subscriptions[2] = {{.u.tag = __WASI_EVENTTYPE_FD_READ}, {.u.tag = __WASI_EVENTTYPE_CLOCK}};
    __wasi_event_t events[2];
    size_t happened;

    subscriptions[0].u.u.fd_read.file_descriptor = fd;
    const __wasi_errno_t error = __wasi_poll_oneoff(subscriptions, events, 2, &happened);
    if (error != 0) return -error;
    *count = 0;
    for (size_t i = 0; i < happened; i++) {
        if (events[i].error != 0) return -events[i].error;
        if (events[i].type == __WASI_EVENTTYPE_FD_READ) *count = (int)events[i].fd_readwrite.nbytes;
    }
    return 0;
}

static int set_nonblocking(int fd, int wanted) {
    __wasi_fdstat_t stat;
    __wasi_errno_t error = __wasi_fd_fdstat_get(fd, &stat);

    if (error != 0) return -error;
    const __wasi_fdflags_t flags = stat.fs_flags & ~__WASI_FDFLAGS_NONBLOCK;
    return -__wasi_fd_fdstat_set_flags(fd, wanted ? flags | __WASI_FDFLAGS_NONBLOCK : flags);
}

int ioctl(int fd, int request, ...) {
    va_list arguments;
    int result;

    va_start(arguments, request);
    switch ((unsigned)request) {
    case FIONREAD: result = readable_bytes(fd, va_arg(arguments, int *)); break;
    case FIONBIO: result = set_nonblocking(fd, *va_arg(arguments, const int *)); break;
    case TIOCGWINSZ: result = sys_terminal_size(fd, va_arg(arguments, struct winsize *)); break;
    case PERF_EVENT_IOC_ENABLE:
    case PERF_EVENT_IOC_DISABLE:
    case PERF_EVENT_IOC_RESET: result = sys_perf_event_ioctl(fd, request, va_arg(arguments, int)); break;
    default: result = -ENOTTY;
    }
    va_end(arguments);
    return sys_result(result);
}
