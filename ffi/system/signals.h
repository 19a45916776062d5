// SPDX-License-Identifier: MIT
#ifndef WASM_BPF_SIGNALS_H
#define WASM_BPF_SIGNALS_H

#include <stdatomic.h>

// The number of threads that wait in a system call of the host.
extern _Atomic int wasm_bpf_waits;

// The number of timers of deadline.c, whose signal a guest cannot change while there are any.
extern _Atomic int wasm_bpf_deadlines;

#endif
