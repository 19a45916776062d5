// SPDX-License-Identifier: MIT
#ifndef TOOL_H
#define TOOL_H

#define MAX_SLOTS 20
#define FREEZE 22 /* BPF_MAP_FREEZE, the call that is traced */

struct call_key {
    unsigned int tgid;
    int kernel_stack;
};

struct call_event {
    unsigned long size;
    unsigned int tgid;
    char comm[16];
};

#endif
