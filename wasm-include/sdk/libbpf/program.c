// SPDX-License-Identifier: MIT
/* Attaches one program as its section says. */
#include <bpf/libbpf.h>
#include "libbpf_guest.h"
#include "libbpf_imports.h"

/* The host returns NULL for a section without a target, for which only a skeleton has no error. */
struct bpf_link *bpf_program__attach(const struct bpf_program *prog) {
    intptr_t link = (intptr_t)import_bpf_program__attach(prog);
    return libbpf_guest_pointer(link ? link : -EOPNOTSUPP);
}
