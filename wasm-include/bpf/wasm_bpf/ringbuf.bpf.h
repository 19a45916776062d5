/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Ring buffers that count lost records.
 *
 * The kernel counts the records that a perf buffer loses, but not those of a ring buffer: a program only sees that it got no space.
 * These macros count them, for each CPU, in a second map. wasm-bpf finds that map by its name and reports the losses. Other loaders
 * see two ordinary maps.
 *
 *     #include <wasm_bpf/ringbuf.bpf.h>
 *
 *     COUNTED_RINGBUF(events, 256 * 1024);
 *
 *     SEC("tp/sched/sched_process_exec")
 *     int handle_exec(void *ctx)
 *     {
 *         struct event *e = counted_ringbuf_reserve(events, sizeof(*e));
 *
 *         if (!e)
 *             return 0;
 *         e->pid = bpf_get_current_pid_tgid() >> 32;
 *         bpf_ringbuf_submit(e, 0);
 *         return 0;
 *     }
 *
 * Include vmlinux.h (or linux/bpf.h) and bpf/bpf_helpers.h before. Needs Linux 5.8, as ring buffers do.
 */
#ifndef WASM_BPF_RINGBUF_BPF_H
#define WASM_BPF_RINGBUF_BPF_H

/* Defines ring buffer `name` of `bytes` bytes, a power of two and at least a page, and its map of counts `name__lost`. */
#define COUNTED_RINGBUF(name, bytes)             \
    struct {                                     \
        __uint(type, BPF_MAP_TYPE_RINGBUF);      \
        __uint(max_entries, bytes);              \
    } name SEC(".maps");                         \
    struct {                                     \
        __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); \
        __uint(max_entries, 1);                  \
        __type(key, __u32);                      \
        __type(value, __u64);                    \
    } name##__lost SEC(".maps")

/* As bpf_ringbuf_reserve(): NULL if the ring has no space for `size` bytes, and the record counts as lost. */
#define counted_ringbuf_reserve(name, size)                       \
    ({                                                            \
        void *__record = bpf_ringbuf_reserve(&(name), (size), 0); \
        if (!__record) wasm_bpf_count_lost(&name##__lost);        \
        __record;                                                 \
    })

/* As bpf_ringbuf_output(). After an error, the record counts as lost. */
#define counted_ringbuf_output(name, data, size, flags)                      \
    ({                                                                       \
        long __error = bpf_ringbuf_output(&(name), (data), (size), (flags)); \
        if (__error) wasm_bpf_count_lost(&name##__lost);                     \
        __error;                                                             \
    })

static inline __attribute__((always_inline)) void wasm_bpf_count_lost(void *counts) {
    __u32 key = 0;
    __u64 *lost = bpf_map_lookup_elem(counts, &key);

    /* Another program can interrupt this one on the same CPU. */
    if (lost) __sync_fetch_and_add(lost, 1);
}

#endif
