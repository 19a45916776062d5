// SPDX-License-Identifier: MIT
/* host_paths PROGRAM[=TARGET]...: tries to attach each program of host_paths.bpf.c, and prints the result. */
#include "libbpf-wasm.h"
#include "host_paths.skel.h"

int main(int argc, char **argv) {
    struct host_paths_bpf *skel = host_paths_bpf__open_and_load();
    if (!skel) return 3;
    for (int i = 1; i < argc; i++) {
        char *target = strchr(argv[i], '=');
        if (target) *target++ = '\0';
        printf("%s: %d\n", argv[i], wasm_attach_bpf_program(skel->skeleton->handle, argv[i], target));
    }
    host_paths_bpf__destroy(skel);
    return 0;
}
