// Sockets. The host has packet sockets, whose packets are read as from a file. All others fail with EAFNOSUPPORT.
#include <sys/socket.h>
#include <unistd.h>

#include "sys.h"

int socket(int domain, int type, int protocol) {
    return sys_result(sys_socket(domain, type, protocol));
}

int socketpair(int domain, int type, int protocol, int fds[2]) {
    (void)domain, (void)type, (void)protocol, (void)fds;
    return sys_result(-EAFNOSUPPORT);
}

int bind(int fd, const struct sockaddr *address, socklen_t size) {
    return sys_result(sys_bind(fd, address, size));
}

int setsockopt(int fd, int level, int option, const void *value, socklen_t size) {
    return sys_result(sys_setsockopt(fd, level, option, value, size));
}

ssize_t recv(int fd, void *buf, size_t size, int flags) {
    if (flags != 0) return sys_result(-EOPNOTSUPP);
    return read(fd, buf, size);
}

ssize_t recvfrom(int fd, void *restrict buf, size_t size, int flags, struct sockaddr *restrict from,
                 socklen_t *restrict from_size) {
    if (from && from_size) *from_size = 0;
    return recv(fd, buf, size, flags);
}

// A packet socket has none of the following. A descriptor that is no socket would give another error number, but programs
// only see that they fail.

int connect(int fd, const struct sockaddr *address, socklen_t size) {
    (void)fd, (void)address, (void)size;
    return sys_result(-EOPNOTSUPP);
}

int listen(int fd, int backlog) {
    (void)fd, (void)backlog;
    return sys_result(-EOPNOTSUPP);
}

int accept(int fd, struct sockaddr *restrict address, socklen_t *restrict size) {
    (void)fd, (void)address, (void)size;
    return sys_result(-EOPNOTSUPP);
}

int accept4(int fd, struct sockaddr *restrict address, socklen_t *restrict size, int flags) {
    (void)flags;
    return accept(fd, address, size);
}

int shutdown(int fd, int how) {
    (void)fd, (void)how;
    return sys_result(-EOPNOTSUPP);
}

ssize_t send(int fd, const void *buf, size_t size, int flags) {
    (void)fd, (void)buf, (void)size, (void)flags;
    return sys_result(-EOPNOTSUPP);
}

ssize_t sendto(int fd, const void *buf, size_t size, int flags, const struct sockaddr *to, socklen_t to_size) {
    (void)to, (void)to_size;
    return send(fd, buf, size, flags);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
    (void)message;
    return send(fd, NULL, 0, flags);
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags) {
    (void)message;
    return send(fd, NULL, 0, flags);
}

int getsockopt(int fd, int level, int option, void *restrict value, socklen_t *restrict size) {
    (void)fd, (void)level, (void)option, (void)value, (void)size;
    return sys_result(-EOPNOTSUPP);
}

int getsockname(int fd, struct sockaddr *restrict address, socklen_t *restrict size) {
    return accept(fd, address, size);
}

int getpeername(int fd, struct sockaddr *restrict address, socklen_t *restrict size) {
    return accept(fd, address, size);
}
