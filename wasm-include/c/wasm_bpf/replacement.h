// SPDX-License-Identifier: MIT
/* Functions of libc that the SDK replaces, because libc's own know other numbers than the kernel. */
#ifndef WASM_BPF_REPLACEMENT_H
#define WASM_BPF_REPLACEMENT_H

/*
 * For a declaration that follows libc's own: calls of the function go to WASM_BPF_REPLACEMENT's, whose symbol is another one,
 * so that libc itself keeps the function that it was compiled with. Several files of a guest may define it; the linker keeps
 * one, or none when nothing calls it.
 */
#define WASM_BPF_REPLACED_BY(symbol) __asm__(#symbol)
#define WASM_BPF_REPLACEMENT __attribute__((weak, visibility("hidden")))
/* For a declaration by which the replacement reaches libc's function. */
#define WASM_BPF_LIBC(symbol) __asm__(#symbol)

#ifdef __cplusplus
#define WASM_BPF_EXTERN_C_BEGIN extern "C" {
#define WASM_BPF_EXTERN_C_END }
#else
#define WASM_BPF_EXTERN_C_BEGIN
#define WASM_BPF_EXTERN_C_END
#endif

#endif /* WASM_BPF_REPLACEMENT_H */
