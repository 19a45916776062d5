// SPDX-License-Identifier: MIT
/* Polls like existing Go guests: without a function table, and with the callback as the export "go-callback". */
#include "events_guest.h"

__attribute__((import_module("callback-wrapper"), import_name("wasm_bpf_buffer_poll"))) int
wrapped_poll(bpf_object_skel object, int fd, uint32_t ctx, char *data, int max_size, int timeout_ms);

__attribute__((export_name("go-callback"))) int on_record(void *ctx, void *data, size_t size) {
    return events_see(ctx, data, size);
}

int main(void) {
    static char data[RECORD_SIZE_MAX];
    struct events_bpf *skel = events_open_and_start();
    struct seen seen = {0};
    int ring = bpf_map__fd(skel->maps.ring_a);
    events_emit(skel, COMMAND_RING_A, 0, 50, 64);
    check_equal("the callback is found by its name",
                wrapped_poll(events_handle(skel), ring, (uint32_t)(uintptr_t)&seen, data, sizeof(data), 0), 50);
    check_equal("and sees every record", seen.count, 50);
    check_equal("in order and whole", seen.misplaced + seen.missized, 0);
    events_bpf__destroy(skel);
    return check_result();
}
