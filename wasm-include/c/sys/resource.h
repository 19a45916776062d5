// SPDX-License-Identifier: MIT
/*
 * Nothing, unless libc's emulation of process clocks is asked for. libc's own header would end the compilation. Tools include
 * it for RLIMIT_MEMLOCK, which libbpf in the host raises where a kernel before 5.11 needs that.
 */
#ifndef WASM_BPF_SYS_RESOURCE_H
#define WASM_BPF_SYS_RESOURCE_H

#ifdef _WASI_EMULATED_PROCESS_CLOCKS
#include_next <sys/resource.h>
#endif

#endif /* WASM_BPF_SYS_RESOURCE_H */
