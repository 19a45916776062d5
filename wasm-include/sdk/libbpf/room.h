// SPDX-License-Identifier: MIT
/*
 * Room for records. The host copies as many records into it as fit, and then calls the guest for each. A record that is
 * larger than the room stays in the buffer, and the call fails with EMSGSIZE; the room is then made as large as it can
 * ever have to be.
 */
#ifndef LIBBPF_GUEST_ROOM_H
#define LIBBPF_GUEST_ROOM_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include "libbpf_guest.h"

struct libbpf_guest_room {
    void *bytes;
    size_t size;
};

/* Larger batches gain nothing, because a batch has to stay in the processor's cache. */
enum { LIBBPF_GUEST_BATCH_SIZE = 65536 };

/* Replaces the room, whose content is lost. False without memory. */
static inline bool libbpf_guest_resize(struct libbpf_guest_room *room, size_t size) {
    void *bytes = malloc(size);
    if (!bytes) return false;
    free(room->bytes);
    room->bytes = bytes;
    room->size = size;
    return true;
}

/* Makes room for one batch. `needed` is the size that suffices for every record, or a negative error. */
static inline int libbpf_guest_new_room(struct libbpf_guest_room *room, intptr_t needed) {
    if (needed < 0) return (int)needed;
    size_t size = needed < LIBBPF_GUEST_BATCH_SIZE ? (size_t)needed : LIBBPF_GUEST_BATCH_SIZE;
    return libbpf_guest_resize(room, size) ? 0 : -ENOMEM;
}

/*
 * After a call with this result: makes more room if that was too small, and tells if the call has to be repeated. (A
 * callback may return -EMSGSIZE too; in room that suffices for every record, it can only be the callback's.)
 */
static inline bool libbpf_guest_needs_room(struct libbpf_guest_room *room, int result, intptr_t needed) {
    return result == -EMSGSIZE && needed > 0 && (size_t)needed > room->size &&
           libbpf_guest_resize(room, (size_t)needed);
}

#endif /* LIBBPF_GUEST_ROOM_H */
