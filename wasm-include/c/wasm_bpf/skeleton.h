// SPDX-License-Identifier: MIT
/* The life cycle of a skeleton: open, load, attach, detach, destroy. */
#ifndef WASM_BPF_SKELETON_H
#define WASM_BPF_SKELETON_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wasm_bpf/elf.h>
#include <wasm_bpf/errors.h>
#include <wasm_bpf/globals.h>
#include <wasm_bpf/objects.h>
#include <wasm_bpf/programs.h>

WASM_BPF_EXTERN_C_BEGIN

/* Skeletons call a section of global variables "<object>.bss". The host finds it as ".bss" for any object name. */
static inline const char *wasm_bpf__map_name(const char *name) {
    const char *dot = strchr(name, '.');
    return dot ? dot : name;
}

/* Makes the maps and programs that the skeleton names, ready to be configured. Nothing reaches the host yet. */
static inline int bpf_object__open_skeleton(struct bpf_object_skeleton *s, const struct bpf_object_open_opts *opts) {
    if (!s || !s->data || !s->data_sz || s->data_sz > INT32_MAX) return wasm_bpf__fail(EINVAL);
    if (opts) return wasm_bpf__fail(ENOTSUP);

    for (int i = 0; i < s->map_cnt; i++) {
        struct bpf_map_skeleton *skel = wasm_bpf__map_at(s, i);
        struct bpf_map *map = *skel->map = (struct bpf_map *)calloc(1, sizeof(*map));
        if (!map) return wasm_bpf__fail(ENOMEM);
        map->name = wasm_bpf__map_name(skel->name);
        map->fd = -1;
        if (!skel->mmaped) continue;
        int err = wasm_bpf__read_image(s, map);
        if (err) return wasm_bpf__fail(-err);
        *skel->mmaped = map->image;
    }
    for (int i = 0; i < s->prog_cnt; i++) {
        struct bpf_prog_skeleton *skel = wasm_bpf__prog_at(s, i);
        struct bpf_program *prog = *skel->prog = (struct bpf_program *)calloc(1, sizeof(*prog));
        if (!prog) return wasm_bpf__fail(ENOMEM);
        prog->name = skel->name;
        prog->autoload = true;
        prog->link.prog = prog;
    }
    return 0;
}

/* Writes the guest's settings since open into a copy of the object. */
static inline void wasm_bpf__configure(const struct bpf_object_skeleton *s, char *elf) {
    struct wasm_bpf__section section;
    for (int i = 0; i < s->map_cnt; i++) {
        const struct bpf_map *map = *wasm_bpf__map_at(s, i)->map;
        if (map->image && wasm_bpf__find_section(elf, s->data_sz, map->name, &section) &&
            wasm_bpf__in_elf(&section, map))
            memcpy(elf + section.offset, map->image, map->image_size);
    }
    for (int i = 0; i < s->prog_cnt; i++) {
        const struct bpf_program *prog = *wasm_bpf__prog_at(s, i)->prog;
        if (!prog->autoload) wasm_bpf__remove_program(elf, s->data_sz, prog->name);
    }
}

/* The skeleton's pointer to the link of a struct_ops map; NULL for other maps. */
static inline struct bpf_link **wasm_bpf__map_link(const struct bpf_object_skeleton *s, int index) {
    size_t size = (size_t)s->map_skel_sz; /* skeletons of older generators end before the link */
    return size < sizeof(struct bpf_map_skeleton) ? NULL : wasm_bpf__map_at(s, index)->link;
}

/* Stores the handle in the object and in its maps and programs. Handle 0 means not loaded. */
static inline void wasm_bpf__set_handle(struct bpf_object_skeleton *s, bpf_object_skel handle) {
    struct bpf_object_skeleton **place = &wasm_bpf__loaded;
    while (*place && *place != s) place = &(*place)->next;
    if (handle && !*place)
        *place = s;
    else if (!handle && *place)
        *place = s->next, s->next = NULL;
    s->handle = handle;
    if (s->obj) *s->obj = (struct bpf_object *)(uintptr_t)handle;
    for (int i = 0; i < s->map_cnt; i++) {
        struct bpf_map *map = *wasm_bpf__map_at(s, i)->map;
        if (!map) continue;
        map->obj_ptr = handle;
        map->fd = handle ? wasm_bpf_map_fd_by_name(handle, map->name) : -1;
        struct bpf_link **link = wasm_bpf__map_link(s, i);
        if (!handle && link) *link = NULL;
    }
    for (int i = 0; i < s->prog_cnt; i++) {
        struct bpf_prog_skeleton *skel = wasm_bpf__prog_at(s, i);
        if (*skel->prog) (*skel->prog)->obj_ptr = handle;
        if (!handle && skel->link) *skel->link = NULL;
    }
}

/* Loads the object, and calls `share`, unless it is NULL, to map each section to the kernel's own memory. */
static inline int wasm_bpf__load(struct bpf_object_skeleton *s, int (*share)(const struct bpf_map *)) {
    if (!s || !s->data || s->handle) return wasm_bpf__fail(EINVAL);
    char *elf = (char *)malloc(s->data_sz);
    if (!elf) return wasm_bpf__fail(ENOMEM);
    memcpy(elf, s->data, s->data_sz);
    wasm_bpf__configure(s, elf);
    bpf_object_skel handle = wasm_load_bpf_object(elf, (int)s->data_sz);
    free(elf);
    if (!handle) return wasm_bpf__fail(EINVAL);

    wasm_bpf__set_handle(s, handle);
    for (int i = 0; i < s->map_cnt; i++) {
        const struct bpf_map *map = *wasm_bpf__map_at(s, i)->map;
        int err = wasm_bpf__write_bss(s, map);
        if (err >= 0) err = wasm_bpf__read_kconfig(map);
        if (err >= 0 && share) err = share(map);
        if (err < 0) return err;
    }
    return 0;
}

/* Loads the object into the kernel. The error is always -EINVAL, because the import returns no error number. */
static inline int bpf_object__load_skeleton(struct bpf_object_skeleton *s) {
#if WASM_BPF_ABI >= 2
    return wasm_bpf__load(s, wasm_bpf__share);
#else
    return wasm_bpf__load(s, NULL);
#endif
}

/*
 * The same for an object without .bss and .data. Generated skeletons call it for such objects: the guest then imports
 * nothing from module "libbpf", and runs on hosts of version 1.
 */
static inline int wasm_bpf_object__load_unshared_skeleton(struct bpf_object_skeleton *s) {
    return wasm_bpf__load(s, NULL);
}

/*
 * Attaches every program, and every struct_ops map with a link in the skeleton. As in libbpf, programs without a target
 * are skipped. The first failure ends the call, and programs that are attached by then stay attached until the object
 * is destroyed.
 */
static inline int bpf_object__attach_skeleton(struct bpf_object_skeleton *s) {
    if (!s || !s->handle) return wasm_bpf__fail(EINVAL);
    for (int i = 0; i < s->prog_cnt; i++) {
        struct bpf_prog_skeleton *skel = wasm_bpf__prog_at(s, i);
        struct bpf_program *prog = *skel->prog;
        if (!prog->autoload || (skel->link && *skel->link) || wasm_bpf__lacks_target(s, prog)) continue;
        int result = wasm_attach_bpf_program(s->handle, prog->name, prog->attach_target);
        if (result < 0) return wasm_bpf__result(result);
        if (skel->link) *skel->link = &prog->link;
    }
    for (int i = 0; i < s->map_cnt; i++) {
        struct bpf_map *map = *wasm_bpf__map_at(s, i)->map;
        struct bpf_link **link = wasm_bpf__map_link(s, i);
        if (!map || !link || *link) continue;
        int result = wasm_attach_bpf_program(s->handle, map->name, NULL);
        if (result < 0) return wasm_bpf__result(result);
        *link = &map->link;
    }
    return 0;
}

/* Detaches every program by closing the object, which is the only way. Its maps and buffers are closed as well. */
static inline void bpf_object__detach_skeleton(struct bpf_object_skeleton *s) {
    if (!s || !s->handle) return;
    wasm_close_bpf_object(s->handle);
    wasm_bpf__set_handle(s, 0);
}

/* Detaches, closes and frees everything. Accepts NULL. */
static inline void bpf_object__destroy_skeleton(struct bpf_object_skeleton *s) {
    if (!s) return;
    bpf_object__detach_skeleton(s);
    for (int i = 0; s->maps && i < s->map_cnt; i++) {
        struct bpf_map *map = *wasm_bpf__map_at(s, i)->map;
        if (map) free(map->image);
        free(map);
    }
    for (int i = 0; s->progs && i < s->prog_cnt; i++) {
        struct bpf_program *prog = *wasm_bpf__prog_at(s, i)->prog;
        if (prog) free(prog->attach_target);
        free(prog);
    }
    free(s->maps);
    free(s->progs);
    free(s);
}

WASM_BPF_EXTERN_C_END

#endif /* WASM_BPF_SKELETON_H */
