// SPDX-License-Identifier: MIT
/* Ring buffers, perf buffers, and ring buffers to which the program writes. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <linux/perf_event.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "buffers.skel.h"

struct record {
    long number;
    char text[24];
};

struct seen {
    const char *name;
    long first, last, count, bytes, stop_at;
};

static int run(const struct bpf_program *prog) {
    LIBBPF_OPTS(bpf_test_run_opts, opts);
    /* Events about lost events appear in the buffer of the same processor. */
    if (bpf_program__type(prog) == BPF_PROG_TYPE_RAW_TRACEPOINT) opts.flags = BPF_F_TEST_RUN_ON_CPU;
    return bpf_prog_test_run_opts(bpf_program__fd(prog), &opts);
}

static int see(void *ctx, void *data, size_t size) {
    struct seen *seen = ctx;
    const struct record *record = data;
    if (seen->count == 0) seen->first = record->number;
    seen->last = record->number;
    seen->count++;
    seen->bytes += (long)size;
    return record->number == seen->stop_at ? -E2BIG : 0;
}

static void show(struct seen *seen, int result) {
    printf("%s: %ld to %ld, %ld records, %ld bytes; result ", seen->name, seen->first, seen->last, seen->count,
           seen->bytes);
    printf(result < 0 ? "%s\n" : "%s%d\n", result < 0 ? strerror(-result) : "", result);
    seen->count = seen->bytes = 0;
}

static void use_rings(struct buffers *skel) {
    struct seen first = {.name = "first", .stop_at = -1}, second = {.name = "second", .stop_at = -1};
    struct ring_buffer *rb = ring_buffer__new(bpf_map__fd(skel->maps.first), see, &first, NULL);
    printf("rings: %d, add: %d\n", rb != NULL, ring_buffer__add(rb, bpf_map__fd(skel->maps.second), see, &second));
    printf("descriptor: %d\n", ring_buffer__epoll_fd(rb) >= 0);
    show(&first, ring_buffer__poll(rb, 0));
    skel->data->count = 5000;
    run(skel->progs.fill);
    skel->data->count = 7;
    run(skel->progs.fill_second);
    int result = ring_buffer__poll(rb, 1000);
    show(&first, result);
    show(&second, result);
    run(skel->progs.fill);
    show(&first, ring_buffer__consume_n(rb, 3));
    first.stop_at = first.last + 2;
    show(&first, ring_buffer__consume(rb));
    first.stop_at = -1;
    show(&first, ring_buffer__consume(rb));
    run(skel->progs.fill_large);
    run(skel->progs.fill);
    show(&first, ring_buffer__poll(rb, 100));

    struct ring *ring = ring_buffer__ring(rb, 1);
    printf("ring: %d, no ring: %d\n", ring != NULL, ring_buffer__ring(rb, 2) == NULL);
    run(skel->progs.fill_second);
    printf("size %zu, available %zu, of %lu\n", ring__size(ring), ring__avail_data_size(ring),
           ring__producer_pos(ring) - ring__consumer_pos(ring));
    printf("map: %d\n", ring__map_fd(ring) == bpf_map__fd(skel->maps.second));
    show(&second, ring__consume_n(ring, 2));
    show(&second, ring__consume(ring));
    ring_buffer__free(rb);
    ring_buffer__free(NULL);
}

static void see_event(void *ctx, int cpu, void *data, __u32 size) {
    (void)cpu;
    see(ctx, data, size);
}

static void see_lost(void *ctx, int cpu, __u64 count) {
    (void)cpu;
    long *lost = (long *)((struct seen *)ctx + 1);
    *lost += (long)count;
}

static enum bpf_perf_event_ret see_raw(void *ctx, int cpu, struct perf_event_header *event) {
    (void)cpu;
    struct seen *seen = ctx;
    seen->count++;
    seen->bytes += event->size;
    return LIBBPF_PERF_EVENT_CONT;
}

static void use_perf(struct buffers *skel) {
    struct {
        struct seen seen;
        long lost;
    } context = {.seen = {.name = "events", .stop_at = -1}};
    struct perf_buffer *pb = perf_buffer__new(bpf_map__fd(skel->maps.events), 8, see_event, see_lost, &context, NULL);
    printf("perf buffer: %d, %d\n", pb != NULL, perf_buffer__buffer_cnt(pb) > 0);
    printf("descriptors: %d %d\n", perf_buffer__epoll_fd(pb) >= 0, perf_buffer__buffer_fd(pb, 0) >= 0);
    skel->data->count = 100;
    skel->bss->next = 0;
    run(skel->progs.fill_events);
    int result = perf_buffer__poll(pb, 1000);
    show(&context.seen, result > 0);
    skel->data->count = 5000;
    skel->bss->next = 0;
    run(skel->progs.fill_events);
    perf_buffer__consume(pb);
    skel->data->count = 1;
    run(skel->progs.fill_events);
    perf_buffer__consume(pb);
    printf("lost and seen: %ld\n", context.lost + context.seen.count);
    perf_buffer__free(pb);
    perf_buffer__free(NULL);
}

static void use_raw_perf(struct buffers *skel) {
    struct seen seen = {.name = "raw", .stop_at = -1};
    struct perf_event_attr attr = {
        .type = PERF_TYPE_SOFTWARE,
        .config = PERF_COUNT_SW_BPF_OUTPUT,
        .sample_type = PERF_SAMPLE_RAW,
        .size = sizeof(attr),
        .sample_period = 1,
        .wakeup_events = 1,
    };
    struct perf_buffer *pb = perf_buffer__new_raw(bpf_map__fd(skel->maps.events), 8, &attr, see_raw, &seen, NULL);
    printf("raw perf buffer: %d\n", pb != NULL);
    skel->data->count = 20;
    run(skel->progs.fill_events);
    int result = perf_buffer__poll(pb, 1000);
    show(&seen, result > 0);
    perf_buffer__free(pb);
}

static void use_user_ring(struct buffers *skel) {
    struct user_ring_buffer *rb = user_ring_buffer__new(bpf_map__fd(skel->maps.commands), NULL);
    printf("user ring: %d\n", rb != NULL);
    for (long i = 1; i <= 10; i++) {
        long *sample = user_ring_buffer__reserve(rb, sizeof(*sample));
        if (!sample) break;
        *sample = i;
        if (i == 4)
            user_ring_buffer__discard(rb, sample);
        else
            user_ring_buffer__submit(rb, sample);
    }
    run(skel->progs.drain);
    printf("drained %ld, sum %ld\n", skel->bss->drained, skel->bss->sum);
    void *sample = user_ring_buffer__reserve(rb, 5000);
    printf("too large: %s\n", sample ? "reserved" : strerror(errno));
    int reserved = 0;
    while (user_ring_buffer__reserve(rb, 1000)) reserved++;
    printf("reserved %d, then: %s\n", reserved, strerror(errno));
    sample = user_ring_buffer__reserve_blocking(rb, 1000, 10);
    printf("after 10 ms: %s\n", sample ? "reserved" : strerror(errno));
    user_ring_buffer__free(rb);
}

int main(void) {
    struct buffers *skel = buffers__open_and_load();
    if (!skel) {
        printf("load: %s\n", strerror(errno));
        return 1;
    }
    use_rings(skel);
    use_perf(skel);
    use_raw_perf(skel);
    use_user_ring(skel);
    buffers__destroy(skel);
    return 0;
}
