// SPDX-License-Identifier: MIT
/* A callback closes its own object. Delivery ends, memory stays valid, and the handle is invalid afterwards. */
#include "events_guest.h"

static bpf_object_skel object;
static char data[RECORD_SIZE_MAX];
static int runs, closed = -1;

static int close_object(void *ctx, void *record, size_t size) {
    (void)ctx, (void)size;
    runs++;
    closed = wasm_close_bpf_object(object);
    check_equal("the record is still readable", ((struct record *)record)->number, 0);
    return 0;
}

int main(void) {
    struct events_bpf *skel = events_open_and_start();
    int map = bpf_map__fd(skel->maps.ring_a);
    object = events_handle(skel);
    events_emit(skel, COMMAND_RING_A, 0, 10, 64);
    int result = events_poll(object, skel->maps.ring_a, close_object, NULL, data, sizeof(data), 0);
    check_equal("closing in a callback works", closed, 0);
    check_equal("and ends the delivery", runs, 1);
    check("and poll counts only delivered records", result <= 1);

    __u32 key = 0;
    check("the object is gone", wasm_close_bpf_object(object) < 0);
    check("its buffers too", events_poll(object, skel->maps.ring_a, close_object, NULL, data, sizeof(data), 0) < 0);
    check_equal("its map numbers too", wasm_bpf_map_operate(map, BPF_MAP_DELETE_ELEM, &key, NULL, NULL, 0), -9);

    struct events_bpf *next = events_open_and_start();
    struct seen seen = {0};
    events_emit(next, COMMAND_RING_A, 0, 5, 64);
    check_equal("another object works",
                events_poll(events_handle(next), next->maps.ring_a, events_see, &seen, data, sizeof(data), 0), 5);
    events_bpf__destroy(next);
    return check_result();
}
