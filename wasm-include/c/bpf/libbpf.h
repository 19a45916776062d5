// SPDX-License-Identifier: MIT
/* The name by which skeletons of bpftool, and programs written for libbpf, include it. */
#ifndef WASM_BPF_BPF_LIBBPF_H
#define WASM_BPF_BPF_LIBBPF_H

#include "../libbpf-wasm.h"

#endif /* WASM_BPF_BPF_LIBBPF_H */
