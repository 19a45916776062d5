// SPDX-License-Identifier: MIT
/* A trap in a callback ends the guest, and the host exits with 134. */
#include "events_guest.h"

/* More nested calls than the ten of the engine's stack trace, so that the polling function is not among these. */
__attribute__((noinline)) static int descend(volatile int *depth) {
    if (++*depth == 20) __builtin_trap();
    return descend(depth) + *depth;
}

static int trap(void *ctx, void *data, size_t size) {
    (void)ctx, (void)data, (void)size;
    volatile int depth = 0;
    return descend(&depth);
}

int main(void) {
    static char data[RECORD_SIZE_MAX];
    struct events_bpf *skel = events_open_and_start();
    events_emit(skel, COMMAND_RING_A, 0, 2, 64);
    events_poll(events_handle(skel), skel->maps.ring_a, trap, NULL, data, sizeof(data), 0);
    check("a trap in a callback ends the guest", false);
    return check_result();
}
