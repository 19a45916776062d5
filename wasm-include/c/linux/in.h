// SPDX-License-Identifier: MIT
/* IPv4 addresses and protocol numbers, from libc. */
#ifndef WASM_BPF_LINUX_IN_H
#define WASM_BPF_LINUX_IN_H

#include <linux/types.h>
#include <netinet/in.h>

#endif /* WASM_BPF_LINUX_IN_H */
