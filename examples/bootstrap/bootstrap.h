// SPDX-License-Identifier: MIT
#ifndef BOOTSTRAP_H
#define BOOTSTRAP_H

/* A record of the ring. */
struct event {
    __u64 duration_ns; /* of an exit, if the start was seen; otherwise 0 */
    __s32 pid;
    __s32 ppid;
    __u32 exit_code;
    __u32 is_exit;
    char comm[16];
    char filename[128]; /* of an exec */
};

#endif /* BOOTSTRAP_H */
