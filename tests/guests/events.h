// SPDX-License-Identifier: MIT
/* Records on demand: the guest writes a command into a map, and the BPF program that traces the call executes it. */
#ifndef EVENTS_H
#define EVENTS_H

enum command_kind {
    COMMAND_RING_A,    /* 16 KiB */
    COMMAND_RING_B,    /* 256 KiB */
    COMMAND_PERF,      /* of the guest's CPU */
    COMMAND_DISCARD_A, /* reserves a record in ring A and discards it */
    COMMAND_HUGE_B,    /* a record of HUGE_SIZE bytes in ring B; `size` is ignored */
};

#define COMMAND_COUNT_MAX 512
#define RECORD_SIZE_MAX 4096
#define HUGE_SIZE 70000 /* more than bpf_buffer__poll() takes */

struct command {
    __u64 magic; /* set before load; distinguishes the commands of several guests */
    __u64 first; /* `number` of the first record; each record adds 1 */
    __u32 kind;
    __u32 count; /* at most COMMAND_COUNT_MAX */
    __u32 size;  /* of each record, at most RECORD_SIZE_MAX; below 16 the header is incomplete */
    __u32 reserved;
};

struct record {
    __u64 number;
    __u64 size;
    __u8 padding[RECORD_SIZE_MAX - 16];
};

#endif /* EVENTS_H */
