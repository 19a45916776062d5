// SPDX-License-Identifier: MIT
#ifndef BOOTSTRAP_H
#define BOOTSTRAP_H

/* What the kernel side sends: fixed-width members, largest first, so that its layout is the same for BPF and wasm32. */
struct event {
    __u64 duration_ns; /* of an exit whose start was seen; else 0 */
    __s32 pid;
    __s32 ppid;
    __u32 exit_code;
    __u32 is_exit;
    char comm[16];
    char filename[128]; /* of an exec */
};

#endif /* BOOTSTRAP_H */
