// SPDX-License-Identifier: MIT
/* Ring buffers. The host's pump calls the guest's function for each record, in the room that each ring buffer has. */
#include <stdlib.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "libbpf_guest.h"
#include "libbpf_imports.h"
#include "room.h"

struct ring {
    struct ring *next;
    struct ring_buffer *buffer;
    struct ring *handle; /* the host's */
};

struct ring_buffer {
    struct ring_buffer *handle; /* the host's */
    struct libbpf_guest_room room;
    struct ring *rings; /* those that the guest has asked for */
};

void ring_buffer__free(struct ring_buffer *rb) {
    if (!rb) return;
    if (rb->handle) import_ring_buffer__free(rb->handle);
    while (rb->rings) {
        struct ring *ring = rb->rings;
        rb->rings = ring->next;
        free(ring);
    }
    free(rb->room.bytes);
    free(rb);
}

/* libbpf's warning about a map of another type, after an error that can mean this. */
static void warn_about(int map_fd, int err) {
    struct bpf_map_info info = {0};
    __u32 length = sizeof(info);
    if (err == -EINVAL && import_bpf_map_get_info_by_fd(map_fd, &info, &length) == 0 &&
        info.type != BPF_MAP_TYPE_RINGBUF)
        libbpf_guest_warn("ringbuf: map fd=%d is not BPF_MAP_TYPE_RINGBUF\n", map_fd);
}

struct ring_buffer *ring_buffer__new(int map_fd, ring_buffer_sample_fn sample_cb, void *ctx,
                                     const struct ring_buffer_opts *opts) {
    struct ring_buffer *rb = calloc(1, sizeof(*rb));
    if (!rb) return NULL;
    intptr_t handle = (intptr_t)import_ring_buffer__new(map_fd, sample_cb, ctx, opts);
    rb->handle = handle > 0 ? (struct ring_buffer *)handle : NULL;
    int err = handle < 0 ? (int)handle : libbpf_guest_new_room(&rb->room, import_ring_buffer__room(rb->handle));
    if (!err) return rb;
    warn_about(map_fd, err);
    ring_buffer__free(rb);
    return libbpf_guest_pointer(err);
}

int ring_buffer__add(struct ring_buffer *rb, int map_fd, ring_buffer_sample_fn sample_cb, void *ctx) {
    int err = import_ring_buffer__add(rb->handle, map_fd, sample_cb, ctx);
    warn_about(map_fd, err);
    return libbpf_guest_int(err);
}

int ring_buffer__epoll_fd(const struct ring_buffer *rb) {
    return libbpf_guest_int(import_ring_buffer__epoll_fd(rb->handle));
}

/* True if a call with this result has to be repeated, in more room. */
static bool needs_room(struct ring_buffer *rb, int result) {
    return result == -EMSGSIZE && libbpf_guest_needs_room(&rb->room, result, import_ring_buffer__room(rb->handle));
}

int ring_buffer__poll(struct ring_buffer *rb, int timeout_ms) {
    int result;
    do {
        result = import_ring_buffer__poll(rb->handle, timeout_ms, rb->room.bytes, rb->room.size);
    } while (result < 0 && needs_room(rb, result));
    return libbpf_guest_int(result);
}

int ring_buffer__consume(struct ring_buffer *rb) {
    int result;
    do {
        result = import_ring_buffer__consume(rb->handle, rb->room.bytes, rb->room.size);
    } while (result < 0 && needs_room(rb, result));
    return libbpf_guest_int(result);
}

int ring_buffer__consume_n(struct ring_buffer *rb, size_t n) {
    int result;
    do {
        result = import_ring_buffer__consume_n(rb->handle, n, rb->room.bytes, rb->room.size);
    } while (result < 0 && needs_room(rb, result));
    return libbpf_guest_int(result);
}

struct ring *ring_buffer__ring(struct ring_buffer *rb, unsigned int idx) {
    intptr_t handle = (intptr_t)import_ring_buffer__ring(rb->handle, idx);
    if (handle <= 0) return libbpf_guest_pointer(handle);
    for (struct ring *ring = rb->rings; ring; ring = ring->next) {
        if ((intptr_t)ring->handle == handle) return ring;
    }
    struct ring *ring = malloc(sizeof(*ring));
    if (!ring) return NULL;
    *ring = (struct ring){rb->rings, rb, (struct ring *)handle};
    return rb->rings = ring;
}

unsigned long ring__consumer_pos(const struct ring *r) {
    return import_ring__consumer_pos(r->handle);
}

unsigned long ring__producer_pos(const struct ring *r) {
    return import_ring__producer_pos(r->handle);
}

size_t ring__avail_data_size(const struct ring *r) {
    return import_ring__avail_data_size(r->handle);
}

size_t ring__size(const struct ring *r) {
    return import_ring__size(r->handle);
}

int ring__map_fd(const struct ring *r) {
    return libbpf_guest_int(import_ring__map_fd(r->handle));
}

int ring__consume_n(struct ring *r, size_t n) {
    struct ring_buffer *rb = r->buffer;
    int result;
    do {
        result = import_ring__consume_n(r->handle, n, rb->room.bytes, rb->room.size);
    } while (result < 0 && needs_room(rb, result));
    return libbpf_guest_int(result);
}

int ring__consume(struct ring *r) {
    struct ring_buffer *rb = r->buffer;
    int result;
    do {
        result = import_ring__consume(r->handle, rb->room.bytes, rb->room.size);
    } while (result < 0 && needs_room(rb, result));
    return libbpf_guest_int(result);
}
