// SPDX-License-Identifier: MIT
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "ksyscall.h"

char LICENSE[] SEC("license") = "GPL";

const volatile __s32 only_signal = 0;

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 256 * 1024);
} events SEC(".maps");

/* The call that each thread is in. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 10240);
    __type(key, __u32);
    __type(value, struct event);
} calls SEC(".maps");

/* BPF_KSYSCALL finds the arguments of kill(2) on every machine, in the registers of the process. */
SEC("ksyscall/kill")
int BPF_KSYSCALL(enter_kill, pid_t target, int signal) {
    __u64 id = bpf_get_current_pid_tgid();
    __u32 tid = (__u32)id;
    if (only_signal && signal != only_signal) return 0;
    struct event event = {.pid = id >> 32, .target = target, .signal = signal};
    bpf_get_current_comm(event.comm, sizeof(event.comm));
    bpf_map_update_elem(&calls, &tid, &event, BPF_ANY);
    return 0;
}

SEC("kretsyscall/kill")
int BPF_KRETPROBE(leave_kill, int result) {
    __u32 tid = (__u32)bpf_get_current_pid_tgid();
    struct event *event = bpf_map_lookup_elem(&calls, &tid);
    if (!event) return 0;
    event->result = result;
    bpf_ringbuf_output(&events, event, sizeof(*event), 0);
    bpf_map_delete_elem(&calls, &tid);
    return 0;
}
