// SPDX-License-Identifier: MIT
#ifndef UPROBE_H
#define UPROBE_H

struct call {
    __u64 duration_ns;
    __u64 argument; /* the first argument register */
    __u64 result;
    __s32 pid;
    __s32 tid;
    char comm[16];
};

#endif /* UPROBE_H */
