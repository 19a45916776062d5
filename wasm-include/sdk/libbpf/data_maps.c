// SPDX-License-Identifier: MIT
/*
 * Before load, the memory of a map is a copy of its initial value, which the guest can change. After load, .data and .bss
 * are the kernel's own memory, mapped over that copy, so that pointers to variables stay valid. The memory of .rodata and
 * .kconfig stays a copy, because their values no longer change. In the copy of a struct_ops value, members for functions have the
 * handles of programs, which are the pointers that the guest has.
 */
#include <stdlib.h>
#include <string.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "data_maps.h"
#include "libbpf_guest.h"
#include "libbpf_imports.h"

/* The largest page size of any kernel. Memory with this alignment can be shared with every kernel. */
enum { PAGE_SIZE = 65536 };

struct data {
    struct data *next;
    const struct bpf_map *map;
    void *memory;
    size_t size; /* of the value */
    size_t room; /* of the memory */
    bool shared;
};

static struct data *all_data;

static struct data **place_of(const struct bpf_map *map) {
    struct data **place = &all_data;
    while (*place && (*place)->map != map) place = &(*place)->next;
    return place;
}

/* .data and .bss: the map's pages can be mapped, and both sides write to them. */
static bool is_shareable(const struct bpf_map *map) {
    __u32 flags = import_bpf_map__map_flags(map);
    return (flags & BPF_F_MMAPABLE) && !(flags & BPF_F_RDONLY_PROG);
}

/* Gives `data` zeroed memory for `size` bytes. Memory that can be shared has pages of its own. */
static int allocate(struct data *data, size_t size) {
    if (size > PTRDIFF_MAX - PAGE_SIZE) return -ENOMEM;
    bool shareable = is_shareable(data->map);
    data->room = shareable ? (size + PAGE_SIZE - 1) / PAGE_SIZE * PAGE_SIZE : size;
    data->memory = shareable ? aligned_alloc(PAGE_SIZE, data->room) : malloc(data->room);
    if (!data->memory) return -ENOMEM;
    memset(data->memory, 0, size);
    data->size = size;
    return 0;
}

/* Maps the kernel's memory over the copy. */
static int share(struct data *data) {
    intptr_t shared = (intptr_t)import_bpf_map_mmap(import_bpf_map__fd(data->map), data->memory, data->room);
    data->shared = shared >= 0;
    if (data->shared) return 0;
    int err = (int)shared;
    libbpf_guest_warn("map '%s': failed to re-mmap() contents: %d\n", bpf_map__name(data->map), err);
    return err;
}

static void stop_sharing(struct data *data) {
    if (data->shared) import_bpf_map_munmap(import_bpf_map__fd(data->map));
    data->shared = false;
}

static void free_data(struct data **place) {
    struct data *data = *place;
    *place = data->next;
    stop_sharing(data);
    free(data->memory);
    free(data);
}

/* Copies the map's value into its memory. Returns the value's size, 0 if the map has no value (any more). */
static intptr_t read_value(struct data *data) {
    return (intptr_t)import_bpf_map__initial_value(data->map, data->memory, data->size);
}

static int new_data(const struct bpf_map *map, struct data **place) {
    intptr_t size = (intptr_t)import_bpf_map__initial_value(map, NULL, 0);
    if (size <= 0) return (int)size;
    struct data *data = calloc(1, sizeof(*data));
    if (!data) return -ENOMEM;
    data->map = map;
    *place = data;
    int err = allocate(data, (size_t)size);
    if (!err) size = read_value(data);
    if (!err && size < 0) err = (int)size;
    /* The number of a map's descriptor is negative until the object is loaded. */
    if (!err && is_shareable(map) && import_bpf_map__fd(map) >= 0) err = share(data);
    if (err) free_data(place);
    return err;
}

void *libbpf_guest_data(const struct bpf_map *map, size_t *size) {
    struct data **place = place_of(map);
    int err = *place ? 0 : new_data(map, place);
    errno = -err;
    if (err || !*place) return NULL;
    if (size) *size = (*place)->size;
    return (*place)->memory;
}

bool libbpf_guest_is_kconfig(const char *name) {
    const char *dot = name ? strrchr(name, '.') : NULL;
    return dot && strcmp(dot, ".kconfig") == 0;
}

int libbpf_guest_write_data(const struct bpf_object *obj) {
    struct bpf_map *map;
    if (!all_data) return 0;
    bpf_object__for_each_map(map, obj) {
        const struct data *data = *place_of(map);
        if (!data) continue;
        int err = import_bpf_map__set_initial_value(map, data->memory, data->size);
        /* A loaded object is busy. Loading it again will give the error. */
        if (err && err != -EBUSY && !libbpf_guest_is_kconfig(bpf_map__name(map))) return err;
    }
    return 0;
}

int libbpf_guest_share_data(const struct bpf_object *obj) {
    struct bpf_map *map;
    if (!all_data) return 0;
    bpf_object__for_each_map(map, obj) {
        struct data **place = place_of(map);
        struct data *data = *place;
        /* A map that is not created has no descriptor. */
        if (!data || import_bpf_map__fd(map) < 0) continue;
        if (is_shareable(map)) {
            int err = share(data);
            if (err) return err;
            continue;
        }
        intptr_t size = read_value(data);
        if (size < 0) return (int)size;
        if (size == 0) free_data(place);
    }
    return 0;
}

void libbpf_guest_free_data(const struct bpf_object *obj) {
    struct bpf_map *map;
    if (!all_data) return;
    bpf_object__for_each_map(map, obj) {
        struct data **place = place_of(map);
        if (*place) free_data(place);
    }
}

void *bpf_map__initial_value(const struct bpf_map *map, size_t *psize) {
    int error = errno;
    void *memory = libbpf_guest_data(map, psize);
    if (memory || errno == 0) errno = error;
    return memory;
}

int bpf_map__set_initial_value(struct bpf_map *map, const void *data, size_t size) {
    /* As in libbpf, the members of struct_ops are set in the memory of bpf_map__initial_value() only. */
    if (import_bpf_map__type(map) == BPF_MAP_TYPE_STRUCT_OPS) return libbpf_guest_int(-EINVAL);
    int err = import_bpf_map__set_initial_value(map, data, size);
    const struct data *own = *place_of(map);
    if (!err && own && size == own->size) memcpy(own->memory, data, size);
    return libbpf_guest_int(err);
}

/* As in libbpf, the memory of a resized map can move; bpf_map__initial_value() gives the new address. */
static int resize(struct data *data, size_t size) {
    struct data old = *data;
    if (size <= old.room) {
        if (size > old.size) memset((char *)old.memory + old.size, 0, size - old.size);
        data->size = size;
        return 0;
    }
    int err = allocate(data, size);
    if (err) {
        *data = old;
        return err;
    }
    memcpy(data->memory, old.memory, old.size);
    free(old.memory);
    return 0;
}

int bpf_map__set_value_size(struct bpf_map *map, __u32 size) {
    int err = import_bpf_map__set_value_size(map, size);
    struct data *data = *place_of(map);
    if (!err && data) err = resize(data, size);
    return libbpf_guest_int(err);
}
