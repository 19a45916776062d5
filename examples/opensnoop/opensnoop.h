// SPDX-License-Identifier: MIT
#ifndef OPENSNOOP_H
#define OPENSNOOP_H

struct event {
    __s32 pid;
    __s32 result; /* the file descriptor, or a negative Linux error number */
    char comm[16];
    char path[256];
};

#endif /* OPENSNOOP_H */
