// SPDX-License-Identifier: MIT
/*
 * Sockets, with Linux's numbers of families and types, because a guest gets these from the kernel and BPF programs.
 * libc has other numbers (AF_INET is 1 there). docs/guest-libc.md lists them all.
 */
#ifndef WASM_BPF_SYS_SOCKET_H
#define WASM_BPF_SYS_SOCKET_H

#include_next <sys/socket.h>
#include <wasm_bpf/replacement.h>

enum {
    WASM_BPF__LIBC_SOCK_DGRAM = SOCK_DGRAM,
    WASM_BPF__LIBC_SOCK_STREAM = SOCK_STREAM,
    WASM_BPF__LIBC_AF_INET = AF_INET,
    WASM_BPF__LIBC_AF_INET6 = AF_INET6,
};

#undef AF_UNSPEC
#undef AF_UNIX
#undef AF_INET
#undef AF_INET6
#undef PF_UNSPEC
#undef PF_INET
#undef PF_INET6
#undef SOCK_STREAM
#undef SOCK_DGRAM

#define AF_UNSPEC 0
#define AF_UNIX 1
#define AF_LOCAL AF_UNIX
#define AF_INET 2
#define AF_INET6 10
#define AF_NETLINK 16
#define AF_PACKET 17
#define AF_TIPC 30
#define AF_BLUETOOTH 31
#define AF_ALG 38
#define AF_VSOCK 40
#define AF_XDP 44

#define PF_UNSPEC AF_UNSPEC
#define PF_UNIX AF_UNIX
#define PF_LOCAL AF_LOCAL
#define PF_INET AF_INET
#define PF_INET6 AF_INET6
#define PF_NETLINK AF_NETLINK
#define PF_PACKET AF_PACKET

#define SOCK_STREAM 1
#define SOCK_DGRAM 2
#define SOCK_RAW 3
#define SOCK_RDM 4
#define SOCK_SEQPACKET 5

WASM_BPF_EXTERN_C_BEGIN

int wasm_bpf__libc_getsockopt(int, int, int, void *__restrict, socklen_t *__restrict) WASM_BPF_LIBC(getsockopt);
int getsockopt(int, int, int, void *__restrict, socklen_t *__restrict) WASM_BPF_REPLACED_BY(wasm_bpf_getsockopt);

/* SO_TYPE, the only option in WASI, returns one of SOCK_*. */
WASM_BPF_REPLACEMENT int getsockopt(int fd, int level, int name, void *__restrict value, socklen_t *__restrict size) {
    int result = wasm_bpf__libc_getsockopt(fd, level, name, value, size);
    if (result == 0 && level == SOL_SOCKET && name == SO_TYPE && *size >= sizeof(int)) {
        int kind = *(int *)value;
        if (kind == WASM_BPF__LIBC_SOCK_DGRAM) *(int *)value = SOCK_DGRAM;
        if (kind == WASM_BPF__LIBC_SOCK_STREAM) *(int *)value = SOCK_STREAM;
    }
    return result;
}

WASM_BPF_EXTERN_C_END

#endif /* WASM_BPF_SYS_SOCKET_H */
