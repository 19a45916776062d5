// SPDX-License-Identifier: MIT
/* A guest with its own names for the callback's export and the wrapper's module. It attaches by descriptor. */
#include "squares.h"

IMPORT("my wrapper", "wasm_bpf_buffer_poll")
int poll_buffer(uint64_t object, int fd, const void *context, void *data, int size, int timeout_ms);

__attribute__((export_name("on record"))) int on_record(const void *context, const void *data, size_t size) {
    return print_square(context, data, size);
}

static int attach(uint64_t object) {
    return attach_program_fd(object, "on_bpf", -1);
}

static int poll(uint64_t object, int fd) {
    static const int context = 42;
    static uint64_t data[8];
    return poll_buffer(object, fd, &context, data, sizeof(data), 0);
}

int main(void) {
    return run(attach, poll);
}
