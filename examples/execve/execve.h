// SPDX-License-Identifier: MIT
#ifndef EXECVE_H
#define EXECVE_H

#define ARGUMENTS_MAX 4096

/* A record ends with the last byte of `arguments`: it is as long as the command line. */
struct event {
    __s32 pid;
    __s32 ppid;
    __u32 uid;
    __u32 arguments_size; /* of all; when it is more than ARGUMENTS_MAX, the end is missing */
    char comm[16];        /* of the parent: who asked */
    char arguments[ARGUMENTS_MAX]; /* each ends with a NUL */
};

#endif /* EXECVE_H */
