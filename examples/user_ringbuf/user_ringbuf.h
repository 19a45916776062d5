// SPDX-License-Identifier: MIT
#ifndef USER_RINGBUF_H
#define USER_RINGBUF_H

#define NAME_SIZE 16

enum action { WATCH, FORGET };

/* From the guest to the BPF program. */
struct command {
    __u32 action;
    char name[NAME_SIZE];
};

/* From the BPF program to the guest. */
struct event {
    __s32 pid;
    __s32 ppid;
    char name[NAME_SIZE];
};

#endif /* USER_RINGBUF_H */
