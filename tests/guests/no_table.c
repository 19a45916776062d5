// SPDX-License-Identifier: MIT
/* A module that is linked without --export-table. The host must find the callback. */
#include "events_guest.h"

int main(void) {
    static char data[RECORD_SIZE_MAX];
    struct events_bpf *skel = events_open_and_start();
    struct seen seen = {0};
    events_emit(skel, COMMAND_RING_A, 0, 50, 64);
    check_equal("the callback is called though no table is exported",
                events_poll(events_handle(skel), skel->maps.ring_a, events_see, &seen, data, sizeof(data), 0), 50);
    check_equal("in order and whole", seen.misplaced + seen.missized, 0);
    events_bpf__destroy(skel);
    return check_result();
}
