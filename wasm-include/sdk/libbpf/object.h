// SPDX-License-Identifier: MIT
/* What the files of this folder share about objects. */
#ifndef LIBBPF_GUEST_OBJECT_H
#define LIBBPF_GUEST_OBJECT_H

#include <bpf/libbpf.h>

/* Opens an object in memory, with `name` unless `opts` has one. On failure the result is NULL, with errno. */
struct bpf_object *libbpf_guest_open(const void *buffer, size_t size, const char *name,
                                     const struct bpf_object_open_opts *opts);

/* If set, bpf_object__close() calls it. */
extern void (*libbpf_guest_free_btf)(const struct bpf_object *obj);

#endif /* LIBBPF_GUEST_OBJECT_H */
