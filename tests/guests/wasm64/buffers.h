// SPDX-License-Identifier: MIT
/* Shared by buffers.bpf.c and buffers.c. */
#ifndef BUFFERS_H
#define BUFFERS_H

/* A value that no other program writes into a map. */
#define COMMAND_MAGIC 0x62756666657273ULL
#define RING_BYTES (64 * 1024)
#define USER_RING_BYTES 4096
#define RECORD_BYTES_MAX 8192

enum command_kind { TO_RING, TO_SECOND_RING, TO_PERF, DRAIN };

/* A command is a bpf(BPF_MAP_UPDATE_ELEM) whose value is this. */
struct command {
    unsigned long long magic;
    unsigned int kind;
    unsigned int count;
    unsigned int size;  /* bytes of a record, which begins with its number */
    unsigned int first; /* the number of the first record */
};

/* The records that the program took out of the user ring buffer. */
struct drained {
    unsigned long long count;
    unsigned long long sum; /* of the numbers with which they begin */
};

#endif /* BUFFERS_H */
