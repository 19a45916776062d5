// SPDX-License-Identifier: MIT
/* libbpf-wasm.h, by the name in programs for libbpf. */
#ifndef WASM_BPF_BPF_BPF_H
#define WASM_BPF_BPF_BPF_H

#include "../libbpf-wasm.h"

#endif /* WASM_BPF_BPF_BPF_H */
