// SPDX-License-Identifier: MIT
/* Global variables, in an array that user space can map. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

__u64 cells[16];
