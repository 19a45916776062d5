// SPDX-License-Identifier: MIT
/* attach PROGRAM [TARGET]: loads one program of targets.bpf.c and attaches it. Exits with 0 on success. */
#include "libbpf-wasm.h"
#include "check.h"
#include "targets.skel.h"

int main(int argc, char **argv) {
    struct targets_bpf *skel = targets_bpf__open();
    struct bpf_program *program = NULL;
    for (int i = 0; skel && i < skel->skeleton->prog_cnt; i++) {
        struct bpf_prog_skeleton *one = &skel->skeleton->progs[i];
        bool chosen = argc > 1 && strcmp(one->name, argv[1]) == 0;
        bpf_program__set_autoload(*one->prog, chosen);
        if (chosen) program = *one->prog;
    }
    if (!check("there is such a program", program != NULL)) return 1;
    if (!check_equal("it loads", targets_bpf__load(skel), 0)) return 1;
    const char *target = argc > 2 ? argv[2] : NULL;
    check_equal("it attaches", wasm_attach_bpf_program(skel->skeleton->handle, program->name, target), 0);
    check_equal("it detaches", wasm_close_bpf_object(skel->skeleton->handle), 0);
    return check_result();
}
