// SPDX-License-Identifier: MIT
/* The name by which programs written for libbpf include its map calls. */
#ifndef WASM_BPF_BPF_BPF_H
#define WASM_BPF_BPF_BPF_H

#include "../libbpf-wasm.h"

#endif /* WASM_BPF_BPF_BPF_H */
