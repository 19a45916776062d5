// SPDX-License-Identifier: MIT
/* The memory of global variables: .rodata, .data, .bss and .kconfig. */
#ifndef WASM_BPF_GLOBALS_H
#define WASM_BPF_GLOBALS_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <linux/bpf.h>
#include <wasm_bpf/btf.h>
#include <wasm_bpf/elf.h>
#include <wasm_bpf/errors.h>
#include <wasm_bpf/objects.h>

WASM_BPF_EXTERN_C_BEGIN

/* The version of the ABI that the guest needs. Version 2 shares memory with the kernel. */
#ifndef WASM_BPF_ABI
#define WASM_BPF_ABI 2
#endif

/* The largest page size of any kernel. Memory with this alignment can be shared with every kernel. */
enum { WASM_BPF__PAGE_SIZE = 65536 };

/* The values of an option of the kernel's configuration, in skel->kconfig. */
enum libbpf_tristate { TRI_NO = 0, TRI_YES = 1, TRI_MODULE = 2 };

static inline bool wasm_bpf__is_writable(const struct bpf_map *map) {
    return strncmp(map->name, ".bss", 4) == 0 || strncmp(map->name, ".data", 5) == 0;
}

/* The size in whole pages of `size` bytes that are shared with the kernel. */
static inline size_t wasm_bpf__pages(size_t size) {
    return size ? (size + WASM_BPF__PAGE_SIZE - 1) / WASM_BPF__PAGE_SIZE * WASM_BPF__PAGE_SIZE : WASM_BPF__PAGE_SIZE;
}

/* Gives a map an image of zeros, on separate pages if it will be shared with the kernel. */
static inline int wasm_bpf__new_image(struct bpf_map *map, uint64_t size) {
    if (size > INT32_MAX) return -EINVAL;
    map->image_size = (size_t)size;
    if (WASM_BPF_ABI >= 2 && wasm_bpf__is_writable(map)) {
        map->image = aligned_alloc(WASM_BPF__PAGE_SIZE, wasm_bpf__pages(map->image_size));
        if (map->image) memset(map->image, 0, map->image_size);
    } else {
        map->image = calloc(1, size ? map->image_size : 1);
    }
    return map->image ? 0 : -ENOMEM;
}

/*
 * Gives `map` the initial bytes of its section. The values of .kconfig are 0 until load, as in libbpf. Other memory of
 * a skeleton (an arena) cannot be mapped. Opening then fails, because the skeleton's pointer would be invalid.
 */
static inline int wasm_bpf__read_image(const struct bpf_object_skeleton *s, struct bpf_map *map) {
    struct wasm_bpf__section section;
    if (strcmp(map->name, ".kconfig") == 0) {
        uint64_t room = wasm_bpf__kconfig_room(s->data, s->data_sz);
        return room ? wasm_bpf__new_image(map, room) : -EINVAL;
    }
    if (!wasm_bpf__find_section(s->data, s->data_sz, map->name, &section)) return -ENOTSUP;
    int err = wasm_bpf__new_image(map, section.size);
    if (!err && section.type != WASM_BPF__NOBITS)
        memcpy(map->image, (const char *)s->data + section.offset, map->image_size);
    return err;
}

/* True if a map's initial bytes go into the ELF file. .bss has none there and is written once the map exists. */
static inline bool wasm_bpf__in_elf(const struct wasm_bpf__section *section, const struct bpf_map *map) {
    return section->type != WASM_BPF__NOBITS && section->size == map->image_size;
}

/* Writes the initial bytes of .bss into its new map, if they are not all zero. */
static inline int wasm_bpf__write_bss(const struct bpf_object_skeleton *s, const struct bpf_map *map) {
    struct wasm_bpf__section section;
    const char *bytes = (const char *)map->image;
    uint32_t key = 0;
    if (!bytes || map->image_size == 0 || !wasm_bpf__find_section(s->data, s->data_sz, map->name, &section) ||
        wasm_bpf__in_elf(&section, map))
        return 0;
    if (bytes[0] == 0 && memcmp(bytes, bytes + 1, map->image_size - 1) == 0) return 0;
    return wasm_bpf__result(wasm_bpf_map_operate(map->fd, BPF_MAP_UPDATE_ELEM, &key, map->image, NULL, BPF_ANY));
}

/* Fetches the values of .kconfig, which stay the same from load on. */
static inline int wasm_bpf__read_kconfig(const struct bpf_map *map) {
    uint32_t key = 0;
    if (!map->image || strcmp(map->name, ".kconfig") != 0) return 0;
    return wasm_bpf__result(wasm_bpf_map_operate(map->fd, BPF_MAP_LOOKUP_ELEM, &key, map->image, NULL, 0));
}

/* Replaces the image of .bss or .data by the kernel's own memory. */
static inline int wasm_bpf__share(const struct bpf_map *map) {
    if (!map->image || !map->image_size || !wasm_bpf__is_writable(map)) return 0;
    int shared = bpf_map_mmap(map->fd, map->image, wasm_bpf__pages(map->image_size));
    return shared < 0 ? wasm_bpf__fail(-shared) : 0;
}

WASM_BPF_EXTERN_C_END

#endif /* WASM_BPF_GLOBALS_H */
