// SPDX-License-Identifier: MIT
/*
 * Every record of a perf buffer arrives once and in order. The host counts records that did not fit, and prints
 * "Lost N" on stderr; the test compares that.
 */
#include "events_guest.h"

static char data[RECORD_SIZE_MAX + 8];

/* The SDK opens a perf buffer in bpf_buffer__open(), not at the first poll, and delivers records only in polls. */
static void sdk(struct events_bpf *skel) {
    struct seen perf = {0}, ring = {0};
    events_emit(skel, COMMAND_RING_A, 0, 4, 64);
    struct bpf_buffer *perf_buffer = bpf_buffer__open(skel->maps.perf, events_see, &perf);
    struct bpf_buffer *ring_buffer = bpf_buffer__open(skel->maps.ring_a, events_see, &ring);
    events_emit(skel, COMMAND_PERF, 0, 3, 64);
    check_equal("nothing is delivered before a poll", perf.count + ring.count, 0);
    check_equal("a perf buffer has what came since it was opened", bpf_buffer__poll(perf_buffer, 0), 3);
    check_equal("a ring buffer has what came since load", bpf_buffer__poll(ring_buffer, 0), 4);
    bpf_buffer__free(perf_buffer);
    bpf_buffer__free(ring_buffer);
}

static int poll_perf(struct events_bpf *skel, struct seen *seen, int timeout_ms) {
    return events_poll(events_handle(skel), skel->maps.perf, events_see, seen, data, sizeof(data), timeout_ms);
}

int main(void) {
    struct events_bpf *skel = events_open_and_start();
    struct seen seen = {0};
    sdk(skel);
    check_equal("there is nothing to begin with", poll_perf(skel, &seen, 0), 0);

    events_emit(skel, COMMAND_PERF, 0, 100, 64);
    check_equal("one poll returns the number of records", poll_perf(skel, &seen, 0), 100);
    check_equal("in order", seen.misplaced, 0);
    check_equal("none comes twice", poll_perf(skel, &seen, 0), 0);

    __u32 sent = 100;
    for (__u32 size = 16; size < 2000; size += 51, sent += 10) {
        events_emit(skel, COMMAND_PERF, sent, 10, size);
        poll_perf(skel, &seen, 0);
    }
    check_equal("records that wrap around the end arrive", seen.count, sent);
    check_equal("whole and in order", seen.misplaced, 0);

    /* More than fits into a buffer: two MiB for each CPU. */
    seen = (struct seen){0};
    events_emit(skel, COMMAND_PERF, 0, 512, RECORD_SIZE_MAX);
    int held = poll_perf(skel, &seen, 0);
    check("a full buffer keeps its records", held > 0 && held < 512);
    check_equal("in order", seen.misplaced, 0);

    seen = (struct seen){.next = 600};
    events_emit(skel, COMMAND_PERF, 600, 1, 64);
    check_equal("and continues afterwards", poll_perf(skel, &seen, 0), 1);
    check_equal("with the right record", seen.misplaced, 0);
    events_bpf__destroy(skel);
    return check_result();
}
