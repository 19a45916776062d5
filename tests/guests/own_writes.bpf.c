// SPDX-License-Identifier: MIT
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

__u32 my_pid;  /* set by the guest before load */
__u64 writes;  /* of that process, to stderr */

SEC("tp/syscalls/sys_enter_write")
int on_write(struct trace_event_raw_sys_enter *ctx) {
    if (bpf_get_current_pid_tgid() >> 32 == my_pid && ctx->args[0] == 2) writes++;
    return 0;
}
