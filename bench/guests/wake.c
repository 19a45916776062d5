// SPDX-License-Identifier: MIT
/*
 * Times the way from the kernel's wakeup to the callback: wake SAMPLES. Another process sends a record from time to
 * time, with the time of sending. Prints "ready" when it listens. A sample is the nanoseconds from sending to the
 * callback's first line.
 */
#include "bench.h"
#include "events.h"
#include "events.skel.h"

#define WARM_UP 50

static unsigned round_count;

static int arrived(void *ctx, void *data, size_t size) {
    uint64_t now = bench_now_ns();
    (void)ctx, (void)size;
    if (round_count++ >= WARM_UP) bench_keep((double)(now - ((const struct record *)data)->sent_ns));
    return 0;
}

int main(int argc, char **argv) {
    unsigned samples = bench_argument(argc, argv, 1, 500);
    struct events_bpf *skel = events_bpf__open_and_load();
    bench_require(skel && events_bpf__attach(skel) == 0, "cannot load and attach");
    struct bpf_buffer *buffer = bpf_buffer__open(skel->maps.ring, arrived, NULL);
    bench_require(buffer, "cannot open the buffer");
    bpf_buffer__poll(buffer, 0);
    puts("ready");
    fflush(stdout);
    while (round_count < WARM_UP + samples) bench_require(bpf_buffer__poll(buffer, 2000) > 0, "no record came");
    bench_print("ns");
    events_bpf__destroy(skel);
    return 0;
}
