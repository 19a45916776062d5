// SPDX-License-Identifier: MIT
#ifndef EXECVE_H
#define EXECVE_H

#define ARGUMENTS_MAX 4096

/* A record ends with the last byte of the command line. */
struct event {
    __s32 pid;
    __s32 ppid;
    __u32 uid;
    __u32 arguments_size; /* of the whole command line; the end is missing if it is more than ARGUMENTS_MAX */
    char comm[16];        /* of the parent */
    char arguments[ARGUMENTS_MAX]; /* each argument ends with a NUL */
};

#endif /* EXECVE_H */
