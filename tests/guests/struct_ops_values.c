// SPDX-License-Identifier: MIT
/* Reads and sets the initial numbers of a struct_ops map through the skeleton. The kernel refuses unknown flags. */
#include "check.h"
#include "libbpf-wasm.h"
#include "struct_ops_values.skel.h"

int main(void) {
    struct struct_ops_values_bpf *skel = struct_ops_values_bpf__open();
    if (!skel) return 3;
    check_equal("the object's value is there before load", skel->struct_ops.tuned->flags, 2);
    skel->struct_ops.tuned->flags = 0x80;
    check_equal("load", struct_ops_values_bpf__load(skel), 0);
    check_equal("the kernel gets the new value", wasm_attach_bpf_program(skel->skeleton->handle, "tuned", NULL), -22);
    struct_ops_values_bpf__destroy(skel);

    skel = struct_ops_values_bpf__open_and_load();
    if (!skel) return 3;
    check_equal("each skeleton has separate values", skel->struct_ops.tuned->flags, 2);
    check_equal("attach", wasm_attach_bpf_program(skel->skeleton->handle, "tuned", NULL), 0);
    check_equal("no link before the skeleton attaches", skel->links.tuned != NULL, 0);
    struct_ops_values_bpf__destroy(skel);
    return check_result();
}
