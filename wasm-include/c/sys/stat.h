// SPDX-License-Identifier: MIT
/* File modes. In libc, a FIFO has the number of a socket; the kernel has different numbers. */
#ifndef WASM_BPF_SYS_STAT_H
#define WASM_BPF_SYS_STAT_H

#include_next <sys/stat.h>

#undef S_IFIFO
#define S_IFIFO 0010000

#endif /* WASM_BPF_SYS_STAT_H */
