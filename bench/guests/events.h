// SPDX-License-Identifier: MIT
/* For events.bpf.c, its guest and the producer. */
#ifndef BENCH_EVENTS_H
#define BENCH_EVENTS_H

/* A command is a bpf(BPF_MAP_UPDATE_ELEM) whose value begins with this number. The map need not exist. */
#define COMMAND_MAGIC 0x6d7367622d6d7361ULL

#define RING_BYTES (1024 * 1024)
#define RECORD_SIZE_MAX 4096

enum command_kind {
    COMMAND_RING, /* the last record wakes the ring's readers */
    COMMAND_RING_WAKE, /* the kernel decides for each record, as in most programs */
    COMMAND_PERF,
};

struct command {
    unsigned long long magic;
    unsigned int kind;
    unsigned int count;
    unsigned int size; /* bytes of a record: a multiple of 8, up to RECORD_SIZE_MAX */
    unsigned int padding;
};

/* A record of 64 bytes. Shorter records are truncated, longer records end with zeros. */
struct record {
    unsigned long long sent_ns; /* CLOCK_MONOTONIC */
    unsigned long long number;  /* counts all records, including lost ones */
    unsigned int pid;
    unsigned int ppid;
    unsigned long long duration_ns;
    char comm[16];
    unsigned long long rest[2];
};

#endif /* BENCH_EVENTS_H */
