// epoll over poll(). A set is no descriptor of the host: it cannot be passed on, and close() leaves it.
#define _GNU_SOURCE
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "sys.h"

// Numbers of sets begin above those of descriptors.
#define FIRST_SET 1024
#define MOST_SETS 16
#define MOST_MEMBERS 1024

struct member {
    int fd;
    struct epoll_event wanted;
};

static struct set {
    int is_open;
    int count;
    struct member *members;
} sets[MOST_SETS];

static struct set *find_set(int fd) {
    if (fd < FIRST_SET || fd >= FIRST_SET + MOST_SETS || !sets[fd - FIRST_SET].is_open) return NULL;
    return &sets[fd - FIRST_SET];
}

static struct member *find_member(struct set *set, int fd) {
    for (int i = 0; i < set->count; i++) {
        if (set->members[i].fd == fd) return &set->members[i];
    }
    return NULL;
}

int epoll_create1(int flags) {
    if (flags & ~EPOLL_CLOEXEC) return sys_result(-EINVAL);
    for (int i = 0; i < MOST_SETS; i++) {
        if (sets[i].is_open) continue;
        sets[i].is_open = 1;
        return FIRST_SET + i;
    }
    return sys_result(-EMFILE);
}

int epoll_create(int size) {
    return size > 0 ? epoll_create1(0) : sys_result(-EINVAL);
}

static int add_member(struct set *set, int fd, const struct epoll_event *event) {
    if (find_member(set, fd)) return -EEXIST;
    if (set->count == MOST_MEMBERS) return -ENOSPC;
    struct member *members = realloc(set->members, (set->count + 1) * sizeof(*members));
    if (!members) return -ENOMEM;
    set->members = members;
    members[set->count++] = (struct member){fd, *event};
    return 0;
}

int epoll_ctl(int epoll_fd, int operation, int fd, struct epoll_event *event) {
    struct set *set = find_set(epoll_fd);

    if (!set) return sys_result(-EBADF);
    struct member *member = find_member(set, fd);
    switch (operation) {
    case EPOLL_CTL_ADD: return sys_result(add_member(set, fd, event));
    case EPOLL_CTL_MOD:
        if (!member) return sys_result(-ENOENT);
        member->wanted = *event;
        return 0;
    case EPOLL_CTL_DEL:
        if (!member) return sys_result(-ENOENT);
        *member = set->members[--set->count];
        return 0;
    default: return sys_result(-EINVAL);
    }
}

// Waits for a set, or for a descriptor of the host that is one itself: libbpf's buffers have some. `mask` may be NULL.
int epoll_pwait(int epoll_fd, struct epoll_event *events, int most, int timeout, const sigset_t *mask) {
    struct member host_set = {epoll_fd, {.events = EPOLLIN}};
    struct set only = {.count = 1, .members = &host_set};
    struct set *set = find_set(epoll_fd);
    const struct timespec time = {timeout / 1000, timeout % 1000 * 1000000L};

    if (!set) set = &only;
    if (most <= 0) return sys_result(-EINVAL);
    struct pollfd fds[set->count + 1];
    for (int i = 0; i < set->count; i++) {
        // The bits of poll() and epoll are the same.
        fds[i] = (struct pollfd){set->members[i].fd, (short)(set->members[i].wanted.events & 0x7fff), 0};
    }
    if (ppoll(fds, set->count, timeout < 0 ? NULL : &time, mask) < 0) return -1;
    int ready = 0;
    for (int i = 0; i < set->count && ready < most; i++) {
        struct epoll_event *wanted = &set->members[i].wanted;

        if (!fds[i].revents) continue;
        if (set == &only && fds[i].revents & POLLNVAL) return sys_result(-EBADF);
        events[ready++] = (struct epoll_event){(unsigned short)fds[i].revents, wanted->data};
        if (wanted->events & EPOLLONESHOT) wanted->events = 0;
    }
    return ready;
}

int epoll_wait(int epoll_fd, struct epoll_event *events, int most, int timeout) {
    return epoll_pwait(epoll_fd, events, most, timeout, NULL);
}
