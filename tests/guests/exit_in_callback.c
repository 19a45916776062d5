// SPDX-License-Identifier: MIT
/* exit(7) in a callback ends the guest with exit code 7. */
#include "events_guest.h"

static int leave(void *ctx, void *data, size_t size) {
    (void)ctx, (void)data, (void)size;
    exit(7);
}

int main(void) {
    static char data[RECORD_SIZE_MAX];
    struct events_bpf *skel = events_open_and_start();
    events_emit(skel, COMMAND_RING_A, 0, 2, 64);
    events_poll(events_handle(skel), skel->maps.ring_a, leave, NULL, data, sizeof(data), 0);
    check("exit in a callback ends the guest", false);
    return check_result();
}
