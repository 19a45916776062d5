// SPDX-License-Identifier: MIT
#ifndef KSYSCALL_H
#define KSYSCALL_H

/* A record of the ring. */
struct event {
    __s32 pid;
    __s32 target; /* as for kill(2): a process, or a group if it is negative */
    __s32 signal;
    __s32 result; /* 0 or a negative error */
    char comm[16];
};

#endif /* KSYSCALL_H */
