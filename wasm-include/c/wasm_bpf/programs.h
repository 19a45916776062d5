// SPDX-License-Identifier: MIT
/* Settings of programs: autoload and the attach target. */
#ifndef WASM_BPF_PROGRAMS_H
#define WASM_BPF_PROGRAMS_H

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <wasm_bpf/elf.h>
#include <wasm_bpf/errors.h>
#include <wasm_bpf/objects.h>

WASM_BPF_EXTERN_C_BEGIN

/* Sets if a program is loaded and attached with its object. Works only before load. */
static inline int bpf_program__set_autoload(struct bpf_program *prog, bool autoload) {
    if (!prog || prog->obj_ptr) return wasm_bpf__fail(EINVAL);
    prog->autoload = autoload;
    return 0;
}

/*
 * Sets the target for bpf_object__attach_skeleton() of a program whose section name has none: a network interface for
 * XDP, TC and socket filters, a cgroup directory, "binary:function" for uprobes and so on. NULL or "" removes it.
 */
static inline int bpf_set_prog_attach_target(struct bpf_program *prog, const char *target) {
    if (!prog) return wasm_bpf__fail(EINVAL);
    char *copy = target && *target ? strdup(target) : NULL;
    if (target && *target && !copy) return wasm_bpf__fail(ENOMEM);
    free(prog->attach_target);
    prog->attach_target = copy;
    return 0;
}

/*
 * True if a section names the target of its programs: "tp/sched/sched_switch" does, "xdp" and "cgroup/connect4" do not.
 * libbpf's skeletons do not attach programs without a target.
 */
static inline bool wasm_bpf__has_target(const char *section) {
    static const char *const kinds[] = {"cgroup",       "cgroup_skb", "lsm_cgroup", "netkit",
                                        "sk_reuseport", "sk_skb",     "struct_ops", "struct_ops.s",
                                        "tc",           "tcx",        "xdp",        "xdp.frags"};
    const char *slash = strchr(section, '/');
    if (!slash) return false;
    size_t length = (size_t)(slash - section);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strlen(kinds[i]) == length && memcmp(kinds[i], section, length) == 0) return false;
    return true;
}

/* True if a program has no target, so that libbpf's skeletons would not attach it. */
static inline bool wasm_bpf__lacks_target(const struct bpf_object_skeleton *s, const struct bpf_program *prog) {
    if (prog->attach_target) return false;
    const char *section = wasm_bpf__program_section(s->data, s->data_sz, prog->name);
    if (!section) return false;
    return !wasm_bpf__has_target(*section == '?' ? section + 1 : section);
}

WASM_BPF_EXTERN_C_END

#endif /* WASM_BPF_PROGRAMS_H */
