// SPDX-License-Identifier: MIT
/*
 * Attaches a program to a directory that the guest has open; the test runs it with --dir CGROUP. The host refuses other
 * numbers. With a negative number, it attaches by section name.
 */
#include <wasi/api.h>
#include "libbpf-wasm.h"
#include "check.h"
#include "targets.skel.h"

static struct targets_bpf *load_only(const char *name) {
    struct targets_bpf *skel = targets_bpf__open();
    for (int i = 0; i < skel->skeleton->prog_cnt; i++) {
        struct bpf_prog_skeleton *one = &skel->skeleton->progs[i];
        bpf_program__set_autoload(*one->prog, strcmp(one->name, name) == 0);
    }
    check_equal("the object loads", targets_bpf__load(skel), 0);
    return skel;
}

int main(void) {
    __wasi_prestat_t prestat;
    struct targets_bpf *skel = load_only("on_sockops");
    bpf_object_skel object = skel->skeleton->handle;
    check("stdout is not a directory", wasm_attach_bpf_program_fd(object, "on_sockops", 1) < 0);
    check("an unused number", wasm_attach_bpf_program_fd(object, "on_sockops", 999999) < 0);
    check("the guest was given a directory", __wasi_fd_prestat_get(3, &prestat) == 0);
    check_equal("the program attaches to it", wasm_attach_bpf_program_fd(object, "on_sockops", 3), 0);
    targets_bpf__destroy(skel);

    skel = load_only("by_section");
    check_equal("a negative number attaches by section name",
                wasm_attach_bpf_program_fd(skel->skeleton->handle, "by_section", -1), 0);
    targets_bpf__destroy(skel);
    return check_result();
}
