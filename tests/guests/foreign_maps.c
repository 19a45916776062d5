// SPDX-License-Identifier: MIT
/* A guest can only use map numbers that it got by name, not the numbers of the host's files, programs or maps. */
#include "libbpf-wasm.h"
#include "check.h"
#include "maps.skel.h"

enum { EBADF_LINUX = 9, NUMBERS = 1024 };

static struct maps_bpf *skel;

static bool is_own(int number) {
    for (int i = 0; i < skel->skeleton->map_cnt; i++)
        if (bpf_map__fd(*skel->skeleton->maps[i].map) == number) return true;
    return false;
}

static void as_map(int command, const char *name) {
    static char key[64], value[65536];
    int refused = 0, tried = 0;
    for (int number = -2; number < NUMBERS; number++) {
        if (is_own(number)) continue;
        tried++;
        refused += wasm_bpf_map_operate(number, command, key, value, key, 0) == -EBADF_LINUX;
    }
    check_equal(name, refused, tried);
}

/* The kernel would accept any map or program of the host process. */
static void as_value(const struct bpf_map *map, const char *name) {
    int refused = 0, tried = 0;
    for (int number = 0; number < NUMBERS; number++) {
        __u32 key = 0;
        if (is_own(number)) continue;
        tried++;
        refused += wasm_bpf_map_operate(bpf_map__fd(map), BPF_MAP_UPDATE_ELEM, &key, &number, NULL, 0) == -EBADF_LINUX;
    }
    check_equal(name, refused, tried);
}

static int ignore(void *ctx, void *data, size_t size) {
    (void)ctx, (void)data, (void)size;
    return 0;
}

int main(void) {
    skel = maps_bpf__open_and_load();
    if (!check("the maps load", skel != NULL)) return 1;
    as_map(BPF_MAP_LOOKUP_ELEM, "no other number can be looked up");
    as_map(BPF_MAP_UPDATE_ELEM, "or updated");
    as_map(BPF_MAP_DELETE_ELEM, "or deleted from");
    as_map(BPF_MAP_GET_NEXT_KEY, "or walked");
    as_value(skel->maps.hash_of_maps, "or put into a map of maps");
    as_value(skel->maps.array_of_maps, "of either kind");
    as_value(skel->maps.prog_array, "or into an array of programs");
    as_value(skel->maps.cgroup_array, "or of cgroups");
    as_value(skel->maps.perf_event_array, "or of perf events");

    static char data[64];
    int refused = 0, tried = 0;
    for (int number = -2; number < NUMBERS; number++) {
        if (is_own(number)) continue;
        tried++;
        refused += wasm_bpf_buffer_poll(skel->maps.hash->obj_ptr, number, (int32_t)(intptr_t)ignore, 0, data,
                                        sizeof(data), 0) == -EBADF_LINUX;
    }
    check_equal("or polled", refused, tried);

    /* After an object is closed its numbers are invalid, even if the host has other files with these numbers. */
    int number = bpf_map__fd(skel->maps.hash);
    __u32 key = 0;
    __u64 value = 0;
    maps_bpf__destroy(skel);
    check_equal("or used after the object is closed",
                wasm_bpf_map_operate(number, BPF_MAP_UPDATE_ELEM, &key, &value, NULL, 0), -EBADF_LINUX);
    return check_result();
}
