// SPDX-License-Identifier: MIT
/* A poll call ends, although each delivered record causes another. */
#include "events_guest.h"

static struct events_bpf *skel;
static int runs;

static int cause_another(void *ctx, void *data, size_t size) {
    (void)ctx, (void)data, (void)size;
    if (++runs > 1000) exit(1); /* the test then misses the facts below */
    events_emit(skel, COMMAND_RING_A, 0, 1, 64);
    return 0;
}

int main(void) {
    static char data[RECORD_SIZE_MAX];
    skel = events_open_and_start();
    bpf_object_skel object = events_handle(skel);
    events_emit(skel, COMMAND_RING_A, 0, 10, 64);
    for (int poll = 0; poll < 3; poll++)
        check_equal("a poll delivers the records that existed when it began",
                    events_poll(object, skel->maps.ring_a, cause_another, NULL, data, sizeof(data), 100), 10);
    check_equal("no more and no less", runs, 30);
    events_bpf__destroy(skel);
    return check_result();
}
