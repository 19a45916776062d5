// SPDX-License-Identifier: MIT
/* Writes to a process's memory, which a locked-down kernel forbids. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("tp/syscalls/sys_enter_getpgid")
int write_user(void *ctx) {
    char byte = 0;
    bpf_probe_write_user(NULL, &byte, sizeof(byte));
    return 0;
}
