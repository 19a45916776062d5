// SPDX-License-Identifier: MIT
/*
 * Tools include this header for setrlimit(RLIMIT_MEMLOCK), which the host does where a kernel before 5.11 needs it. libc's own
 * ends the compilation unless its emulation of process clocks was asked for.
 */
#ifndef WASM_BPF_SYS_RESOURCE_H
#define WASM_BPF_SYS_RESOURCE_H

#ifdef _WASI_EMULATED_PROCESS_CLOCKS
#include_next <sys/resource.h>
#endif

#endif /* WASM_BPF_SYS_RESOURCE_H */
