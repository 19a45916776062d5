// SPDX-License-Identifier: MIT
#ifndef FENTRY_H
#define FENTRY_H

#define MAX_FLOWS 10240

/* A process and the peer to which it sends. */
struct flow {
    __s32 pid;
    __u16 family; /* AF_INET or AF_INET6 of Linux */
    __u16 port;
    char comm[16];
    __u8 address[16]; /* 4 bytes of an IPv4 address, and zeros */
};

struct traffic {
    __u64 sends;
    __u64 bytes;
};

#endif /* FENTRY_H */
