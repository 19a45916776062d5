// SPDX-License-Identifier: MIT
/* Programs whose sections name paths of the host. The test creates the files in /tmp/wasm_bpf_host_paths. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#define PROGRAM(section, name) \
    SEC(section)               \
    int name(void *ctx) {      \
        return 0;              \
    }

PROGRAM("uprobe//tmp/wasm_bpf_host_paths/fifo:f", uprobe_fifo)
PROGRAM("uretprobe//tmp/wasm_bpf_host_paths/fifo:f", uretprobe_fifo)
PROGRAM("uprobe.multi//tmp/wasm_bpf_host_paths/fifo:f*", uprobe_multi_fifo)
PROGRAM("usdt//tmp/wasm_bpf_host_paths/fifo:p:n", usdt_fifo)
PROGRAM("uprobe//tmp/wasm_bpf_host_paths/nothing:f", uprobe_nothing)
PROGRAM("uprobe//tmp/wasm_bpf_host_paths/text:f", uprobe_text)
PROGRAM("uprobe//tmp/wasm_bpf_host_paths/target:main", uprobe_target)
/* libbpf uses all text after the second slash as a name, and reads the file "id" there. */
PROGRAM("tp/..//../../../../../tmp/wasm_bpf_host_paths", tracepoint_outside)
PROGRAM("uprobe", uprobe_anywhere)
PROGRAM("uprobe.multi", uprobe_multi_anywhere)
PROGRAM("usdt", usdt_anywhere)
PROGRAM("tp", tracepoint_anywhere)
