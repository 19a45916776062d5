// SPDX-License-Identifier: MIT
/* A range that is not in the guest's memory returns -EFAULT. The last byte of memory is valid. */
#include "events_guest.h"

enum { EFAULT_LINUX = 14 };

static char *end; /* of memory; the page before it is unused */

static int ignore(void *ctx, void *record, size_t size) {
    (void)ctx, (void)record, (void)size;
    return 0;
}

static void elements(int array) {
    __u32 key = 0;
    __u64 value = 0;
    char *const wrong_keys[] = {end - 3, end, (char *)0xfffffffc, (char *)0xffffffff, (char *)0x80000000};
    char *const wrong_values[] = {end - 7, end, (char *)0xfffffff8, (char *)0xffffffff, (char *)0x80000000};
    memset(end - 8, 0, 8);
    check_equal("a key at the end", wasm_bpf_map_operate(array, BPF_MAP_LOOKUP_ELEM, end - 4, &value, NULL, 0), 0);
    check_equal("a value at the end", wasm_bpf_map_operate(array, BPF_MAP_LOOKUP_ELEM, &key, end - 8, NULL, 0), 0);
    check_equal("a next key at the end", wasm_bpf_map_operate(array, BPF_MAP_GET_NEXT_KEY, &key, NULL, end - 4, 0), 0);
    for (size_t i = 0; i < sizeof(wrong_keys) / sizeof(wrong_keys[0]); i++) {
        check_equal("a key beyond it", wasm_bpf_map_operate(array, BPF_MAP_LOOKUP_ELEM, wrong_keys[i], &value, NULL, 0),
                    -EFAULT_LINUX);
        check_equal("a value beyond it",
                    wasm_bpf_map_operate(array, BPF_MAP_LOOKUP_ELEM, &key, wrong_values[i], NULL, 0), -EFAULT_LINUX);
        check_equal("a value to read beyond it",
                    wasm_bpf_map_operate(array, BPF_MAP_UPDATE_ELEM, &key, wrong_values[i], NULL, 0), -EFAULT_LINUX);
        check_equal("a key to delete beyond it",
                    wasm_bpf_map_operate(array, BPF_MAP_DELETE_ELEM, wrong_keys[i], NULL, NULL, 0), -EFAULT_LINUX);
        check_equal("a next key beyond it",
                    wasm_bpf_map_operate(array, BPF_MAP_GET_NEXT_KEY, &key, NULL, wrong_keys[i], 0), -EFAULT_LINUX);
    }
}

static void loading(const char *elf) {
    check_equal("an object of a negative size", (long long)wasm_load_bpf_object(elf, -1), 0);
    check_equal("of the smallest size", (long long)wasm_load_bpf_object(elf, INT32_MIN), 0);
    check_equal("of the largest size", (long long)wasm_load_bpf_object(elf, INT32_MAX), 0);
    check_equal("an object that reaches beyond the end", (long long)wasm_load_bpf_object(end - 64, 65), 0);
    check_equal("an object whose end wraps around", (long long)wasm_load_bpf_object((void *)0xfffffff0, 0x20), 0);
    check_equal("an object of no bytes beyond the end", (long long)wasm_load_bpf_object((void *)0xffffffff, 0), 0);
}

static void strings(bpf_object_skel object) {
    char *unended = end - 16;
    memset(unended, 'a', 16);
    const char *const wrong[] = {unended, end, (char *)0xffffffff};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        check_equal("a program's name with no end", wasm_attach_bpf_program(object, wrong[i], NULL), -EFAULT_LINUX);
        check_equal("a target with no end", wasm_attach_bpf_program(object, "on_bpf", wrong[i]), -EFAULT_LINUX);
        check_equal("a map's name with no end", wasm_bpf_map_fd_by_name(object, wrong[i]), -EFAULT_LINUX);
    }
    end[-1] = '\0';
    check_equal("a name that ends with memory is unknown, and no more", wasm_bpf_map_fd_by_name(object, unended), -2);
}

static int poll(struct events_bpf *skel, char *data, int size) {
    return wasm_bpf_buffer_poll(events_handle(skel), bpf_map__fd(skel->maps.ring_a), (int32_t)(intptr_t)ignore, 0, data,
                                size, 0);
}

static void polling(struct events_bpf *skel) {
    events_emit(skel, COMMAND_RING_A, 0, 1, 64);
    check_equal("a buffer beyond the end", poll(skel, end - 63, 64), -EFAULT_LINUX);
    check_equal("a buffer whose end wraps around", poll(skel, (char *)0xfffffff0, 0x20), -EFAULT_LINUX);
    check_equal("a buffer of a negative size", poll(skel, end - 64, -1), -EFAULT_LINUX);
    check_equal("a buffer of the smallest size", poll(skel, end - 64, INT32_MIN), -EFAULT_LINUX);
    check_equal("a buffer at the end", poll(skel, end - 64, 64), 1);
}

int main(void) {
    size_t size;
    struct events_bpf *skel = events_open_and_start();
    __builtin_wasm_memory_grow(0, 1);
    end = (char *)(__builtin_wasm_memory_size(0) * 65536);
    elements(bpf_map__fd(skel->maps.globals));
    loading(events_bpf__elf_bytes(&size));
    strings(events_handle(skel));
    polling(skel);
    events_bpf__destroy(skel);
    return check_result();
}
