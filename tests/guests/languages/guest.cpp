// SPDX-License-Identifier: MIT
// A guest in C++. A lambda receives the records and adds them to a vector; a stream prints the vector.
#include <iostream>
#include <vector>

#include "squares.h"

extern "C" {
IMPORT(IMPORT_MODULE, "wasm_bpf_buffer_poll")
int poll_buffer(uint64_t object, int fd, int (*sample)(void *, const square *, size_t), void *context, void *data,
                int size, int timeout_ms);
}

static int attach(uint64_t object) {
    return attach_program(object, "on_bpf", nullptr);
}

static int poll(uint64_t object, int fd) {
    std::vector<square> records;
    std::vector<unsigned char> data(64);
    auto collect = [](void *context, const square *record, size_t size) {
        if (size == sizeof(*record)) static_cast<std::vector<square> *>(context)->push_back(*record);
        return 0;
    };
    int delivered = poll_buffer(object, fd, collect, &records, data.data(), static_cast<int>(data.size()), 0);
    for (const auto &record : records) {
        std::cout << "record " << record.number << ' ' << record.square << " of " << sizeof(record)
                  << " bytes, context 42" << std::endl;
    }
    return delivered;
}

int main() {
    return run(attach, poll);
}
