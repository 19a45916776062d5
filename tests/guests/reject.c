// SPDX-License-Identifier: MIT
/*
 * An object that the kernel rejects, and an attach target that does not exist. The test looks for the verifier's
 * message and the tracepoint's name on stderr. A program without autoload is not loaded.
 */
#include "libbpf-wasm.h"
#include "check.h"
#include "reject.skel.h"

int main(void) {
    errno = 0;
    check("an object that the verifier rejects does not load", reject_bpf__open_and_load() == NULL);
    check("and sets errno", errno != 0);

    struct reject_bpf *skel = reject_bpf__open();
    check_equal("the bad program can be left out", bpf_program__set_autoload(skel->progs.bad, false), 0);
    check_equal("and the rest loads", reject_bpf__load(skel), 0);
    check_equal("autoload cannot be changed after load", bpf_program__set_autoload(skel->progs.good, false), -EINVAL);
    check_equal("attaching to a missing tracepoint", reject_bpf__attach(skel), -ENOENT);
    check_equal("the omitted program is unknown", wasm_attach_bpf_program(skel->skeleton->handle, "bad", NULL), -2);
    reject_bpf__destroy(skel);

    skel = reject_bpf__open();
    bpf_program__set_autoload(skel->progs.bad, false);
    bpf_program__set_autoload(skel->progs.nowhere, false);
    check_equal("without both it loads", reject_bpf__load(skel), 0);
    check_equal("and attaches", reject_bpf__attach(skel), 0);
    check("the good program has a link", skel->links.good != NULL);
    check("the others have none", skel->links.bad == NULL && skel->links.nowhere == NULL);
    reject_bpf__destroy(skel);
    return check_result();
}
