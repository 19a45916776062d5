// SPDX-License-Identifier: MIT
/*
 * The SDK's header for native programs. With it, guests compile unchanged against the real libbpf. It only adds
 * bpf_buffer__*, which libbpf does not have.
 */
#ifndef LIBBPF_WASM_NATIVE_H
#define LIBBPF_WASM_NATIVE_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

typedef int (*bpf_buffer_sample_fn)(void *ctx, void *data, size_t size);

struct bpf_buffer {
    struct ring_buffer *ring;
    struct perf_buffer *perf;
    bpf_buffer_sample_fn sample_fn;
    void *ctx;
};

/* The size that libbpf's tools use. */
enum { NATIVE_PERF_PAGES = 64 };

static inline void native_perf_sample(void *ctx, int cpu, void *data, __u32 size) {
    struct bpf_buffer *buffer = (struct bpf_buffer *)ctx;
    (void)cpu;
    buffer->sample_fn(buffer->ctx, data, size);
}

static inline void bpf_buffer__free(struct bpf_buffer *buffer) {
    if (!buffer) return;
    ring_buffer__free(buffer->ring);
    perf_buffer__free(buffer->perf);
    free(buffer);
}

static inline struct bpf_buffer *bpf_buffer__open(struct bpf_map *events, bpf_buffer_sample_fn sample_fn, void *ctx) {
    struct bpf_buffer *buffer = (struct bpf_buffer *)calloc(1, sizeof(*buffer));
    if (!buffer) return NULL;
    buffer->sample_fn = sample_fn;
    buffer->ctx = ctx;
    if (bpf_map__type(events) == BPF_MAP_TYPE_RINGBUF)
        buffer->ring = ring_buffer__new(bpf_map__fd(events), sample_fn, ctx, NULL);
    else
        buffer->perf = perf_buffer__new(bpf_map__fd(events), NATIVE_PERF_PAGES, native_perf_sample, NULL, buffer, NULL);
    if (buffer->ring || buffer->perf) return buffer;
    free(buffer);
    return NULL;
}

static inline int bpf_buffer__poll(struct bpf_buffer *buffer, int timeout_ms) {
    return buffer->ring ? ring_buffer__poll(buffer->ring, timeout_ms) : perf_buffer__poll(buffer->perf, timeout_ms);
}

#endif /* LIBBPF_WASM_NATIVE_H */
