// SPDX-License-Identifier: MIT
// The SDK and a skeleton in C++, with the skeleton's methods.
#include "events_guest.h"

static int count(void *ctx, void *, size_t) {
    ++*static_cast<int *>(ctx);
    return 0;
}

int main() {
    int records = 0;
    events_bpf *skel = events_bpf::open();
    if (!check("the object opens", skel != nullptr)) return 1;
    skel->rodata->magic = 12345;
    check_equal("it loads", events_bpf::load(skel), 0);
    check_equal("it attaches", events_bpf::attach(skel), 0);

    bpf_buffer *one_step = bpf_buffer__open(skel->maps.ring_a, count, &records);
    bpf_buffer *two_steps = bpf_buffer__new(skel->maps.ring_b);
    check_equal("a buffer opens in two steps", bpf_buffer__open(two_steps, count, &records), 0);
    events_emit(skel, COMMAND_RING_A, 0, 3, 64);
    events_emit(skel, COMMAND_RING_B, 0, 4, 64);
    check_equal("records of the one", bpf_buffer__poll(one_step, 0), 3);
    check_equal("records of the other", bpf_buffer__poll(two_steps, 0), 4);
    check_equal("all of them counted", records, 7);
    bpf_buffer__free(one_step);
    bpf_buffer__free(two_steps);
    events_bpf::destroy(skel);
    return check_result();
}
