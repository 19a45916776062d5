// SPDX-License-Identifier: MIT
/* The kernel's BTF, which the host reads. All other functions of BTF are libbpf's own. */
#include <stdlib.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include "libbpf_guest.h"
#include "libbpf_imports.h"

struct btf *btf__load_vmlinux_btf(void) {
    intptr_t size = (intptr_t)import_btf__load_vmlinux_btf(NULL, 0);
    if (size < 0) return libbpf_guest_pointer(size);
    void *bytes = malloc((size_t)size);
    if (!bytes) return NULL;
    size = (intptr_t)import_btf__load_vmlinux_btf(bytes, (size_t)size);
    struct btf *btf = size < 0 ? libbpf_guest_pointer(size) : btf__new(bytes, (__u32)size);
    free(bytes);
    return btf;
}

struct btf *libbpf_find_kernel_btf(void) {
    return btf__load_vmlinux_btf();
}

struct btf *btf__load_module_btf(const char *module_name, struct btf *vmlinux_btf) {
    intptr_t size = (intptr_t)import_btf__load_module_btf(module_name, NULL, 0);
    if (size < 0) return libbpf_guest_pointer(size);
    void *bytes = malloc((size_t)size);
    if (!bytes) return NULL;
    size = (intptr_t)import_btf__load_module_btf(module_name, bytes, (size_t)size);
    struct btf *btf = size < 0 ? libbpf_guest_pointer(size) : btf__new_split(bytes, (__u32)size, vmlinux_btf);
    free(bytes);
    return btf;
}

/* libbpf's btf_dump.c calls it. */
const struct btf_type *skip_mods_and_typedefs(const struct btf *btf, __u32 id, __u32 *res_id) {
    const struct btf_type *type = btf__type_by_id(btf, id);
    while (btf_is_mod(type) || btf_is_typedef(type)) {
        id = type->type;
        type = btf__type_by_id(btf, id);
    }
    if (res_id) *res_id = id;
    return type;
}
