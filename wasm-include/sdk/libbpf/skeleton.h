// SPDX-License-Identifier: MIT
/* The common part of skeletons and subskeletons. */
#ifndef LIBBPF_GUEST_SKELETON_H
#define LIBBPF_GUEST_SKELETON_H

#include <bpf/libbpf.h>

/* An array of structs whose size the skeleton gives. */
struct libbpf_guest_array {
    void *entries;
    int count;
    size_t entry_size;
};

static inline void *libbpf_guest_entry(struct libbpf_guest_array array, int index) {
    return (char *)array.entries + (size_t)index * array.entry_size;
}

/* Sets the skeleton's pointers to maps and their memory. */
int libbpf_guest_find_maps(const struct bpf_object *obj, struct libbpf_guest_array maps);

/* Sets the skeleton's pointers to programs. */
int libbpf_guest_find_progs(const struct bpf_object *obj, struct libbpf_guest_array progs);

#endif /* LIBBPF_GUEST_SKELETON_H */
