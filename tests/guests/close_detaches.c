// SPDX-License-Identifier: MIT
/*
 * Closing an object detaches its programs, and so does the SDK's detach. An interface has room for one XDP program, so
 * attaching a second one fails while the first is attached. The last program stays attached until the guest ends; the
 * test then runs the guest again.
 */
#include "libbpf-wasm.h"
#include "check.h"
#include "xdp_pass.skel.h"

enum { EBUSY_LINUX = 16 };

static bpf_object_skel load(void) {
    size_t size;
    const void *elf = xdp_pass_bpf__elf_bytes(&size);
    return wasm_load_bpf_object(elf, (int)size);
}

static struct xdp_pass_bpf *open_on_lo(void) {
    struct xdp_pass_bpf *skel = xdp_pass_bpf__open_and_load();
    if (!check("the object loads", skel != NULL)) exit(1);
    bpf_set_prog_attach_target(skel->progs.pass, "lo");
    return skel;
}

int main(void) {
    bpf_object_skel first = load(), second = load();
    check_equal("the first object attaches", wasm_attach_bpf_program(first, "pass", "lo"), 0);
    check_equal("the second cannot at the same time", wasm_attach_bpf_program(second, "pass", "lo"), -EBUSY_LINUX);
    check_equal("closing the first", wasm_close_bpf_object(first), 0);
    check_equal("lets the second attach", wasm_attach_bpf_program(second, "pass", "lo"), 0);
    wasm_close_bpf_object(second);

    struct xdp_pass_bpf *skel = open_on_lo(), *other = open_on_lo();
    check_equal("a skeleton attaches", xdp_pass_bpf__attach(skel), 0);
    check("and has a link", skel->links.pass != NULL);
    check_equal("another cannot at the same time", xdp_pass_bpf__attach(other), -EBUSY);
    xdp_pass_bpf__detach(skel);
    check("detaching the first takes its link away", skel->links.pass == NULL);
    check_equal("and lets the other attach", xdp_pass_bpf__attach(other), 0);
    xdp_pass_bpf__destroy(skel);
    return check_result();
}
