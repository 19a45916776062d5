// SPDX-License-Identifier: MIT
#ifndef WASM_BPF_CONFINEMENT_H
#define WASM_BPF_CONFINEMENT_H

// Installs the filter of system calls on every thread. Returns 0 or -errno.
int wasm_bpf_install_filter(void);

#endif
