// SPDX-License-Identifier: MIT
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

/* libbpf orders these by alignment and size, and converts each value to the declared type. */
extern int LINUX_KERNEL_VERSION __kconfig;
extern bool CONFIG_BPF_SYSCALL __kconfig;
extern enum libbpf_tristate CONFIG_NO_SUCH_OPTION __kconfig __weak;
extern __u64 CONFIG_HZ __kconfig __weak;
extern char CONFIG_DEFAULT_HOSTNAME[16] __kconfig __weak;

/* The values that the program sees. */
int version;
bool syscall_option;
int no_such_option = -1;
__u64 hz;
char hostname[16];

SEC("raw_tp/sys_enter")
int on_call(void *ctx) {
    version = LINUX_KERNEL_VERSION;
    syscall_option = CONFIG_BPF_SYSCALL;
    no_such_option = CONFIG_NO_SUCH_OPTION;
    hz = CONFIG_HZ;
    __builtin_memcpy(hostname, CONFIG_DEFAULT_HOSTNAME, sizeof(hostname));
    return 0;
}
