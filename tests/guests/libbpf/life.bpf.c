// SPDX-License-Identifier: MIT
/* Variables in every kind of section, and programs that a guest runs or attaches. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

extern int LINUX_KERNEL_VERSION __kconfig;
extern bool CONFIG_BPF_SYSCALL __kconfig __weak;

const volatile long step = 1;
const volatile char label[8] = "object";
const volatile int tuned SEC(".rodata.tuning") = 7;

int counter = 10;
int *unused_pointer = 0;
long sizes[3] SEC(".data.sizes") = {1, 2, 3};

long total;
int kernel_version;
bool has_bpf;
char seen_label[8];
int attached;
/* With it, .bss is larger than a page of any kernel. */
unsigned char large[70000];
/* The last variable of a section of its own, so that it can be resized. */
int values[1] SEC(".data.values");

SEC("syscall")
int add(void *ctx) {
    counter += step;
    total += counter;
    kernel_version = LINUX_KERNEL_VERSION;
    has_bpf = CONFIG_BPF_SYSCALL;
    for (int i = 0; i < 8; i++) seen_label[i] = label[i];
    large[69999] = counter;
    sizes[2] += tuned;
    values[0]++;
    return counter;
}

SEC("raw_tp/sys_enter")
int count(void *ctx) {
    __sync_fetch_and_add(&attached, 1);
    return 0;
}

SEC("?raw_tp/sys_exit")
int not_loaded(void *ctx) {
    return 0;
}

/* Without a target: attaching the skeleton leaves it out. */
SEC("uprobe")
int without_target(void *ctx) {
    return 0;
}
