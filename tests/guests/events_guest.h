// SPDX-License-Identifier: MIT
/* The guest's side of events.bpf.c. */
#ifndef EVENTS_GUEST_H
#define EVENTS_GUEST_H

#include "libbpf-wasm.h"
#include "check.h"
#include "events.h"
#include "events.skel.h"

static inline struct events_bpf *events_open(void) {
    struct events_bpf *skel = events_bpf__open();
    if (!skel) {
        check("the events object opens", false);
        exit(1);
    }
    getentropy((void *)&skel->rodata->magic, sizeof(skel->rodata->magic));
    return skel;
}

/* Loads and attaches the program. Ends the guest on failure. */
static inline void events_start(struct events_bpf *skel) {
    if (events_bpf__load(skel) < 0 || events_bpf__attach(skel) < 0) {
        check("the events object loads and attaches", false);
        exit(1);
    }
}

static inline struct events_bpf *events_open_and_start(void) {
    struct events_bpf *skel = events_open();
    events_start(skel);
    return skel;
}

static inline bpf_object_skel events_handle(const struct events_bpf *skel) {
    return skel->maps.ring_a->obj_ptr;
}

/* Makes the BPF program send `count` records of `size` bytes, numbered from `first`. */
static inline void events_emit(struct events_bpf *skel, enum command_kind kind, __u64 first, __u32 count, __u32 size) {
    __u32 key = 0;
    struct command command = {
        .magic = skel->rodata->magic, .first = first, .kind = kind, .count = count, .size = size, .reserved = 0};
    if (bpf_map_update_elem(bpf_map__fd(skel->maps.commands), &key, &command, BPF_ANY) < 0)
        check("the command is accepted", false);
}

/* The state of a callback over all records. */
struct seen {
    __u64 next;      /* the expected number of the next record */
    __u32 count;     /* records */
    __u32 misplaced; /* records with another number */
    __u32 missized;  /* records of another size than they contain */
    size_t last_size;
};

static inline int events_see(void *ctx, void *data, size_t size) {
    struct seen *seen = (struct seen *)ctx;
    const struct record *record = (const struct record *)data;
    if (size >= 8 && record->number != seen->next) seen->misplaced++;
    if (size >= 16 && record->size != size) seen->missized++;
    seen->next++;
    seen->count++;
    seen->last_size = size;
    return 0;
}

/* wasm_bpf_buffer_poll() with C's types. */
static inline int events_poll(bpf_object_skel object, const struct bpf_map *map, int (*sample)(void *, void *, size_t),
                              void *ctx, void *data, int data_size, int timeout_ms) {
    return wasm_bpf_buffer_poll(object, bpf_map__fd(map), (int32_t)(intptr_t)sample, (uint32_t)(uintptr_t)ctx,
                                (char *)data, data_size, timeout_ms);
}

#endif /* EVENTS_GUEST_H */
