// SPDX-License-Identifier: MIT
/*
 * Ring buffers to which the guest writes. The host reserves space in the ring; the guest fills a sample in its own memory,
 * which the host copies into that space when the guest submits it.
 */
#include <stdlib.h>
#include <bpf/libbpf.h>
#include "libbpf_guest.h"
#include "libbpf_imports.h"

struct sample {
    struct sample *next;
    intptr_t number; /* the host's for the reserved space */
    __u32 size;
    max_align_t bytes[];
};

struct user_ring_buffer {
    struct user_ring_buffer *handle; /* the host's */
    struct sample *samples;          /* reserved, neither submitted nor discarded */
};

void user_ring_buffer__free(struct user_ring_buffer *rb) {
    if (!rb) return;
    if (rb->handle) import_user_ring_buffer__free(rb->handle);
    while (rb->samples) {
        struct sample *sample = rb->samples;
        rb->samples = sample->next;
        free(sample);
    }
    free(rb);
}

struct user_ring_buffer *user_ring_buffer__new(int map_fd, const struct user_ring_buffer_opts *opts) {
    struct user_ring_buffer *rb = calloc(1, sizeof(*rb));
    if (!rb) return NULL;
    intptr_t handle = (intptr_t)import_user_ring_buffer__new(map_fd, opts);
    if (handle > 0) {
        rb->handle = (struct user_ring_buffer *)handle;
        return rb;
    }
    free(rb);
    return libbpf_guest_pointer(handle);
}

/* The guest's memory for space that the host has reserved; `number` can be an error. */
static void *new_sample(struct user_ring_buffer *rb, __u32 size, intptr_t number) {
    if (number < 0) return libbpf_guest_pointer(number);
    struct sample *sample = malloc(sizeof(*sample) + size);
    if (!sample) {
        import_user_ring_buffer__discard(rb->handle, number);
        errno = ENOMEM;
        return NULL;
    }
    *sample = (struct sample){rb->samples, number, size};
    rb->samples = sample;
    return sample->bytes;
}

void *user_ring_buffer__reserve(struct user_ring_buffer *rb, __u32 size) {
    return new_sample(rb, size, (intptr_t)import_user_ring_buffer__reserve(rb->handle, size));
}

void *user_ring_buffer__reserve_blocking(struct user_ring_buffer *rb, __u32 size, int timeout_ms) {
    return new_sample(rb, size, (intptr_t)import_user_ring_buffer__reserve_blocking(rb->handle, size, timeout_ms));
}

/* Takes a sample out of the list. NULL if it is not in it. */
static struct sample *take(struct user_ring_buffer *rb, const void *bytes) {
    struct sample **place = &rb->samples;
    while (*place && (void *)(*place)->bytes != bytes) place = &(*place)->next;
    struct sample *sample = *place;
    if (sample) *place = sample->next;
    return sample;
}

void user_ring_buffer__submit(struct user_ring_buffer *rb, void *sample) {
    struct sample *own = take(rb, sample);
    if (!own) return;
    import_user_ring_buffer__submit(rb->handle, own->number, own->bytes, own->size);
    free(own);
}

void user_ring_buffer__discard(struct user_ring_buffer *rb, void *sample) {
    struct sample *own = take(rb, sample);
    if (!own) return;
    import_user_ring_buffer__discard(rb->handle, own->number);
    free(own);
}
