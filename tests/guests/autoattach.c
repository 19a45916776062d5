// SPDX-License-Identifier: MIT
/*
 * The skeleton's attach silently skips programs without a target. Attaching such a program alone fails. With an
 * argument, the guest only attaches the program of that name.
 */
#include "libbpf-wasm.h"
#include "autoattach.skel.h"
#include "check.h"

int main(int argc, char **argv) {
    struct autoattach_bpf *skel = autoattach_bpf__open_and_load();
    if (!check("it loads", skel != NULL)) return 1;
    bpf_object_skel object = skel->skeleton->handle;
    if (argc > 1) {
        printf("%d\n", wasm_attach_bpf_program(object, argv[1], argc > 2 ? argv[2] : NULL));
        return 0;
    }
    check_equal("the skeleton attaches", autoattach_bpf__attach(skel), 0);
    for (int i = 0; i < skel->skeleton->prog_cnt; i++) {
        struct bpf_prog_skeleton *one = &skel->skeleton->progs[i];
        check_equal(one->name, *one->link != NULL, strncmp(one->name, "attaches", 8) == 0);
    }
    autoattach_bpf__destroy(skel);
    return check_result();
}
