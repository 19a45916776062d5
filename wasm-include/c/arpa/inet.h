// SPDX-License-Identifier: MIT
/* Addresses as text, with Linux's numbers for families: AF_INET of <sys/socket.h>, and the numbers in events. */
#ifndef WASM_BPF_ARPA_INET_H
#define WASM_BPF_ARPA_INET_H

#include <netinet/in.h>
#include_next <arpa/inet.h>
#include <wasm_bpf/replacement.h>

WASM_BPF_EXTERN_C_BEGIN

const char *wasm_bpf__libc_inet_ntop(int, const void *__restrict, char *__restrict, socklen_t) WASM_BPF_LIBC(inet_ntop);
int wasm_bpf__libc_inet_pton(int, const char *__restrict, void *__restrict) WASM_BPF_LIBC(inet_pton);

const char *inet_ntop(int, const void *__restrict, char *__restrict, socklen_t)
    WASM_BPF_REPLACED_BY(wasm_bpf_inet_ntop);
int inet_pton(int, const char *__restrict, void *__restrict) WASM_BPF_REPLACED_BY(wasm_bpf_inet_pton);

/* libc's number for a family; -1 for an unknown one, which libc refuses with EAFNOSUPPORT. */
static inline int wasm_bpf__libc_family(int family) {
    return family == AF_INET ? WASM_BPF__LIBC_AF_INET : family == AF_INET6 ? WASM_BPF__LIBC_AF_INET6 : -1;
}

WASM_BPF_REPLACEMENT const char *inet_ntop(int family, const void *__restrict address, char *__restrict text,
                                           socklen_t size) {
    return wasm_bpf__libc_inet_ntop(wasm_bpf__libc_family(family), address, text, size);
}

WASM_BPF_REPLACEMENT int inet_pton(int family, const char *__restrict text, void *__restrict address) {
    return wasm_bpf__libc_inet_pton(wasm_bpf__libc_family(family), text, address);
}

WASM_BPF_EXTERN_C_END

#endif /* WASM_BPF_ARPA_INET_H */
