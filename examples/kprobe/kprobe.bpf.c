// SPDX-License-Identifier: MIT
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "kprobe.h"

#define CAP_OPT_NOAUDIT 2

char LICENSE[] SEC("license") = "GPL";

const volatile pid_t target_tgid = 0;
const volatile bool refused_only = false;

/* The number of checks that did not fit into the ring. */
__u64 lost = 0;

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 256 * 1024);
} checks SEC(".maps");

/* The capability that each thread asks for. A probe at the return has the result only, not the arguments. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 10240);
    __type(key, __u32);
    __type(value, int);
} asking SEC(".maps");

SEC("kprobe/cap_capable")
int BPF_KPROBE(enter_check, const struct cred *cred, struct user_namespace *namespace, int capability,
               unsigned options) {
    __u64 id = bpf_get_current_pid_tgid();
    __u32 tid = (__u32)id;
    if (target_tgid && id >> 32 != target_tgid) return 0;
    if (options & CAP_OPT_NOAUDIT) return 0; /* a refusal is no error */
    bpf_map_update_elem(&asking, &tid, &capability, BPF_ANY);
    return 0;
}

static void report(int capability, int result) {
    struct check *check = bpf_ringbuf_reserve(&checks, sizeof(*check), 0);
    if (!check) {
        __sync_fetch_and_add(&lost, 1);
        return;
    }
    check->pid = bpf_get_current_pid_tgid() >> 32;
    check->uid = (__u32)bpf_get_current_uid_gid();
    check->capability = capability;
    check->result = result;
    bpf_get_current_comm(check->comm, sizeof(check->comm));
    bpf_ringbuf_submit(check, 0);
}

SEC("kretprobe/cap_capable")
int BPF_KRETPROBE(leave_check, int result) {
    __u32 tid = (__u32)bpf_get_current_pid_tgid();
    int *capability = bpf_map_lookup_elem(&asking, &tid);
    if (!capability) return 0;
    if (result || !refused_only) report(*capability, result);
    bpf_map_delete_elem(&asking, &tid);
    return 0;
}
