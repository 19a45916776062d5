// SPDX-License-Identifier: MIT
/* A guest like those of 2023: it imports from module "env", and is linked without --export-table. */
#define IMPORT_MODULE "env"
#include "squares.h"

IMPORT(IMPORT_MODULE, "wasm_bpf_buffer_poll")
int poll_buffer(uint64_t object, int fd, int (*sample)(const void *, const void *, size_t), const void *context,
                void *data, int size, int timeout_ms);

static int attach(uint64_t object) {
    return attach_program(object, "on_bpf", "");
}

static int poll(uint64_t object, int fd) {
    static const int context = 42;
    static uint64_t data[8];
    return poll_buffer(object, fd, print_square, &context, data, sizeof(data), 0);
}

int main(void) {
    return run(attach, poll);
}
