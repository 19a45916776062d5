// SPDX-License-Identifier: MIT
/* A callback may stop, return nothing, grow memory, use maps, attach, and poll other buffers, but not its own. */
#include "events_guest.h"
#include "xdp_pass.skel.h"

static struct events_bpf *skel;
static char data_a[RECORD_SIZE_MAX], data_b[RECORD_SIZE_MAX];
static int runs;

static int poll_a(void *sample, void *ctx, int timeout_ms) {
    return wasm_bpf_buffer_poll(events_handle(skel), bpf_map__fd(skel->maps.ring_a), (int32_t)(intptr_t)sample,
                                (uint32_t)(uintptr_t)ctx, data_a, sizeof(data_a), timeout_ms);
}

static int stop_at_third(void *ctx, void *data, size_t size) {
    (void)ctx, (void)data, (void)size;
    return ++runs == 3 ? -77 : 0;
}

static int return_positive(void *ctx, void *data, size_t size) {
    (void)ctx, (void)data, (void)size;
    return ++runs;
}

static void return_nothing(void *ctx, void *data, size_t size) {
    (void)ctx, (void)data, (void)size;
    runs++;
}

static int grow_memory(void *ctx, void *data, size_t size) {
    __builtin_wasm_memory_grow(0, 16);
    return events_see(ctx, data, size);
}

static int use_map(void *ctx, void *data, size_t size) {
    __u32 key = 0;
    __u64 value = ((const struct record *)data)->number + 100, back = 0;
    int fd = bpf_map__fd(skel->maps.globals);
    (void)ctx, (void)size;
    if (bpf_map_update_elem(fd, &key, &value, BPF_ANY) == 0 && bpf_map_lookup_elem(fd, &key, &back) == 0 &&
        back == value)
        runs++;
    return 0;
}

static int poll_other(void *ctx, void *data, size_t size) {
    struct seen *other = ctx;
    (void)data, (void)size;
    events_poll(events_handle(skel), skel->maps.ring_b, events_see, other, data_b, sizeof(data_b), 0);
    return 0;
}

static int poll_same(void *ctx, void *data, size_t size) {
    (void)data, (void)size;
    *(int *)ctx = poll_a(return_nothing, NULL, 0);
    return 0;
}

static int load_and_attach(void *ctx, void *data, size_t size) {
    (void)data, (void)size;
    struct xdp_pass_bpf *other = xdp_pass_bpf__open_and_load();
    *(int *)ctx = other ? wasm_attach_bpf_program(other->skeleton->handle, "pass", "lo") : -1;
    xdp_pass_bpf__destroy(other);
    return 0;
}

static void stopping(void) {
    runs = 0;
    events_emit(skel, COMMAND_RING_A, 0, 5, 16);
    check_equal("a negative result of the callback is poll's", poll_a(stop_at_third, NULL, 0), -77);
    check_equal("and stops it there", runs, 3);
    check_equal("the records after it are still there", poll_a(return_nothing, NULL, 0), 2);

    runs = 0;
    events_emit(skel, COMMAND_RING_A, 0, 5, 16);
    check_equal("a positive result means nothing", poll_a(return_positive, NULL, 0), 5);
    runs = 0;
    events_emit(skel, COMMAND_RING_A, 0, 5, 16);
    check_equal("a callback may return nothing", poll_a(return_nothing, NULL, 0), 5);
    check_equal("and runs for each record", runs, 5);
}

static void reentering(void) {
    struct seen seen = {0};
    events_emit(skel, COMMAND_RING_A, 0, 20, 64);
    check_equal("memory may grow in a callback", poll_a(grow_memory, &seen, 0), 20);
    check_equal("and the records stay right", seen.misplaced + seen.missized, 0);

    runs = 0;
    events_emit(skel, COMMAND_RING_A, 0, 4, 16);
    poll_a(use_map, NULL, 0);
    check_equal("maps may be used in a callback", runs, 4);

    struct seen other = {0};
    events_emit(skel, COMMAND_RING_B, 0, 6, 64);
    events_emit(skel, COMMAND_RING_A, 0, 2, 16);
    check_equal("another buffer may be polled in a callback", poll_a(poll_other, &other, 0), 2);
    check_equal("which gives all of its records", other.count, 6);
    check_equal("and the right ones", other.misplaced + other.missized, 0);

    int result = 0;
    events_emit(skel, COMMAND_RING_A, 0, 1, 16);
    check_equal("polling the same buffer in its callback does no harm", poll_a(poll_same, &result, 0), 1);
    check_equal("and is -EBUSY", result, -16);

    result = -1;
    events_emit(skel, COMMAND_RING_A, 0, 1, 16);
    poll_a(load_and_attach, &result, 0);
    check_equal("an object may be loaded, attached and closed in a callback", result, 0);
}

int main(void) {
    skel = events_open_and_start();
    stopping();
    reentering();
    events_bpf__destroy(skel);
    return check_result();
}
