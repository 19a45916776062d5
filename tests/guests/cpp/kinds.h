// SPDX-License-Identifier: MIT
#ifndef KINDS_H
#define KINDS_H

struct item_key {
    __u32 number;
    __u16 kind;
    __u16 reserved;
};

struct item {
    __s64 total;
    char text[12];
    __u32 flags;
};

struct sent {
    __s64 number;
    char text[24];
};

struct listed {
    __u32 max_entries;
    __u32 value_size;
};

#endif /* KINDS_H */
