// SPDX-License-Identifier: MIT
/*
 * Empty, unless libc's emulation of process clocks is enabled: without it, libc's header stops the compilation. Tools
 * include the header for RLIMIT_MEMLOCK. libbpf in the host raises that limit on kernels before 5.11.
 */
#ifndef WASM_BPF_SYS_RESOURCE_H
#define WASM_BPF_SYS_RESOURCE_H

#ifdef _WASI_EMULATED_PROCESS_CLOCKS
#include_next <sys/resource.h>
#endif

#endif /* WASM_BPF_SYS_RESOURCE_H */
