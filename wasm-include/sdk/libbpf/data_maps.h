// SPDX-License-Identifier: MIT
/* The guest's memory of maps with initial values: global variables (.data, .bss, .rodata, .kconfig) and struct_ops. */
#ifndef LIBBPF_GUEST_DATA_MAPS_H
#define LIBBPF_GUEST_DATA_MAPS_H

#include <bpf/libbpf.h>

/* The memory of a map, which it gets at the first call. NULL if the map has none; then errno is 0 or the error. */
void *libbpf_guest_data(const struct bpf_map *map, size_t *size);

/* True for the name of a map whose values come from the kernel's configuration, at load. */
bool libbpf_guest_is_kconfig(const char *name);

/* Before load: gives the host the values that the guest has set. */
int libbpf_guest_write_data(const struct bpf_object *obj);

/* After load: replaces the memory of .data and .bss by the kernel's, at the same addresses. */
int libbpf_guest_share_data(const struct bpf_object *obj);

/* Before close: frees the memory of the object's maps. */
void libbpf_guest_free_data(const struct bpf_object *obj);

#endif /* LIBBPF_GUEST_DATA_MAPS_H */
