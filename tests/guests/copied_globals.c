// SPDX-License-Identifier: MIT
/* For hosts of version 1, without module "libbpf". The guest sees the program's changes only through the map. */
#define WASM_BPF_ABI 1
#include "events_guest.h"

int main(void) {
    struct events_bpf *skel = events_open();
    skel->data->initial_data = 5;
    events_start(skel);
    events_emit(skel, COMMAND_RING_A, 0, 0, 0);
    check_equal("the guest's copy does not change", skel->bss->owner, 0);
    struct events_bpf__bss bss;
    __u32 key = 0;
    check_equal("the map has a value", bpf_map_lookup_elem(bpf_map__fd(skel->maps.bss), &key, &bss), 0);
    check("which the program changed", bss.owner != 0);
    check_equal("data has the guest's value", skel->data->initial_data, 5);
    events_bpf__destroy(skel);
    return check_result();
}
