// SPDX-License-Identifier: MIT
/*
 * Uses libbpf's buffers of events and functions for elements, and prints their results. The same program runs on Linux
 * and as a guest; both print the same.
 */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/perf_event.h>
#include "buffers.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const unsigned char object_bytes[] = {
#embed "buffers.bpf.o"
};

static struct bpf_object *object;
static int commands, drained;

static int fd_of(const char *name) {
    return bpf_map__fd(bpf_object__find_map_by_name(object, name));
}

static void run_command(enum command_kind kind, unsigned count, unsigned size, unsigned first) {
    struct command command = {COMMAND_MAGIC, kind, count, size, first};
    unsigned zero = 0;
    bpf_map_update_elem(commands, &zero, &command, BPF_ANY);
}

/* Prints a result. Errors have other numbers on Linux than in a guest, but the same text. */
static void show(const char *what, long result) {
    if (result < 0)
        printf("%s: %s%s\n", what, strerror(errno), errno == -result ? "" : ", which is not the result");
    else
        printf("%s: %ld\n", what, result);
}

static void show_pointer(const char *what, const void *result) {
    printf("%s: %s%s\n", what, result ? "ok" : "NULL ", result ? "" : strerror(errno));
}

/* The records that a callback saw. */
struct seen {
    unsigned long long records, bytes, sum;
    int answer;           /* the result of the callback */
    unsigned answer_from; /* the record from which it has this result */
};

static int on_record(void *context, void *data, size_t size) {
    struct seen *seen = context;
    seen->bytes += size;
    seen->sum += *(unsigned long long *)data;
    return ++seen->records >= seen->answer_from ? seen->answer : 0;
}

static void show_seen(const char *what, struct seen *seen) {
    printf("%s: %llu records, %llu bytes, sum %llu\n", what, seen->records, seen->bytes, seen->sum);
    memset(seen, 0, sizeof(*seen));
}

static void show_ring(const char *what, const struct ring *ring) {
    printf("%s: consumer %lu, producer %lu, available %zu, size %zu\n", what, ring__consumer_pos(ring),
           ring__producer_pos(ring), ring__avail_data_size(ring), ring__size(ring));
}

/* A buffer works on after its map's descriptor was closed. */
static void closed_map(void) {
    int fd = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "closed", 0, 0, 65536, NULL);
    struct ring_buffer *rb = ring_buffer__new(fd, on_record, NULL, NULL);
    close(fd);
    struct pollfd ready = {.fd = ring_buffer__epoll_fd(rb), .events = POLLIN};
    show("ring_buffer__epoll_fd of a closed map", ready.fd > 2);
    show("poll", poll(&ready, 1, 0));
    show("ring_buffer__poll", ring_buffer__poll(rb, 0));
    ring_buffer__free(rb);
}

static void rings(void) {
    struct seen one = {0}, two = {0};
    struct ring_buffer *rb = ring_buffer__new(fd_of("ring"), on_record, &one, NULL);
    show_pointer("ring_buffer__new", rb);
    show("ring_buffer__add", ring_buffer__add(rb, fd_of("second"), on_record, &two));
    show("ring_buffer__add of another map", ring_buffer__add(rb, fd_of("hash"), on_record, &two));
    show("ring_buffer__epoll_fd", ring_buffer__epoll_fd(rb) > 2);
    struct pollfd ready = {.fd = ring_buffer__epoll_fd(rb), .events = POLLIN};
    show("poll of nothing", poll(&ready, 1, 10));
    show("ring_buffer__poll of nothing", ring_buffer__poll(rb, 10));

    run_command(TO_RING, 300, 64, 0);
    run_command(TO_SECOND_RING, 40, 129, 1000);
    show_ring("ring", ring_buffer__ring(rb, 0));
    show("poll", poll(&ready, 1, 100));
    show("ring_buffer__poll", ring_buffer__poll(rb, 100));
    show_seen("ring", &one);
    show_seen("second", &two);
    for (int i = 0; i < 100; i++) {
        run_command(TO_RING, 700, 80, i * 700);
        ring_buffer__consume(rb);
    }
    show_seen("70000 records", &one);

    run_command(TO_RING, 10, 16, 0);
    one.answer = -7, one.answer_from = 4;
    int results[] = {ring_buffer__poll(rb, 100), ring_buffer__poll(rb, 100)};
    one.answer = 0;
    int rest = ring_buffer__poll(rb, 100);
    printf("negative callback: %d, %d, then %d\n", results[0], results[1], rest);
    show_seen("ring", &one);

    run_command(TO_RING, 10, 16, 0);
    run_command(TO_SECOND_RING, 10, 16, 0);
    show("ring_buffer__consume_n", ring_buffer__consume_n(rb, 3));
    show("ring_buffer__consume_n over two rings", ring_buffer__consume_n(rb, 9));
    struct ring *second = ring_buffer__ring(rb, 1);
    show_ring("second", second);
    show("ring__consume_n", ring__consume_n(second, 2));
    show("ring__map_fd", ring__map_fd(second) == fd_of("second"));
    show("ring__consume", ring__consume(second));
    show_pointer("ring_buffer__ring of a third", ring_buffer__ring(rb, 2));
    one = two = (struct seen){0};

    run_command(TO_RING, 2, 8, 0);
    run_command(TO_RING, 7, RECORD_BYTES_MAX, 2);
    run_command(TO_RING, 1, 8, 9);
    show("ring_buffer__consume of large records", ring_buffer__consume(rb) + ring_buffer__consume(rb));
    ring_buffer__consume(rb);
    show_seen("large records", &one);
    ring_buffer__free(rb);
    ring_buffer__free(NULL);
    show_pointer("ring_buffer__new of another map", ring_buffer__new(fd_of("hash"), on_record, NULL, NULL));
    /* Linux has EBADFD here, which WASI lacks. */
    show("ring_buffer__new of no map", ring_buffer__new(999, on_record, NULL, NULL) != NULL);
    struct ring_buffer_opts too_short = {.sz = 4};
    show_pointer("ring_buffer__new with short options", ring_buffer__new(fd_of("ring"), on_record, NULL, &too_short));
}

struct perf_seen {
    unsigned long long samples, sum, lost;
    unsigned wrong; /* records after which a number is missing that was not lost */
    unsigned next;
};

static void on_sample(void *context, int cpu, void *data, unsigned size) {
    struct perf_seen *seen = context;
    unsigned number = (unsigned)*(unsigned long long *)data;
    (void)size;
    if (cpu != 0 || number != seen->next) seen->wrong++;
    seen->next = number + 1;
    seen->samples++;
    seen->sum += number;
}

static void on_lost(void *context, int cpu, unsigned long long count) {
    struct perf_seen *seen = context;
    if (cpu != 0) seen->wrong++;
    seen->lost += count;
    seen->next += count;
}

static enum bpf_perf_event_ret on_event(void *context, int cpu, struct perf_event_header *event) {
    unsigned *counts = context;
    counts[0] += cpu == 0 && event->type == PERF_RECORD_SAMPLE;
    counts[1] += event->size;
    if (counts[0] == 3) return LIBBPF_PERF_EVENT_DONE;
    return counts[0] == 6 ? LIBBPF_PERF_EVENT_ERROR : LIBBPF_PERF_EVENT_CONT;
}

/* The test runs this program on CPU 0. */
static void perf(void) {
    struct perf_seen seen = {0};
    int fd = fd_of("perf");
    struct perf_buffer *pb = perf_buffer__new(fd, 8, on_sample, on_lost, &seen, NULL);
    show_pointer("perf_buffer__new", pb);
    show("perf_buffer__poll of nothing", perf_buffer__poll(pb, 10));
    run_command(TO_PERF, 100, 64, 0);
    show("perf_buffer__poll", perf_buffer__poll(pb, 100));
    for (unsigned first = 100; first < 60100; first += 300) {
        run_command(TO_PERF, 300, 68, first);
        perf_buffer__consume(pb);
    }
    printf("samples: %llu, sum %llu, wrong %u\n", seen.samples, seen.sum, seen.wrong);
    run_command(TO_PERF, 5000, 68, 60100);
    run_command(TO_PERF, 1, 68, 65100);
    show("perf_buffer__consume_buffer", perf_buffer__consume_buffer(pb, 0));
    run_command(TO_PERF, 1, 68, 65101);
    show("perf_buffer__consume_buffer", perf_buffer__consume_buffer(pb, 0));
    printf("samples and lost: %llu, wrong %u\n", seen.samples + seen.lost, seen.wrong);
    printf("some are lost: %d\n", seen.lost > 0);
    printf("buffers: %d, descriptors %d %d\n", perf_buffer__buffer_cnt(pb) > 0, perf_buffer__buffer_fd(pb, 0) > 2,
           perf_buffer__epoll_fd(pb) > 2);
    show("perf_buffer__buffer_fd of no buffer", perf_buffer__buffer_fd(pb, 100000));
    show("perf_buffer__consume_buffer of no buffer", perf_buffer__consume_buffer(pb, 100000));
    perf_buffer__free(pb);

    pb = perf_buffer__new(fd, 4, NULL, NULL, NULL, NULL);
    run_command(TO_PERF, 5, 64, 0);
    show("perf_buffer__poll without callbacks", perf_buffer__poll(pb, 100));
    perf_buffer__free(pb);

    unsigned counts[2] = {0};
    struct perf_event_attr attr = {
        .type = PERF_TYPE_SOFTWARE,
        .size = sizeof(attr),
        .config = PERF_COUNT_SW_BPF_OUTPUT,
        .sample_type = PERF_SAMPLE_RAW | PERF_SAMPLE_TIME,
        .sample_period = 1,
        .wakeup_events = 1,
        .disabled = 1,
    };
    int cpus[] = {0}, keys[] = {0};
    LIBBPF_OPTS(perf_buffer_raw_opts, options, .cpu_cnt = 1, .cpus = cpus, .map_keys = keys);
    pb = perf_buffer__new_raw(fd, 4, &attr, on_event, counts, &options);
    show_pointer("perf_buffer__new_raw", pb);
    show("perf_buffer__buffer_cnt", (long)perf_buffer__buffer_cnt(pb));
    run_command(TO_PERF, 10, 64, 0);
    for (int i = 0; i < 4; i++) {
        int result = perf_buffer__consume(pb);
        printf("raw: %d, %u samples\n", result, counts[0]);
    }
    printf("raw: %u bytes\n", counts[1]);
    perf_buffer__free(pb);

    show_pointer("perf_buffer__new of another map", perf_buffer__new(fd_of("hash"), 8, on_sample, NULL, NULL, NULL));
    show_pointer("perf_buffer__new of 3 pages", perf_buffer__new(fd, 3, on_sample, NULL, NULL, NULL));
}

static void user_ring(void) {
    struct user_ring_buffer *rb = user_ring_buffer__new(fd_of("user"), NULL);
    unsigned zero = 0;
    struct drained all;
    show_pointer("user_ring_buffer__new", rb);
    unsigned long long *samples[4];
    for (unsigned i = 0; i < COUNT(samples); i++) {
        samples[i] = user_ring_buffer__reserve(rb, 8 + 100 * i);
        if (samples[i]) *samples[i] = 1ULL << (8 * i);
    }
    user_ring_buffer__submit(rb, samples[1]);
    user_ring_buffer__discard(rb, samples[2]);
    user_ring_buffer__submit(rb, samples[0]);
    user_ring_buffer__submit(rb, samples[3]);
    run_command(DRAIN, 0, 0, 0);
    bpf_map_lookup_elem(drained, &zero, &all);
    printf("drained: %llu, sum %llx\n", all.count, all.sum);
    show_pointer("too large", user_ring_buffer__reserve(rb, USER_RING_BYTES));
    unsigned filled = 0;
    for (void *sample; (sample = user_ring_buffer__reserve(rb, 56)); filled++) {
        memset(sample, 0, 56);
        *(unsigned long long *)sample = filled;
        user_ring_buffer__submit(rb, sample);
    }
    printf("full after %u: %s\n", filled, strerror(errno));
    show_pointer("user_ring_buffer__reserve_blocking", user_ring_buffer__reserve_blocking(rb, 56, 10));
    run_command(DRAIN, 0, 0, 0);
    bpf_map_lookup_elem(drained, &zero, &all);
    printf("drained: %llu, sum %llx\n", all.count, all.sum);
    void *sample = user_ring_buffer__reserve_blocking(rb, 56, 10);
    show_pointer("after draining", sample);
    user_ring_buffer__discard(rb, sample);
    user_ring_buffer__free(rb);
    show_pointer("user_ring_buffer__new of another map", user_ring_buffer__new(fd_of("ring"), NULL));
}

static void elements(void) {
    int hash = fd_of("hash"), percpu = fd_of("percpu"), queue = fd_of("queue"), outer = fd_of("outer");
    unsigned key = 1, next = 0, small = 5;
    unsigned long long value = 10, found = 0;
    /* Later calls take another way than the first ones. */
    for (int i = 0; i < 40; i++) {
        key = 1, value = 10 + i, found = 0;
        int results[] = {
            bpf_map_lookup_elem(hash, &key, &found),
            bpf_map_update_elem(hash, &key, &value, BPF_EXIST),
            bpf_map_update_elem(hash, &key, &value, BPF_NOEXIST),
            bpf_map_update_elem(hash, &key, &value, BPF_NOEXIST),
            bpf_map_lookup_elem_flags(hash, &key, &found, 0),
            bpf_map_get_next_key(hash, NULL, &next),
            bpf_map_get_next_key(hash, &key, &next),
            bpf_map_lookup_and_delete_elem(hash, &key, &found),
            bpf_map_lookup_and_delete_elem_flags(hash, &key, &found, 0),
            bpf_map_delete_elem(hash, &key),
            bpf_map_delete_elem_flags(hash, &key, 0),
            bpf_map_lookup_elem(999, &key, &found),
            bpf_map_lookup_elem(hash, NULL, &found),
            bpf_map_update_elem(hash, &key, &value, 64),
        };
        if (i % 39 != 0) continue;
        printf("elements:");
        for (unsigned j = 0; j < COUNT(results); j++) {
            errno = -results[j];
            printf(" %s,", results[j] ? strerror(errno) : "0");
        }
        printf(" next %u, found %llu\n", next, found);
    }
    int cpus = libbpf_num_possible_cpus();
    unsigned long long values[cpus], sum = 0;
    for (int i = 0; i < cpus; i++) values[i] = i + 1;
    show("per CPU update", bpf_map_update_elem(percpu, &key, values, BPF_ANY));
    memset(values, 0, sizeof(values));
    show("per CPU lookup", bpf_map_lookup_elem(percpu, &key, values));
    for (int i = 0; i < cpus; i++) sum += values[i];
    printf("per CPU sum is right: %d\n", sum == (unsigned long long)cpus * (cpus + 1) / 2);

    show("queue push", bpf_map_update_elem(queue, NULL, &small, BPF_ANY));
    show("queue push with a key", bpf_map_update_elem(queue, &key, &small, BPF_ANY));
    small = 0;
    show("queue pop", bpf_map_lookup_and_delete_elem(queue, NULL, &small));
    show("popped", small);
    show("queue pop of nothing", bpf_map_lookup_and_delete_elem(queue, NULL, &small));

    unsigned zero = 0, one = 1;
    show("map in a map", bpf_map_update_elem(outer, &zero, &hash, BPF_ANY));
    show("file in a map of maps", bpf_map_update_elem(outer, &one, &one, BPF_ANY) != 0);
    show("id of the map in a map", bpf_map_lookup_elem(outer, &zero, &small) == 0 && small > 0);
}

static void batches(void) {
    int hash = fd_of("hash");
    enum { ALL = 200, PART = 64 };
    static unsigned keys[ALL];
    static unsigned long long values[ALL];
    for (unsigned i = 0; i < ALL; i++) keys[i] = i, values[i] = i * i;
    unsigned count = ALL;
    LIBBPF_OPTS(bpf_map_batch_opts, options, .elem_flags = BPF_ANY);
    show("bpf_map_update_batch", bpf_map_update_batch(hash, keys, values, &count, &options));
    show("count", count);
    options.elem_flags = BPF_NOEXIST;
    show("bpf_map_update_batch with a flag", bpf_map_update_batch(hash, keys, values, &count, &options));

    unsigned position, sum = 0, found = 0, rounds = 0;
    int result;
    do {
        count = PART;
        result = bpf_map_lookup_batch(hash, rounds++ ? &position : NULL, &position, keys, values, &count, NULL);
        for (unsigned i = 0; i < count; i++) sum += values[i] == (unsigned long long)keys[i] * keys[i];
        found += count;
    } while (result == 0 && rounds < 100);
    printf("bpf_map_lookup_batch: %u of %u are right, then %s\n", sum, found, strerror(errno));
    for (unsigned i = 0; i < 10; i++) keys[i] = i;
    count = 10;
    show("bpf_map_delete_batch", bpf_map_delete_batch(hash, keys, &count, NULL));
    count = 10;
    show("bpf_map_delete_batch again", bpf_map_delete_batch(hash, keys, &count, NULL));
    show("count", count);
    count = ALL;
    show("bpf_map_lookup_and_delete_batch",
         bpf_map_lookup_and_delete_batch(hash, NULL, &position, keys, values, &count, NULL));
    show("count", count);
    show("is empty", bpf_map_get_next_key(hash, NULL, keys));
    show("of no map", bpf_map_delete_batch(999, keys, &count, NULL));
    show("of a ring fails", bpf_map_lookup_batch(fd_of("ring"), NULL, &position, keys, values, &count, NULL) < 0);
}

static int no_messages(enum libbpf_print_level level, const char *format, va_list arguments) {
    (void)level, (void)format, (void)arguments;
    return 0;
}

int main(void) {
    libbpf_set_print(no_messages);
    object = bpf_object__open_mem(object_bytes, sizeof(object_bytes), NULL);
    if (!object || bpf_object__load(object)) {
        printf("cannot load: %s\n", strerror(errno));
        return 1;
    }
    commands = fd_of("commands");
    drained = fd_of("drained");
    struct bpf_link *link = bpf_program__attach(bpf_object__find_program_by_name(object, "on_bpf"));
    show_pointer("bpf_program__attach", link);
    rings();
    closed_map();
    perf();
    user_ring();
    elements();
    batches();
    bpf_link__destroy(link);
    bpf_object__close(object);
    return 0;
}
