// SPDX-License-Identifier: MIT
#ifndef KPROBE_H
#define KPROBE_H

/* A record of the ring. */
struct check {
    __s32 pid;
    __u32 uid;
    __s32 capability;
    __s32 result; /* 0, or a negative error if the process lacks the capability */
    char comm[16];
};

#endif /* KPROBE_H */
