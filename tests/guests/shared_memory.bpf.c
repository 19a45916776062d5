// SPDX-License-Identifier: MIT
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

const volatile __u64 magic = 0;
__u64 sum;           /* .bss: the sum of all additions */
__u32 last[2000];    /* .bss over more than one page */
__u64 addend = 1;    /* .data: the number to add; the guest changes it */
__u32 pid;           /* the process that made the call */
__u64 custom SEC(".data.custom") = 3;
__u64 uncommon SEC(".bss.uncommon");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, 600);
    __type(key, __u32);
    __type(value, __u64);
} cells SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u64);
} trigger SEC(".maps");

/* The members of union bpf_attr for BPF_MAP_UPDATE_ELEM. */
struct update_attr {
    __u32 map_fd;
    __u32 padding;
    __u64 key;
    __u64 value;
    __u64 flags;
};

/* Runs once for each update whose value is `magic`. */
SEC("tp/syscalls/sys_enter_bpf")
int on_bpf(struct trace_event_raw_sys_enter *ctx) {
    struct update_attr attr;
    __u64 value;
    __u32 index = 599;
    if (ctx->args[0] != BPF_MAP_UPDATE_ELEM || bpf_probe_read_user(&attr, sizeof(attr), (void *)ctx->args[1]) ||
        bpf_probe_read_user(&value, sizeof(value), (void *)attr.value) || value != magic)
        return 0;
    sum += addend;
    pid = bpf_get_current_pid_tgid() >> 32;
    uncommon += custom;
    last[1999] = sum;
    __u64 *cell = bpf_map_lookup_elem(&cells, &index);
    if (cell) *cell += addend;
    return 0;
}
