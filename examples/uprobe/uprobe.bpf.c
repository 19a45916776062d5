// SPDX-License-Identifier: MIT
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "uprobe.h"

char LICENSE[] SEC("license") = "GPL";

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 256 * 1024);
} calls SEC(".maps");

struct entry {
    __u64 time_ns;
    __u64 argument;
};

/* The current call of each thread; of nested calls, the innermost. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 10240);
    __type(key, __u32);
    __type(value, struct entry);
} entries SEC(".maps");

SEC("uprobe")
int BPF_UPROBE(enter_function, unsigned long argument) {
    __u32 tid = (__u32)bpf_get_current_pid_tgid();
    struct entry entry = {.time_ns = bpf_ktime_get_ns(), .argument = argument};
    bpf_map_update_elem(&entries, &tid, &entry, BPF_ANY);
    return 0;
}

SEC("uretprobe")
int BPF_URETPROBE(leave_function, unsigned long result) {
    __u64 now = bpf_ktime_get_ns(), id = bpf_get_current_pid_tgid();
    __u32 tid = (__u32)id;
    struct entry *entry = bpf_map_lookup_elem(&entries, &tid);
    if (!entry) return 0;

    struct call *call = bpf_ringbuf_reserve(&calls, sizeof(*call), 0);
    if (call) {
        call->duration_ns = now - entry->time_ns;
        call->argument = entry->argument;
        call->result = result;
        call->pid = id >> 32;
        call->tid = tid;
        bpf_get_current_comm(call->comm, sizeof(call->comm));
        bpf_ringbuf_submit(call, 0);
    }
    bpf_map_delete_elem(&entries, &tid);
    return 0;
}
