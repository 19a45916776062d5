// SPDX-License-Identifier: MIT
#ifndef USDT_H
#define USDT_H

#define MAX_ARGUMENTS 6
#define TEXT_SIZE 80

struct argument {
    __s64 value;
    char text[TEXT_SIZE]; /* the text at this address, if texts are requested; empty if there is none */
};

/* A record of the ring. */
struct hit {
    __s32 pid;
    __s32 argument_count; /* may be larger than MAX_ARGUMENTS */
    char comm[16];
    struct argument arguments[MAX_ARGUMENTS];
};

#endif /* USDT_H */
