// SPDX-License-Identifier: MIT
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/usdt.bpf.h>
#include "usdt.h"

char LICENSE[] SEC("license") = "GPL";

const volatile bool read_texts = false;

/* The number of hits that did not fit into the ring. */
__u64 lost = 0;

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 1024 * 1024); /* about 1,800 hits */
} hits SEC(".maps");

/* The note of the probe describes the place of each argument: a register, memory at a register, or a constant. */
static void read_argument(struct pt_regs *ctx, __u64 number, struct argument *argument) {
    long value = 0;
    bpf_usdt_arg(ctx, number, &value);
    argument->value = value;
    if (!read_texts || bpf_probe_read_user_str(argument->text, TEXT_SIZE, (void *)value) < 0) argument->text[0] = '\0';
}

SEC("usdt")
int handle_probe(struct pt_regs *ctx) {
    struct hit *hit = bpf_ringbuf_reserve(&hits, sizeof(*hit), 0);
    if (!hit) {
        __sync_fetch_and_add(&lost, 1);
        return 0;
    }
    hit->pid = bpf_get_current_pid_tgid() >> 32;
    hit->argument_count = bpf_usdt_arg_cnt(ctx);
    bpf_get_current_comm(hit->comm, sizeof(hit->comm));
    for (int i = 0; i < MAX_ARGUMENTS; i++) read_argument(ctx, i, &hit->arguments[i]);
    bpf_ringbuf_submit(hit, 0);
    return 0;
}
