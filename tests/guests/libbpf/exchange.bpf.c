// SPDX-License-Identifier: MIT
/* Counts calls of getpgid(MAGIC) twice, while the guest takes one of the counts away. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#define MAGIC 0x7a5b9f

char LICENSE[] SEC("license") = "GPL";

__u64 taken, calls;

SEC("tp/syscalls/sys_enter_getpgid")
int count(struct trace_event_raw_sys_enter *ctx) {
    if (ctx->args[0] != MAGIC) return 0;
    __sync_fetch_and_add(&calls, 1);
    __sync_fetch_and_add(&taken, 1);
    return 0;
}
