// SPDX-License-Identifier: MIT
/* Every record of a ring buffer arrives, once, in order, with its size. */
#include "events_guest.h"

static char data[RECORD_SIZE_MAX];

static int poll_ring_a(struct events_bpf *skel, struct seen *seen) {
    return events_poll(events_handle(skel), skel->maps.ring_a, events_see, seen, data, sizeof(data), 0);
}

static void burst(struct events_bpf *skel) {
    struct seen seen = {0};
    events_emit(skel, COMMAND_RING_A, 0, 100, 64);
    check_equal("one poll returns the number of records", poll_ring_a(skel, &seen), 100);
    check_equal("the callback ran for each", seen.count, 100);
    check_equal("in order", seen.misplaced, 0);
    check_equal("with its own size", seen.missized, 0);
    check_equal("none comes twice", poll_ring_a(skel, &seen), 0);
}

/* These records fill the ring of 16 KiB many times, with every alignment at its end. */
static void wrap_around(struct events_bpf *skel) {
    struct seen seen = {0};
    __u32 sent = 0;
    for (__u32 size = 16; size < 600; size += 7) {
        seen.next = sent;
        events_emit(skel, COMMAND_RING_A, sent, 20, size);
        sent += 20;
        poll_ring_a(skel, &seen);
    }
    check_equal("records that wrap around the end arrive", seen.count, sent);
    check_equal("they are whole", seen.misplaced + seen.missized, 0);
}

static void odd_records(struct events_bpf *skel) {
    struct seen seen = {0};
    events_emit(skel, COMMAND_RING_A, 0, 1, 0);
    check_equal("a record of no bytes is a record", poll_ring_a(skel, &seen), 1);
    check_equal("its size is 0", seen.last_size, 0);

    events_emit(skel, COMMAND_RING_A, 0, 1, 1);
    poll_ring_a(skel, &seen);
    check_equal("a record of one byte has size 1", seen.last_size, 1);

    seen = (struct seen){0};
    events_emit(skel, COMMAND_DISCARD_A, 0, 3, 0);
    check_equal("discarded records do not arrive", poll_ring_a(skel, &seen), 0);
    events_emit(skel, COMMAND_RING_A, 0, 2, 16);
    events_emit(skel, COMMAND_DISCARD_A, 0, 3, 0);
    events_emit(skel, COMMAND_RING_A, 2, 2, 16);
    check_equal("those around them do", poll_ring_a(skel, &seen), 4);
    check_equal("in order", seen.misplaced, 0);
}

/* Records that do not fit are dropped. All records in the ring arrive. */
static void full_ring(struct events_bpf *skel) {
    struct seen seen = {0};
    events_emit(skel, COMMAND_RING_A, 0, 512, 56); /* 64 bytes each in the ring, which never fills to the last byte */
    check_equal("a full ring loses nothing that it holds", poll_ring_a(skel, &seen), 16 * 1024 / 64 - 1);
    check_equal("in order", seen.misplaced, 0);
    seen = (struct seen){0};
    events_emit(skel, COMMAND_RING_A, 0, 5, 56);
    check_equal("and continues afterwards", poll_ring_a(skel, &seen), 5);
}

int main(void) {
    struct events_bpf *skel = events_open_and_start();
    burst(skel);
    wrap_around(skel);
    odd_records(skel);
    full_ring(skel);
    events_bpf__destroy(skel);
    return check_result();
}
