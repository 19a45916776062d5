// SPDX-License-Identifier: MIT
#ifndef LSM_H
#define LSM_H

#define NAME_SIZE 64

struct event {
    __s32 pid;
    __u32 uid;
    char comm[16];
    char name[NAME_SIZE];
};

#endif /* LSM_H */
