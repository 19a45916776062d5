// SPDX-License-Identifier: MIT
/* A map call makes one bpf(2) call. events.bpf.c counts the calls of this process. */
#include "events_guest.h"

enum { ROUNDS = 1000 };

static struct events_bpf *skel;

/* The look-up counts itself, because the BPF program runs first. */
static __u64 calls(void) {
    __u32 key = 0;
    __u64 count = 0;
    bpf_map_lookup_elem(bpf_map__fd(skel->maps.calls), &key, &count);
    return count;
}

int main(void) {
    __u32 key = 0, next;
    __u64 value = 0;
    skel = events_open_and_start();
    int map = bpf_map__fd(skel->maps.globals);
    events_emit(skel, COMMAND_RING_A, 0, 0, 0); /* selects the process to count */

    __u64 before = calls();
    for (int i = 0; i < ROUNDS; i++) bpf_map_lookup_elem(map, &key, &value);
    check_equal("look-ups", calls() - before - 1, ROUNDS);
    before = calls();
    for (int i = 0; i < ROUNDS; i++) bpf_map_update_elem(map, &key, &value, BPF_ANY);
    check_equal("updates", calls() - before - 1, ROUNDS);
    before = calls();
    for (int i = 0; i < ROUNDS; i++) bpf_map_get_next_key(map, &key, &next);
    check_equal("steps of a walk", calls() - before - 1, ROUNDS);
    events_bpf__destroy(skel);
    return check_result();
}
