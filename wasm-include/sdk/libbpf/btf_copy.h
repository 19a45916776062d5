// SPDX-License-Identifier: MIT
/* BTF that the host copies. Its imports return the full size for a buffer of any size. */
#ifndef LIBBPF_GUEST_BTF_COPY_H
#define LIBBPF_GUEST_BTF_COPY_H

#include <stdlib.h>
#include <bpf/btf.h>
#include "libbpf_guest.h"

/* Memory for BTF of this size. NULL for an error, and for no BTF (0). */
static inline void *libbpf_guest_btf_room(intptr_t size) {
    return size > 0 ? malloc((size_t)size) : libbpf_guest_pointer(size);
}

/* Makes BTF from a copy in that memory, and frees the memory. `base` may be NULL. */
static inline struct btf *libbpf_guest_new_btf(void *bytes, intptr_t size, struct btf *base) {
    if (!bytes) return NULL;
    struct btf *btf = size < 0 ? libbpf_guest_pointer(size) : btf__new_split(bytes, (__u32)size, base);
    free(bytes);
    return btf;
}

#endif /* LIBBPF_GUEST_BTF_COPY_H */
