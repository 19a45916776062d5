// SPDX-License-Identifier: MIT
/* Objects, for the files of this folder. */
#ifndef LIBBPF_GUEST_OBJECT_H
#define LIBBPF_GUEST_OBJECT_H

#include <bpf/libbpf.h>

/* Opens an object in memory, with `name` unless `opts` has one. On failure the result is NULL, with errno. */
struct bpf_object *libbpf_guest_open(const void *buffer, size_t size, const char *name,
                                     const struct bpf_object_open_opts *opts);

/*
 * Called before an object is closed. Files that keep memory for objects add themselves when they first do, so that guests which never
 * need them do not contain them.
 */
struct libbpf_guest_hook {
    struct libbpf_guest_hook *next;
    void (*closing)(const struct bpf_object *obj);
};

/* Adds a hook once. */
void libbpf_guest_add_hook(struct libbpf_guest_hook *hook);

#endif /* LIBBPF_GUEST_OBJECT_H */
