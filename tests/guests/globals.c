// SPDX-License-Identifier: MIT
/* The program starts with the values that the guest writes into rodata, data and bss between open and load. */
#include "events_guest.h"

static __u64 global(struct events_bpf *skel, __u32 index) {
    __u64 value = 0;
    bpf_map_lookup_elem(bpf_map__fd(skel->maps.globals), &index, &value);
    return value;
}

static struct events_bpf *open_with(__u64 data, __u64 bss) {
    struct events_bpf *skel = events_open();
    check("rodata, data and bss are there after open", skel->rodata && skel->data && skel->bss);
    check_equal("data has its initial value", skel->data->initial_data, 1);
    check_equal("bss is 0", skel->bss->initial_bss, 0);
    skel->data->initial_data = data;
    skel->bss->initial_bss = bss;
    return skel;
}

static void run(struct events_bpf *skel, __u64 data, __u64 bss) {
    events_start(skel);
    events_emit(skel, COMMAND_RING_A, 0, 0, 0);
    check_equal("the program saw the guest's data", global(skel, 0), data);
    check_equal("its bss", global(skel, 1), bss);
    check("and its rodata", global(skel, 2) == skel->rodata->magic);
    check("which is readable after load", skel->rodata && skel->data->initial_data == data);
    events_bpf__destroy(skel);
}

int main(void) {
    /* Two skeletons of one object have separate values. */
    struct events_bpf *first = open_with(11, 12), *second = open_with(21, 22);
    run(first, 11, 12);
    run(second, 21, 22);
    return check_result();
}
