// SPDX-License-Identifier: MIT
/* Elements of maps. */
#ifndef WASM_BPF_MAPS_H
#define WASM_BPF_MAPS_H

#include <errno.h>
#include <stdint.h>
#include <linux/bpf.h>
#include <wasm_bpf/errors.h>
#include <wasm_bpf/imports.h>
#include <wasm_bpf/objects.h>

WASM_BPF_EXTERN_C_BEGIN

/* The number of a map for the calls below; negative before load and after detach. */
static inline int bpf_map__fd(const struct bpf_map *map) {
    if (!map) return wasm_bpf__fail(EINVAL);
    return map->fd;
}

static inline int bpf_map_update_elem(int fd, const void *key, const void *value, uint64_t flags) {
    return wasm_bpf__result(wasm_bpf_map_operate(fd, BPF_MAP_UPDATE_ELEM, (void *)key, (void *)value, NULL, flags));
}

static inline int bpf_map_lookup_elem_flags(int fd, const void *key, void *value, uint64_t flags) {
    return wasm_bpf__result(wasm_bpf_map_operate(fd, BPF_MAP_LOOKUP_ELEM, (void *)key, value, NULL, flags));
}

static inline int bpf_map_lookup_elem(int fd, const void *key, void *value) {
    return bpf_map_lookup_elem_flags(fd, key, value, 0);
}

static inline int bpf_map_lookup_and_delete_elem_flags(int fd, const void *key, void *value, uint64_t flags) {
    return wasm_bpf__result(wasm_bpf_map_operate(fd, BPF_MAP_LOOKUP_AND_DELETE_ELEM, (void *)key, value, NULL, flags));
}

/* Removes and returns the next element of a queue or stack (`key` NULL), or that of `key` in a hash (Linux 5.14). */
static inline int bpf_map_lookup_and_delete_elem(int fd, const void *key, void *value) {
    return bpf_map_lookup_and_delete_elem_flags(fd, key, value, 0);
}

static inline int bpf_map_delete_elem_flags(int fd, const void *key, uint64_t flags) {
    return wasm_bpf__result(wasm_bpf_map_operate(fd, BPF_MAP_DELETE_ELEM, (void *)key, NULL, NULL, flags));
}

static inline int bpf_map_delete_elem(int fd, const void *key) {
    return bpf_map_delete_elem_flags(fd, key, 0);
}

/* Writes the key after `key`, or the first key if `key` is NULL. Returns -ENOENT after the last key. */
static inline int bpf_map_get_next_key(int fd, const void *key, void *next_key) {
    return wasm_bpf__result(wasm_bpf_map_operate(fd, BPF_MAP_GET_NEXT_KEY, (void *)key, NULL, next_key, 0));
}

WASM_BPF_EXTERN_C_END

#endif /* WASM_BPF_MAPS_H */
