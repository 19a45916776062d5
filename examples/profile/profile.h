// SPDX-License-Identifier: MIT
#ifndef PROFILE_H
#define PROFILE_H

#define MAX_FRAMES 127

#define MAX_STACKS 16384

/* The kernel counts samples that agree in all of this. */
struct place {
    __s32 pid;
    __s32 user_stack;   /* a key of the map of stacks, or a negative error: a thread of the kernel has none */
    __s32 kernel_stack; /* the same; a thread that runs in user space has none */
    char comm[16];
};

#endif /* PROFILE_H */
