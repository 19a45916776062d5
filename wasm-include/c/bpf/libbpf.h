// SPDX-License-Identifier: MIT
/* libbpf-wasm.h, by the name in programs for libbpf and in bpftool's skeletons. */
#ifndef WASM_BPF_BPF_LIBBPF_H
#define WASM_BPF_BPF_LIBBPF_H

#include "../libbpf-wasm.h"

#endif /* WASM_BPF_BPF_LIBBPF_H */
