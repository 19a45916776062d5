// SPDX-License-Identifier: MIT
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "lsm.h"

#define EPERM 1

char LICENSE[] SEC("license") = "GPL";

/* Nobody may remove directories of this name. It ends with a NUL. */
const volatile char protected_name[NAME_SIZE] = "";

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 256 * 1024);
} events SEC(".maps");

/* Keeps the type of the records in the object, for guests in other languages. */
const struct event *unused;

static bool is_protected(const char *name) {
    for (int i = 0; i < NAME_SIZE; i++) {
        if (name[i] != protected_name[i]) return false;
        if (name[i] == '\0') return true;
    }
    return false;
}

static void report(const char *name) {
    struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
    if (!event) return;
    event->pid = bpf_get_current_pid_tgid() >> 32;
    event->uid = (__u32)bpf_get_current_uid_gid();
    bpf_get_current_comm(event->comm, sizeof(event->comm));
    __builtin_memcpy(event->name, name, NAME_SIZE);
    bpf_ringbuf_submit(event, 0);
}

SEC("lsm/inode_rmdir")
int BPF_PROG(refuse_rmdir, struct inode *parent, struct dentry *entry, int earlier) {
    char name[NAME_SIZE + 1] = ""; /* longer than a protected name, which would equal the beginning of a longer one */
    if (earlier) return earlier; /* another module refused it */
    bpf_probe_read_kernel_str(name, sizeof(name), BPF_CORE_READ(entry, d_name.name));
    if (!is_protected(name)) return 0;
    report(name);
    return -EPERM;
}
