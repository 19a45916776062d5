// SPDX-License-Identifier: MIT
/* Each buffer of an object has its own position. */
#include "events_guest.h"

int main(void) {
    static char data[RECORD_SIZE_MAX];
    struct events_bpf *skel = events_open_and_start();
    bpf_object_skel object = events_handle(skel);
    struct seen a = {0}, b = {.next = 1000}, perf = {.next = 2000};

    for (int round = 0; round < 3; round++) {
        events_emit(skel, COMMAND_RING_A, a.count, 3, 32);
        events_emit(skel, COMMAND_RING_B, 1000 + b.count, 5, 48);
        events_poll(object, skel->maps.perf, events_see, &perf, data, sizeof(data), 0);
        events_emit(skel, COMMAND_PERF, 2000 + perf.count, 7, 64);
        check_equal("ring B's five records",
                    events_poll(object, skel->maps.ring_b, events_see, &b, data, sizeof(data), 0), 5);
        check_equal("ring A's three records",
                    events_poll(object, skel->maps.ring_a, events_see, &a, data, sizeof(data), 0), 3);
        check_equal("the perf buffer's seven records",
                    events_poll(object, skel->maps.perf, events_see, &perf, data, sizeof(data), 0), 7);
    }
    check_equal("no record of ring A came from elsewhere", a.misplaced + a.missized, 0);
    check_equal("no record of ring B came from elsewhere", b.misplaced + b.missized, 0);
    check_equal("no record of the perf buffer came from elsewhere", perf.misplaced, 0);
    events_bpf__destroy(skel);
    return check_result();
}
