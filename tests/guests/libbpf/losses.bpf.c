// SPDX-License-Identifier: MIT
/* Writes numbered records into a ring buffer that counts what it loses. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <wasm_bpf/ringbuf.bpf.h>

char LICENSE[] SEC("license") = "GPL";

COUNTED_RINGBUF(events, 4096);

int written;

/* A record of 56 bytes takes 64 with its header, so 63 fit. */
struct event {
    int number;
    char rest[52];
};

SEC("syscall")
int reserve(void *ctx) {
    struct event *event = counted_ringbuf_reserve(events, sizeof(*event));
    if (!event) return 0;
    event->number = written++;
    bpf_ringbuf_submit(event, 0);
    return 0;
}

SEC("syscall")
int output(void *ctx) {
    struct event event = {.number = written};
    if (counted_ringbuf_output(events, &event, sizeof(event), 0)) return 0;
    written++;
    return 0;
}
