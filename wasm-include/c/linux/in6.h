// SPDX-License-Identifier: MIT
/* IPv6 addresses, from libc. */
#ifndef WASM_BPF_LINUX_IN6_H
#define WASM_BPF_LINUX_IN6_H

#include <linux/types.h>
#include <netinet/in.h>

#endif /* WASM_BPF_LINUX_IN6_H */
