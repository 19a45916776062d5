// SPDX-License-Identifier: MIT
/* The BTF of objects. The guest has a copy for its functions of BTF, which lives until the object is closed. */
#include <stdlib.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include "btf_copy.h"
#include "libbpf_guest.h"
#include "libbpf_imports.h"
#include "object.h"

struct copy {
    struct copy *next;
    const struct bpf_object *object;
    struct btf *btf;
};

static struct copy *copies;

static void free_copy(const struct bpf_object *obj) {
    struct copy **place = &copies;
    while (*place && (*place)->object != obj) place = &(*place)->next;
    struct copy *copy = *place;
    if (!copy) return;
    *place = copy->next;
    btf__free(copy->btf);
    free(copy);
}

static struct libbpf_guest_hook hook = {.closing = free_copy};

static struct btf *read_btf(const struct bpf_object *obj) {
    intptr_t size = (intptr_t)import_bpf_object__btf(obj, NULL, 0);
    void *bytes = libbpf_guest_btf_room(size);
    if (bytes) size = (intptr_t)import_bpf_object__btf(obj, bytes, (size_t)size);
    return libbpf_guest_new_btf(bytes, size, NULL);
}

struct btf *bpf_object__btf(const struct bpf_object *obj) {
    for (struct copy *copy = copies; copy; copy = copy->next) {
        if (copy->object == obj) return copy->btf;
    }
    struct btf *btf = read_btf(obj);
    struct copy *copy = btf ? malloc(sizeof(*copy)) : NULL;
    if (!copy) {
        btf__free(btf);
        return NULL;
    }
    *copy = (struct copy){copies, obj, btf};
    copies = copy;
    libbpf_guest_add_hook(&hook);
    return btf;
}
