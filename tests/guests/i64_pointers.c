// SPDX-License-Identifier: MIT
/* Declares wasm_bpf_map_operate like existing Rust and Go guests: pointers and flags are i64. */
#include "libbpf-wasm.h"
#include "check.h"
#include "maps.skel.h"

__attribute__((import_module("wasm_bpf"), import_name("wasm_bpf_map_operate"))) int
operate(int fd, int command, int64_t key, int64_t value, int64_t next_key, int64_t flags);

static int64_t address(const void *pointer) {
    return (int64_t)(uintptr_t)pointer;
}

int main(void) {
    __u32 key = 3, next = 0;
    __u64 value = 77, back = 0;
    struct maps_bpf *skel = maps_bpf__open_and_load();
    if (!check("the maps load", skel != NULL)) return 1;
    int map = bpf_map__fd(skel->maps.hash);
    check_equal("update", operate(map, BPF_MAP_UPDATE_ELEM, address(&key), address(&value), 0, BPF_NOEXIST), 0);
    check_equal("flags arrive", operate(map, BPF_MAP_UPDATE_ELEM, address(&key), address(&value), 0, BPF_NOEXIST), -17);
    check_equal("look-up", operate(map, BPF_MAP_LOOKUP_ELEM, address(&key), address(&back), 0, 0), 0);
    check_equal("gives the value", back, 77);
    check_equal("next key", operate(map, BPF_MAP_GET_NEXT_KEY, 0, 0, address(&next), 0), 0);
    check_equal("is the key", next, 3);
    check_equal("delete", operate(map, BPF_MAP_DELETE_ELEM, address(&key), 0, 0, 0), 0);
    check_equal("a pointer out of memory", operate(map, BPF_MAP_LOOKUP_ELEM, 0xffffffff, address(&back), 0, 0), -14);
    maps_bpf__destroy(skel);
    return check_result();
}
