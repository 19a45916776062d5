// SPDX-License-Identifier: MIT
/* MAPS arrays (1, 8 or 64), to measure costs that grow with their number. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#define ARRAY(name)                       \
    struct {                              \
        __uint(type, BPF_MAP_TYPE_ARRAY); \
        __uint(max_entries, 16);          \
        __type(key, __u32);               \
        __type(value, __u64);             \
    } name SEC(".maps");

#define ARRAYS_8(name) \
    ARRAY(name##0)     \
    ARRAY(name##1) ARRAY(name##2) ARRAY(name##3) ARRAY(name##4) ARRAY(name##5) ARRAY(name##6) ARRAY(name##7)

#if MAPS == 1
ARRAY(a)
#elif MAPS == 8
ARRAYS_8(a)
#else
ARRAYS_8(a) ARRAYS_8(b) ARRAYS_8(c) ARRAYS_8(d) ARRAYS_8(e) ARRAYS_8(f) ARRAYS_8(g) ARRAYS_8(h)
#endif
