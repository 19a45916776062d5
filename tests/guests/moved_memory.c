// SPDX-License-Identifier: MIT
/* Shares .bss, grows a memory that then moves, and ends the sharing as argv[1] says. Later stores must persist. */
#define WASM_BPF_ABI 2
#include "events_guest.h"

#define PAGES 1024
#define STORED 41

static struct events_bpf *skel;
static char data[RECORD_SIZE_MAX];

static void grow_and_store(void) {
    if (__builtin_wasm_memory_grow(0, PAGES) == (size_t)-1) __builtin_trap();
    skel->bss->initial_bss = STORED;
}

static int grow_in_callback(void *ctx, void *record, size_t size) {
    if (((struct seen *)ctx)->count == 0) grow_and_store();
    return events_see(ctx, record, size);
}

/* The value of `initial_bss` in the BPF program. */
static __u64 in_the_kernel(void) {
    __u32 key = 1;
    __u64 value = 0;
    events_emit(skel, COMMAND_RING_B, 0, 0, 16);
    bpf_map_lookup_elem(bpf_map__fd(skel->maps.globals), &key, &value);
    return value;
}

int main(int argc, char **argv) {
    const char *how = argc > 1 ? argv[1] : "";
    skel = events_open_and_start();
    skel->bss->initial_bss = 7;
    check_equal("a store is the program's before the memory moves", in_the_kernel(), 7);
    if (!strcmp(how, "munmap")) {
        grow_and_store();
        check_equal("the sharing ends", bpf_map_munmap(bpf_map__fd(skel->maps.bss)), 0);
        check_equal("after the last store has reached the program", in_the_kernel(), STORED);
    } else if (!strcmp(how, "call")) {
        for (int i = 0; i < 50; i++) in_the_kernel(); /* from then on, map calls run without JavaScript */
        grow_and_store();
        check_equal("the next map call brings the store to the program", in_the_kernel(), STORED);
        skel->bss->initial_bss = 8;
        check_equal("and so do those after it", in_the_kernel(), 8);
    } else if (!strcmp(how, "callback")) {
        struct seen seen = {.next = 0};
        events_emit(skel, COMMAND_RING_A, 0, 3, 16);
        int polled =
            events_poll(events_handle(skel), skel->maps.ring_a, grow_in_callback, &seen, data, sizeof(data), 0);
        check_equal("each record comes while the memory moves", polled, 3);
        check_equal("in order", seen.misplaced, 0);
        check_equal("a store of a callback is the program's", in_the_kernel(), STORED);
    } else if (!strcmp(how, "write")) {
        grow_and_store();
        check("a file call is the first after the move", true);
        check_equal("the store is the program's", in_the_kernel(), STORED);
    } else if (!strcmp(how, "exit")) {
        grow_and_store();
        _Exit(0);
    } else if (!strcmp(how, "trap")) {
        grow_and_store();
        __builtin_trap();
    } else {
        grow_and_store();
    }
    __u64 *stored = &skel->bss->initial_bss;
    __u64 last = *stored;
    events_bpf__destroy(skel);
    check_equal("closing leaves the bytes", *stored, last);
    return check_result();
}
