// SPDX-License-Identifier: MIT
/* Replaces functions of libc whose numbers differ from the kernel's. */
#ifndef WASM_BPF_REPLACEMENT_H
#define WASM_BPF_REPLACEMENT_H

/*
 * A declaration with WASM_BPF_REPLACED_BY, after libc's own declaration, redirects a function's calls to another
 * symbol. libc itself still calls its own function. WASM_BPF_REPLACEMENT marks the new definition: several files of a
 * guest may contain it, and the linker keeps one, or none without calls.
 */
#define WASM_BPF_REPLACED_BY(symbol) __asm__(#symbol)
#define WASM_BPF_REPLACEMENT __attribute__((weak, visibility("hidden")))
/* For a declaration through which the replacement calls libc's function. */
#define WASM_BPF_LIBC(symbol) __asm__(#symbol)

#ifdef __cplusplus
#define WASM_BPF_EXTERN_C_BEGIN extern "C" {
#define WASM_BPF_EXTERN_C_END }
#else
#define WASM_BPF_EXTERN_C_BEGIN
#define WASM_BPF_EXTERN_C_END
#endif

#endif /* WASM_BPF_REPLACEMENT_H */
