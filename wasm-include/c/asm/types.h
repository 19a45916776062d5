// SPDX-License-Identifier: MIT
/* The integer types. Headers of the kernel include them by this name. */
#ifndef WASM_BPF_ASM_TYPES_H
#define WASM_BPF_ASM_TYPES_H

#include <linux/types.h>

#endif /* WASM_BPF_ASM_TYPES_H */
