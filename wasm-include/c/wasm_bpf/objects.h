// SPDX-License-Identifier: MIT
/* The structs of objects, maps, programs and skeletons, with libbpf's names. */
#ifndef WASM_BPF_OBJECTS_H
#define WASM_BPF_OBJECTS_H

#include <stdbool.h>
#include <stddef.h>
#include <wasm_bpf/imports.h>
#include <wasm_bpf/replacement.h>

WASM_BPF_EXTERN_C_BEGIN

struct bpf_object_open_opts; /* no options exist: pass NULL */
struct bpf_object;           /* opaque; after load, a pointer to it is the object's handle */

struct bpf_link {
    const struct bpf_program *prog;
};

struct bpf_map {
    bpf_object_skel obj_ptr; /* 0 until loaded */
    const char *name;
    int fd;            /* negative until loaded */
    void *image;       /* a section of global variables: its bytes; NULL for other maps */
    size_t image_size; /* in bytes */
    struct bpf_link link;
};

struct bpf_program {
    bpf_object_skel obj_ptr; /* 0 until loaded */
    const char *name;
    char *attach_target; /* NULL: the one in the section name */
    bool autoload;
    struct bpf_link link;
};

struct bpf_map_skeleton {
    const char *name;
    struct bpf_map **map;
    void **mmaped;
    struct bpf_link **link;
};

struct bpf_prog_skeleton {
    const char *name;
    struct bpf_program **prog;
    struct bpf_link **link;
};

struct bpf_object_skeleton {
    size_t sz;
    const char *name;
    const void *data; /* the ELF object; never written to */
    size_t data_sz;
    size_t rodata_offset; /* some generators set these two; this SDK finds the sections by name */
    size_t bss_offset;

    struct bpf_object **obj;

    int map_cnt;
    int map_skel_sz; /* sizeof(struct bpf_map_skeleton) of the skeleton's generator */
    struct bpf_map_skeleton *maps;

    int prog_cnt;
    int prog_skel_sz;
    struct bpf_prog_skeleton *progs;

    bpf_object_skel handle;           /* 0 unless loaded */
    struct bpf_object_skeleton *next; /* in the list of loaded ones */
};

/* The list of all loaded objects, for functions that get only a map's number. */
WASM_BPF_REPLACEMENT struct bpf_object_skeleton *wasm_bpf__loaded;

static inline struct bpf_map_skeleton *wasm_bpf__map_at(const struct bpf_object_skeleton *s, int index) {
    return (struct bpf_map_skeleton *)((char *)s->maps + index * s->map_skel_sz);
}

static inline struct bpf_prog_skeleton *wasm_bpf__prog_at(const struct bpf_object_skeleton *s, int index) {
    return (struct bpf_prog_skeleton *)((char *)s->progs + index * s->prog_skel_sz);
}

WASM_BPF_EXTERN_C_END

#endif /* WASM_BPF_OBJECTS_H */
