// SPDX-License-Identifier: MIT
/* Poll waits for its timeout, and returns 0 if no record came. */
#include <time.h>
#include "events_guest.h"

static char data[RECORD_SIZE_MAX];

static long long now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static void waits(struct events_bpf *skel, struct bpf_map *map) {
    struct seen seen = {0};
    bpf_object_skel object = events_handle(skel);
    events_poll(object, map, events_see, &seen, data, sizeof(data), 0); /* opens it */

    /* A busy machine delays some polls, but not all. */
    long long fastest = 1000;
    for (int i = 0; i < 10; i++) {
        long long start = now_ms();
        check_equal("with time-out 0, poll returns 0",
                    events_poll(object, map, events_see, &seen, data, sizeof(data), 0), 0);
        long long took = now_ms() - start;
        if (took < fastest) fastest = took;
    }
    check("at once", fastest < 50);

    long long start = now_ms();
    int result = events_poll(object, map, events_see, &seen, data, sizeof(data), 200);
    check_equal("with 200 ms, poll returns 0", result, 0);
    long long took = now_ms() - start;
    check("after 200 ms", took >= 199 && took < 400);
}

int main(void) {
    struct events_bpf *skel = events_open_and_start();
    struct seen seen = {0};
    waits(skel, skel->maps.ring_a);
    waits(skel, skel->maps.perf);

    events_emit(skel, COMMAND_RING_A, 0, 1, 16);
    long long start = now_ms();
    check_equal("when something is there, poll does not wait",
                events_poll(events_handle(skel), skel->maps.ring_a, events_see, &seen, data, sizeof(data), 5000), 1);
    check("at all", now_ms() - start < 1000);
    events_emit(skel, COMMAND_RING_A, 1, 1, 16);
    check_equal("time-out -1 waits forever, or until something is there",
                events_poll(events_handle(skel), skel->maps.ring_a, events_see, &seen, data, sizeof(data), -1), 1);
    events_bpf__destroy(skel);
    return check_result();
}
