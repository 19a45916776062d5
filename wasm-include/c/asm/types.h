// SPDX-License-Identifier: MIT
/* The integer types, by the name under which headers of the kernel include them. */
#ifndef WASM_BPF_ASM_TYPES_H
#define WASM_BPF_ASM_TYPES_H

#include <linux/types.h>

#endif /* WASM_BPF_ASM_TYPES_H */
