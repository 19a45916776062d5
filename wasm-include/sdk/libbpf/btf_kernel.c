// SPDX-License-Identifier: MIT
/* The kernel's BTF, which the host reads. All other functions of BTF are libbpf's own. */
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include "btf_copy.h"
#include "libbpf_guest.h"
#include "libbpf_imports.h"

/* libbpf would look for the file of an uncompressed kernel next, which guests cannot read. */
static struct btf *without_btf(void) {
    libbpf_guest_warn("kernel BTF is missing at '/sys/kernel/btf/vmlinux', was CONFIG_DEBUG_INFO_BTF enabled?\n");
    libbpf_guest_warn("failed to find valid kernel BTF\n");
    return libbpf_guest_pointer(-ESRCH);
}

struct btf *btf__load_vmlinux_btf(void) {
    intptr_t size = (intptr_t)import_btf__load_vmlinux_btf(NULL, 0);
    if (size == -ENOENT) return without_btf();
    void *bytes = libbpf_guest_btf_room(size);
    if (bytes) size = (intptr_t)import_btf__load_vmlinux_btf(bytes, (size_t)size);
    return libbpf_guest_new_btf(bytes, size, NULL);
}

struct btf *libbpf_find_kernel_btf(void) {
    return btf__load_vmlinux_btf();
}

struct btf *btf__load_module_btf(const char *module_name, struct btf *vmlinux_btf) {
    intptr_t size = (intptr_t)import_btf__load_module_btf(module_name, NULL, 0);
    void *bytes = libbpf_guest_btf_room(size);
    if (bytes) size = (intptr_t)import_btf__load_module_btf(module_name, bytes, (size_t)size);
    return libbpf_guest_new_btf(bytes, size, vmlinux_btf);
}

struct btf *btf__load_from_kernel_by_id_split(__u32 id, struct btf *base_btf) {
    intptr_t size = (intptr_t)import_btf__load_from_kernel_by_id(id, NULL, 0);
    void *bytes = libbpf_guest_btf_room(size);
    if (bytes) size = (intptr_t)import_btf__load_from_kernel_by_id(id, bytes, (size_t)size);
    return libbpf_guest_new_btf(bytes, size, base_btf);
}

struct btf *btf__load_from_kernel_by_id(__u32 id) {
    return btf__load_from_kernel_by_id_split(id, NULL);
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
