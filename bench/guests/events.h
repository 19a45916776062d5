// SPDX-License-Identifier: MIT
/* Shared by events.bpf.c, its guest and the producer. */
#ifndef BENCH_EVENTS_H
#define BENCH_EVENTS_H

/* A command is a bpf(BPF_MAP_UPDATE_ELEM) whose value begins with this; whether the map exists does not matter. */
#define COMMAND_MAGIC 0x6d7367622d6d7361ULL

#define RING_BYTES (1024 * 1024)
#define RECORD_SIZE_MAX 4096

enum command_kind {
    COMMAND_RING, /* the ring's readers are woken by the last record */
    COMMAND_RING_WAKE, /* the kernel decides with each record, as in most programs */
    COMMAND_PERF,
};

struct command {
    unsigned long long magic;
    unsigned int kind;
    unsigned int count;
    unsigned int size; /* bytes of a record: a multiple of 8, up to RECORD_SIZE_MAX */
    unsigned int padding;
};

/* A record of 64 bytes; shorter ones are cut, longer ones are followed by zeros. */
struct record {
    unsigned long long sent_ns; /* CLOCK_MONOTONIC */
    unsigned long long number;  /* counts all records, lost ones too */
    unsigned int pid;
    unsigned int ppid;
    unsigned long long duration_ns;
    char comm[16];
    unsigned long long rest[2];
};

#endif /* BENCH_EVENTS_H */
