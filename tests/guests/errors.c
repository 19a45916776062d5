// SPDX-License-Identifier: MIT
/* Wrong calls return a negative Linux error number. The host continues, and prints the reason on stderr. */
#include "events_guest.h"

enum { ENOENT_LINUX = 2, EBADF_LINUX = 9, EINVAL_LINUX = 22 };

static char data[64];

static int ignore(void *ctx, void *record, size_t size) {
    (void)ctx, (void)record, (void)size;
    return 0;
}

static void loading(void) {
    static const char text[] = "this is no ELF object, and never was one";
    check_equal("loading other bytes returns 0", (long long)wasm_load_bpf_object(text, sizeof(text)), 0);
    size_t size;
    const char *elf = events_bpf__elf_bytes(&size);
    check_equal("loading half an object returns 0", (long long)wasm_load_bpf_object(elf, (int)size / 2), 0);
    check_equal("loading no bytes returns 0", (long long)wasm_load_bpf_object(elf, 0), 0);
}

static void handles(bpf_object_skel object) {
    const bpf_object_skel wrong[] = {0, object + 1, object + (1ull << 32), ~0ull, 1ull << 63};
    check("a handle is a small number, not an address", object > 0 && object < 1ull << 31);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        check("closing an invalid handle fails", wasm_close_bpf_object(wrong[i]) < 0);
        check("attaching from an invalid handle fails", wasm_attach_bpf_program(wrong[i], "on_bpf", NULL) < 0);
        check("looking for a map in an invalid handle fails", wasm_bpf_map_fd_by_name(wrong[i], "ring_a") < 0);
        check("polling an invalid handle fails",
              wasm_bpf_buffer_poll(wrong[i], 3, (int32_t)(intptr_t)ignore, 0, data, sizeof(data), 0) < 0);
    }
}

static void names(bpf_object_skel object) {
    check_equal("an unknown program", wasm_attach_bpf_program(object, "no_such_program", NULL), -ENOENT_LINUX);
    check_equal("a program with no name", wasm_attach_bpf_program(object, "", NULL), -ENOENT_LINUX);
    check_equal("an unknown map", wasm_bpf_map_fd_by_name(object, "no_such_map"), -ENOENT_LINUX);
    check_equal("a map with no name", wasm_bpf_map_fd_by_name(object, ""), -ENOENT_LINUX);
    check("a tracepoint that does not exist", wasm_attach_bpf_program(object, "on_bpf", "no_such/tracepoint") < 0);
    check("a target that is nonsense", wasm_attach_bpf_program(object, "on_bpf", "::/@%\x01") < 0);
    check("a target that is not UTF-8", wasm_attach_bpf_program(object, "on_bpf", "\xff\xfe\xfd") < 0);
}

static void commands(int array) {
    __u32 key = 0;
    __u64 value = 0;
    const int wrong[] = {0, -1, 5, 99, INT32_MAX, INT32_MIN};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        check_equal("an unknown command", wasm_bpf_map_operate(array, wrong[i], &key, &value, &key, 0), -EINVAL_LINUX);
    check_equal("map -1", wasm_bpf_map_operate(-1, BPF_MAP_LOOKUP_ELEM, &key, &value, NULL, 0), -EBADF_LINUX);
    check_equal("map -2^31", wasm_bpf_map_operate(INT32_MIN, BPF_MAP_LOOKUP_ELEM, &key, &value, NULL, 0), -EBADF_LINUX);
}

static void polling(bpf_object_skel object, int array, int ring) {
    int32_t sample = (int32_t)(intptr_t)ignore;
    check_equal("polling map -1", wasm_bpf_buffer_poll(object, -1, sample, 0, data, sizeof(data), 0), -EBADF_LINUX);
    check_equal("polling a map that is not a buffer",
                wasm_bpf_buffer_poll(object, array, sample, 0, data, sizeof(data), 0), -EINVAL_LINUX);
    const int32_t wrong[] = {0, -1, INT32_MAX, INT32_MIN, 1 << 20};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        check_equal("polling with an invalid callback",
                    wasm_bpf_buffer_poll(object, ring, wrong[i], 0, data, sizeof(data), 0), -EINVAL_LINUX);
}

/* The SDK converts them to numbers of the guest's libc. */
static void sdk(int array) {
    __u32 key = 1000;
    __u64 value;
    errno = 0;
    check_equal("the SDK's error is the guest's own", bpf_map_lookup_elem(array, &key, &value), -ENOENT);
    check_equal("and errno is set", errno, ENOENT);
    check_equal("the SDK knows EBADF", bpf_map_lookup_elem(-1, &key, &value), -EBADF);
    check_equal("a map of no object", bpf_map__fd(NULL), -EINVAL);
    check_equal("a buffer of no map", (long long)(intptr_t)bpf_buffer__new(NULL), 0);
    struct events_bpf *skel = events_bpf__open();
    check("before load a map has no number", bpf_map__fd(skel->maps.ring_a) < 0);
    check_equal("attaching before load", events_bpf__attach(skel), -EINVAL);
    events_bpf__detach(skel);
    events_bpf__destroy(skel);
    events_bpf__destroy(NULL);
    bpf_buffer__free(NULL);
}

int main(void) {
    loading();
    struct events_bpf *skel = events_open_and_start();
    bpf_object_skel object = events_handle(skel);
    int array = bpf_map__fd(skel->maps.globals);
    handles(object);
    names(object);
    commands(array);
    polling(object, array, bpf_map__fd(skel->maps.ring_a));
    sdk(array);

    struct seen seen = {0};
    static char record[RECORD_SIZE_MAX];
    events_emit(skel, COMMAND_RING_A, 0, 3, 64);
    check_equal("after all that, everything works",
                events_poll(object, skel->maps.ring_a, events_see, &seen, record, sizeof(record), 0), 3);
    events_bpf__destroy(skel);
    check("closing twice fails", wasm_close_bpf_object(object) < 0);
    return check_result();
}
