// SPDX-License-Identifier: MIT
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "mapped.h"

char LICENSE[] SEC("license") = "GPL";

__u64 sum;         /* .bss: the sum of all additions */
__u64 addend = 5;  /* .data: the number to add; the guest changes it */

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, CELLS);
    __type(key, __u32);
    __type(value, __u64);
} cells SEC(".maps");

/* The members of union bpf_attr for BPF_MAP_UPDATE_ELEM. */
struct update_attr {
    __u32 map_fd;
    __u32 padding;
    __u64 key;
    __u64 value;
    __u64 flags;
};

/* Runs once for each update whose value is MAGIC. */
SEC("tp/syscalls/sys_enter_bpf")
int on_bpf(struct trace_event_raw_sys_enter *ctx) {
    struct update_attr attr;
    __u64 value;
    __u32 index = CELLS - 1;
    if (ctx->args[0] != BPF_MAP_UPDATE_ELEM || bpf_probe_read_user(&attr, sizeof(attr), (void *)ctx->args[1]) ||
        bpf_probe_read_user(&value, sizeof(value), (void *)attr.value) || value != MAGIC)
        return 0;
    sum += addend;
    __u64 *cell = bpf_map_lookup_elem(&cells, &index);
    if (cell) *cell += addend;
    return 0;
}
