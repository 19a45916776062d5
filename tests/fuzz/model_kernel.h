// SPDX-License-Identifier: MIT
//
// The system calls that libbpf makes for objects, answered in this process (model_kernel.c).

#pragma once

#include <stdbool.h>

// model_kernel_reset() forgets all descriptors. With `old`, the kernel refuses BTF as small as that of libbpf's feature probes, so
// that libbpf removes newer kinds of types.
void model_kernel_reset(bool old);

// model_kernel_open_descriptors() returns the number of maps, programs, BTF objects and links that are still open.
int model_kernel_open_descriptors(void);
