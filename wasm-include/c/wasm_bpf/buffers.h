// SPDX-License-Identifier: MIT
/* Ring and perf buffers. */
#ifndef WASM_BPF_BUFFERS_H
#define WASM_BPF_BUFFERS_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <linux/bpf.h>
#include <linux/types.h>
#include <wasm_bpf/errors.h>
#include <wasm_bpf/imports.h>
#include <wasm_bpf/objects.h>

WASM_BPF_EXTERN_C_BEGIN

/* Called for each record. The bytes are valid until it returns. A negative result ends the poll, which returns it. */
typedef int (*bpf_buffer_sample_fn)(void *ctx, void *data, size_t size);

/* The largest perf record. Larger records of ring buffers are rare. */
enum { WASM_BPF__RECORD_MAX = 64 * 1024 };

struct bpf_buffer {
    const struct bpf_map *events;
    bpf_buffer_sample_fn sample_fn;
    void *ctx;
    struct bpf_buffer *next; /* of the same ring_buffer */
    int stopped;             /* the negative error that ended a poll early, or 0 */
    char data[WASM_BPF__RECORD_MAX + 8] __attribute__((aligned(8))); /* the host copies each record to here */
};

/* The host's callback. `stopped` separates records that did not fit and errors of the callback from host errors. */
static inline int wasm_bpf__sample(void *ctx, void *data, size_t size) {
    struct bpf_buffer *buffer = (struct bpf_buffer *)ctx;
    buffer->stopped = size >= sizeof(buffer->data) ? -E2BIG : buffer->sample_fn(buffer->ctx, data, size);
    return buffer->stopped < 0 ? -1 : 0;
}

/* Makes a buffer that reads a ring buffer or perf event array; NULL with errno set on failure. */
static inline struct bpf_buffer *bpf_buffer__new(struct bpf_map *events) {
    struct bpf_buffer *buffer = events ? (struct bpf_buffer *)calloc(1, sizeof(*buffer)) : NULL;
    if (!buffer) {
        errno = events ? ENOMEM : EINVAL;
        return NULL;
    }
    buffer->events = events;
    return buffer;
}

static inline void bpf_buffer__free(struct bpf_buffer *buffer) {
    free(buffer);
}

/*
 * Waits up to `timeout_ms` milliseconds (0: not at all, -1: forever) for records and passes the available ones to the
 * callback. Returns their number, 0 when the time ran out, or a negative error: the callback's own, or -E2BIG for a
 * record of more than 64 KiB, which the callback does not get.
 */
static inline int bpf_buffer__poll(struct bpf_buffer *buffer, int timeout_ms) {
    if (!buffer || !buffer->sample_fn) return wasm_bpf__fail(EINVAL);
    buffer->stopped = 0;
    int result = wasm_bpf_buffer_poll(buffer->events->obj_ptr, buffer->events->fd, (int32_t)(intptr_t)wasm_bpf__sample,
                                      (uint32_t)(uintptr_t)buffer, buffer->data, sizeof(buffer->data), timeout_ms);
    return buffer->stopped < 0 ? wasm_bpf__fail(-buffer->stopped) : wasm_bpf__result(result);
}

/*
 * Perf buffers collect records only once they are open. In version 1 the first poll opens them, so earlier records
 * would be lost. A ring buffer collects records from load on, and must not deliver any before the caller polls it.
 * Deleting an index that is too large distinguishes the two: only a perf event array fails with Linux's E2BIG.
 */
static inline int wasm_bpf__open_perf_buffer(struct bpf_buffer *buffer) {
    enum { LINUX_E2BIG = 7 };
    uint32_t index = UINT32_MAX;
    int deleted = wasm_bpf_map_operate(buffer->events->fd, BPF_MAP_DELETE_ELEM, &index, NULL, NULL, 0);
    if (deleted != -LINUX_E2BIG) return 0;
    int result = bpf_buffer__poll(buffer, 0);
    return result < 0 ? result : 0;
}

WASM_BPF_EXTERN_C_END

#ifdef __cplusplus
#define WASM_BPF_OVERLOAD
#else
#define WASM_BPF_OVERLOAD __attribute__((overloadable))
#endif

/* Sets the callback of a buffer from bpf_buffer__new(), and starts to collect records. */
WASM_BPF_OVERLOAD static inline int bpf_buffer__open(struct bpf_buffer *buffer, bpf_buffer_sample_fn sample_fn,
                                                     void *ctx) {
    if (!buffer || !sample_fn) return wasm_bpf__fail(EINVAL);
    buffer->sample_fn = sample_fn;
    buffer->ctx = ctx;
    return wasm_bpf__open_perf_buffer(buffer);
}

/* Creates a buffer and sets its callback; NULL on failure. Most sources use this form. */
WASM_BPF_OVERLOAD static inline struct bpf_buffer *bpf_buffer__open(struct bpf_map *events,
                                                                    bpf_buffer_sample_fn sample_fn, void *ctx) {
    struct bpf_buffer *buffer = bpf_buffer__new(events);
    if (buffer && bpf_buffer__open(buffer, sample_fn, ctx) < 0) {
        bpf_buffer__free(buffer);
        return NULL;
    }
    return buffer;
}

#undef WASM_BPF_OVERLOAD

/* ---- libbpf's own names ---- */

WASM_BPF_EXTERN_C_BEGIN

/* The loaded map with the descriptor `fd`; NULL with errno EBADF when there is none. */
static inline struct bpf_map *wasm_bpf__map_of(int fd) {
    for (struct bpf_object_skeleton *s = wasm_bpf__loaded; fd >= 0 && s; s = s->next) {
        for (int i = 0; i < s->map_cnt; i++) {
            struct bpf_map *map = *wasm_bpf__map_at(s, i)->map;
            if (map->fd == fd) return map;
        }
    }
    errno = EBADF;
    return NULL;
}

typedef int (*ring_buffer_sample_fn)(void *ctx, void *data, size_t size);
struct ring_buffer_opts; /* no options exist: pass NULL */

struct ring_buffer {
    struct bpf_buffer *first;
};

/* Adds a ring buffer. All rings of `rb` are polled together. */
static inline int ring_buffer__add(struct ring_buffer *rb, int map_fd, ring_buffer_sample_fn sample_cb, void *ctx) {
    struct bpf_map *map = rb && sample_cb ? wasm_bpf__map_of(map_fd) : NULL;
    if (!map) return wasm_bpf__fail(rb && sample_cb ? EBADF : EINVAL);
    struct bpf_buffer *buffer = bpf_buffer__new(map), **place = &rb->first;
    if (!buffer) return -errno;
    buffer->sample_fn = sample_cb;
    buffer->ctx = ctx;
    while (*place) place = &(*place)->next;
    *place = buffer;
    return 0;
}

static inline void ring_buffer__free(struct ring_buffer *rb) {
    struct bpf_buffer *buffer = rb ? rb->first : NULL;
    while (buffer) {
        struct bpf_buffer *next = buffer->next;
        bpf_buffer__free(buffer);
        buffer = next;
    }
    free(rb);
}

static inline struct ring_buffer *ring_buffer__new(int map_fd, ring_buffer_sample_fn sample_cb, void *ctx,
                                                   const struct ring_buffer_opts *opts) {
    struct ring_buffer *rb = opts ? NULL : (struct ring_buffer *)calloc(1, sizeof(*rb));
    if (!rb) {
        errno = opts ? ENOTSUP : ENOMEM;
        return NULL;
    }
    int err = ring_buffer__add(rb, map_fd, sample_cb, ctx);
    if (!err) return rb;
    ring_buffer__free(rb);
    errno = -err;
    return NULL;
}

/* Delivers the available records. Returns their number, or a negative error, such as the callback's own. */
static inline int ring_buffer__consume(struct ring_buffer *rb) {
    int total = 0;
    if (!rb) return wasm_bpf__fail(EINVAL);
    for (struct bpf_buffer *buffer = rb->first; buffer; buffer = buffer->next) {
        int count = bpf_buffer__poll(buffer, 0);
        if (count < 0) return count;
        total += count;
    }
    return total;
}

/* The host can wait for only one buffer. With several, the others are checked at this interval. */
enum { WASM_BPF__TURN_MS = 10 };

/* Waits for records as bpf_buffer__poll() does, and delivers them. */
static inline int ring_buffer__poll(struct ring_buffer *rb, int timeout_ms) {
    if (!rb) return wasm_bpf__fail(EINVAL);
    if (!rb->first->next) return bpf_buffer__poll(rb->first, timeout_ms);
    for (int left = timeout_ms;;) {
        int count = ring_buffer__consume(rb);
        if (count != 0 || left == 0) return count;
        int turn = left < 0 || left > WASM_BPF__TURN_MS ? WASM_BPF__TURN_MS : left;
        count = bpf_buffer__poll(rb->first, turn);
        if (count != 0) return count;
        if (left > 0) left -= turn;
    }
}

typedef void (*perf_buffer_sample_fn)(void *ctx, int cpu, void *data, __u32 size);
typedef void (*perf_buffer_lost_fn)(void *ctx, int cpu, __u64 count);
struct perf_buffer_opts; /* no options exist: pass NULL */

/* The host does not return the processor of a record. */
enum { WASM_BPF_CPU_UNKNOWN = -1 };

struct perf_buffer {
    struct bpf_buffer *buffer;
    perf_buffer_sample_fn sample_cb;
    void *ctx;
};

static inline int wasm_bpf__perf_sample(void *ctx, void *data, size_t size) {
    struct perf_buffer *pb = (struct perf_buffer *)ctx;
    pb->sample_cb(pb->ctx, WASM_BPF_CPU_UNKNOWN, data, (__u32)size);
    return 0;
}

static inline void perf_buffer__free(struct perf_buffer *pb) {
    if (pb) bpf_buffer__free(pb->buffer);
    free(pb);
}

/*
 * Reads the perf buffers of all processors. `sample_cb` gets WASM_BPF_CPU_UNKNOWN for the processor. `lost_cb` is never
 * called: the host counts lost records and prints the count on its stderr. The host chooses the size of the buffers and
 * ignores `page_cnt`.
 */
static inline struct perf_buffer *perf_buffer__new(int map_fd, size_t page_cnt, perf_buffer_sample_fn sample_cb,
                                                   perf_buffer_lost_fn lost_cb, void *ctx,
                                                   const struct perf_buffer_opts *opts) {
    (void)lost_cb;
    if (opts || !sample_cb || page_cnt == 0 || (page_cnt & (page_cnt - 1)) != 0) {
        errno = opts ? ENOTSUP : EINVAL;
        return NULL;
    }
    struct bpf_map *map = wasm_bpf__map_of(map_fd);
    struct perf_buffer *pb = map ? (struct perf_buffer *)calloc(1, sizeof(*pb)) : NULL;
    if (!pb) return NULL;
    pb->sample_cb = sample_cb;
    pb->ctx = ctx;
    pb->buffer = bpf_buffer__new(map);
    if (pb->buffer) {
        pb->buffer->sample_fn = wasm_bpf__perf_sample;
        pb->buffer->ctx = pb;
        if (wasm_bpf__open_perf_buffer(pb->buffer) >= 0) return pb;
    }
    int error = errno;
    perf_buffer__free(pb);
    errno = error;
    return NULL;
}

static inline int perf_buffer__poll(struct perf_buffer *pb, int timeout_ms) {
    return pb ? bpf_buffer__poll(pb->buffer, timeout_ms) : wasm_bpf__fail(EINVAL);
}

static inline int perf_buffer__consume(struct perf_buffer *pb) {
    int result = perf_buffer__poll(pb, 0);
    return result < 0 ? result : 0;
}

WASM_BPF_EXTERN_C_END

#endif /* WASM_BPF_BUFFERS_H */
