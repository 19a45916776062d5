// SPDX-License-Identifier: MIT
/* Older names of functions (bpf/libbpf_legacy.h). */
#include <bpf/btf.h>
#include <bpf/libbpf.h>

enum bpf_prog_type bpf_program__get_type(const struct bpf_program *prog) {
    return bpf_program__type(prog);
}

enum bpf_attach_type bpf_program__get_expected_attach_type(const struct bpf_program *prog) {
    return bpf_program__expected_attach_type(prog);
}

const void *btf__get_raw_data(const struct btf *btf, __u32 *size) {
    return btf__raw_data(btf, size);
}

const void *btf_ext__get_raw_data(const struct btf_ext *btf_ext, __u32 *size) {
    return btf_ext__raw_data(btf_ext, size);
}
