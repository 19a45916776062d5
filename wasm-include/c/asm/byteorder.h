// SPDX-License-Identifier: MIT
/* Byte orders, for headers of the kernel such as <linux/if_packet.h> and <linux/if_arp.h>. */
#ifndef WASM_BPF_ASM_BYTEORDER_H
#define WASM_BPF_ASM_BYTEORDER_H

#include <linux/types.h>

/* WebAssembly and every machine that runs this runtime are little-endian. */
#ifndef __LITTLE_ENDIAN
#define __LITTLE_ENDIAN 1234
#endif
#define __LITTLE_ENDIAN_BITFIELD

#define __cpu_to_be16(x) ((__be16)__builtin_bswap16(x))
#define __cpu_to_be32(x) ((__be32)__builtin_bswap32(x))
#define __cpu_to_be64(x) ((__be64)__builtin_bswap64(x))
#define __be16_to_cpu(x) ((__u16)__builtin_bswap16(x))
#define __be32_to_cpu(x) ((__u32)__builtin_bswap32(x))
#define __be64_to_cpu(x) ((__u64)__builtin_bswap64(x))

#define __cpu_to_le16(x) ((__le16)(x))
#define __cpu_to_le32(x) ((__le32)(x))
#define __cpu_to_le64(x) ((__le64)(x))
#define __le16_to_cpu(x) ((__u16)(x))
#define __le32_to_cpu(x) ((__u32)(x))
#define __le64_to_cpu(x) ((__u64)(x))

/* For constants. The compiler evaluates the other macros for constants, too. */
#define __constant_htons(x) __cpu_to_be16(x)
#define __constant_htonl(x) __cpu_to_be32(x)
#define __constant_ntohs(x) __be16_to_cpu(x)
#define __constant_ntohl(x) __be32_to_cpu(x)

#endif /* WASM_BPF_ASM_BYTEORDER_H */
