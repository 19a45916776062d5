// poll() with Linux's numbers of events. In wasi-libc, POLLIN and POLLRDNORM are the same number.
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <wasi/api.h>

// As many descriptors as Linux allows a process by default.
#define MOST_DESCRIPTORS 1024
#define READABLE (POLLIN | POLLRDNORM)
#define WRITABLE (POLLOUT | POLLWRNORM)

static short result(const __wasi_event_t *event, short wanted) {
    if (event->error == __WASI_ERRNO_BADF) return POLLNVAL;
    if (event->error == __WASI_ERRNO_PIPE) return POLLHUP;
    if (event->error != 0) return POLLERR;
    int hung_up = event->fd_readwrite.flags & __WASI_EVENTRWFLAGS_FD_READWRITE_HANGUP;
    if (event->type == __WASI_EVENTTYPE_FD_READ) return (wanted & READABLE) | (hung_up ? POLLHUP : 0);
    // A descriptor that hung up is not writable.
    return hung_up ? POLLHUP : wanted & WRITABLE;
}

// Makes one subscription for reading and one for writing, as far as each descriptor needs them. Returns their number.
static size_t subscribe(__wasi_subscription_t *subscriptions, struct pollfd *fds, nfds_t count) {
    size_t subscribed = 0;
    for (nfds_t i = 0; i < count; i++) {
        fds[i].revents = 0;
        if (fds[i].fd < 0) continue;
        __wasi_subscription_t subscription = {.userdata = i};
        subscription.u.u.fd_read.file_descriptor = fds[i].fd;
        // WASI reports errors only together with one of the two.
        if (fds[i].events & READABLE || !(fds[i].events & WRITABLE)) {
            subscription.u.tag = __WASI_EVENTTYPE_FD_READ;
            subscriptions[subscribed++] = subscription;
        }
        if (fds[i].events & WRITABLE) {
            subscription.u.tag = __WASI_EVENTTYPE_FD_WRITE;
            subscriptions[subscribed++] = subscription;
        }
    }
    return subscribed;
}

int poll(struct pollfd *fds, nfds_t count, int timeout) {
    if (count > MOST_DESCRIPTORS) {
        errno = EINVAL;
        return -1;
    }
    // The last one is for the time.
    __wasi_subscription_t subscriptions[2 * count + 1];
    size_t subscribed = subscribe(subscriptions, fds, count);
    // WASI needs at least one subscription. A wait for nothing lasts until a signal.
    if (timeout >= 0 || subscribed == 0) {
        __wasi_subscription_t clock = {.u.tag = __WASI_EVENTTYPE_CLOCK};
        clock.u.u.clock.id = __WASI_CLOCKID_MONOTONIC;
        clock.u.u.clock.timeout = timeout < 0 ? INT64_MAX : (__wasi_timestamp_t)timeout * 1000000;
        subscriptions[subscribed++] = clock;
    }
    __wasi_event_t events[subscribed];
    size_t happened = 0;
    __wasi_errno_t error = __wasi_poll_oneoff(subscriptions, events, subscribed, &happened);
    if (error != 0) {
        errno = error;
        return -1;
    }
    for (size_t i = 0; i < happened; i++) {
        if (events[i].type == __WASI_EVENTTYPE_CLOCK) continue;
        struct pollfd *polled = &fds[events[i].userdata];
        polled->revents |= result(&events[i], polled->events);
    }
    int ready = 0;
    for (nfds_t i = 0; i < count; i++) ready += fds[i].revents != 0;
    return ready;
}
