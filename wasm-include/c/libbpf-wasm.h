// SPDX-License-Identifier: MIT
/*
 * libbpf for WebAssembly guests in C and C++: the skeleton life cycle, maps, and ring and perf buffers.
 *
 * Header only. Names and meaning are libbpf's:
 *
 *   - A function that fails returns a negative error (or NULL) and sets errno. The numbers are the guest's own, so that
 *     `err == -ENOENT` and `strerror(-err)` are right; only the wasm_* imports themselves return Linux numbers. The
 *     reason for a failure (libbpf's and the verifier's words) is on the host's stderr; this header prints nothing.
 *   - Between open and load, `skel->rodata->x`, `skel->data->x` and `skel->bss->x` set the program's initial values. From
 *     load until the object is closed, skel->bss and skel->data are the kernel's own memory; skel->rodata and
 *     skel->kconfig are copies, since their values no longer change.
 *   - Shared memory needs a host of ABI version 2: a host of version 1 lacks "libbpf.bpf_map_mmap" and refuses the guest.
 *     For such a host, compile with -DWASM_BPF_ABI=1: skel->bss and skel->data then keep their initial values, and the
 *     guest reads changes through a map. Guests whose object has no .bss and no .data need only version 1.
 *   - bpf_program__set_autoload(prog, false) keeps a program out of the kernel.
 *   - No call detaches a single program, so detaching closes the object and its maps: read them before.
 *   - Numbers that Linux and WASI's libc disagree on (AF_INET6, O_CREAT, the process id and more) are Linux's:
 *     docs/guest-libc.md.
 *
 * Build: clang --target=wasm32-wasi -I wasm-include/c -Wl,--export-table guest.c   (the host calls back by the table).
 */
#ifndef WASM_BPF_LIBBPF_WASM_H
#define WASM_BPF_LIBBPF_WASM_H

/* More than is needed here: sources written for other SDKs of this ABI count on getting these along. */
#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include <linux/bpf.h>
#include <linux/types.h>
#include <wasm_bpf/elf.h>
#include <wasm_bpf/errors.h>
#include <wasm_bpf/imports.h>
#include <wasm_bpf/output.h>

#ifndef WASM_BPF_ABI
#define WASM_BPF_ABI 2
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* The largest page of any kernel, so that memory aligned to it can be shared with all of them. */
enum { WASM_BPF__PAGE_SIZE = 65536 };

/* The values of an option of the kernel's configuration, in skel->kconfig. */
enum libbpf_tristate { TRI_NO = 0, TRI_YES = 1, TRI_MODULE = 2 };

/* ---- Objects, maps and programs ---- */

struct bpf_object_open_opts; /* there are none: pass NULL */
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
    char *attach_target; /* NULL: what the section name says */
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
    size_t rodata_offset; /* some generators set these two; the sections are found by name instead */
    size_t bss_offset;

    struct bpf_object **obj;

    int map_cnt;
    int map_skel_sz; /* sizeof(struct bpf_map_skeleton) of whoever made the skeleton */
    struct bpf_map_skeleton *maps;

    int prog_cnt;
    int prog_skel_sz;
    struct bpf_prog_skeleton *progs;

    bpf_object_skel handle;           /* 0 unless loaded */
    struct bpf_object_skeleton *next; /* in the list of loaded ones */
};

/* All objects that are loaded, for functions that are given a map's number alone. */
WASM_BPF_REPLACEMENT struct bpf_object_skeleton *wasm_bpf__loaded;

/* ---- Skeletons ---- */

static inline struct bpf_map_skeleton *wasm_bpf__map_at(const struct bpf_object_skeleton *s, int index) {
    return (struct bpf_map_skeleton *)((char *)s->maps + index * s->map_skel_sz);
}

static inline struct bpf_prog_skeleton *wasm_bpf__prog_at(const struct bpf_object_skeleton *s, int index) {
    return (struct bpf_prog_skeleton *)((char *)s->progs + index * s->prog_skel_sz);
}

/* Skeletons call a section of global variables "<object>.bss"; ".bss" finds it whatever the host calls the object. */
static inline const char *wasm_bpf__map_name(const char *name) {
    const char *dot = strchr(name, '.');
    return dot ? dot : name;
}

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
 * Gives `map` the initial bytes of its section. The values of .kconfig are 0 until load, as in libbpf. Other memory of a
 * skeleton (an arena) cannot be mapped. Opening then fails, because the skeleton's pointer would be invalid.
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

/* True if a map's initial bytes go into the ELF file. .bss has none there and is written once the map exists. */
static inline bool wasm_bpf__in_elf(const struct wasm_bpf__section *section, const struct bpf_map *map) {
    return section->type != WASM_BPF__NOBITS && section->size == map->image_size;
}

/* Writes into a copy of the object what the guest configured since it was opened. */
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

/* The skeleton's pointer to the link of a struct_ops map; NULL for other maps. */
static inline struct bpf_link **wasm_bpf__map_link(const struct bpf_object_skeleton *s, int index) {
    size_t size = (size_t)s->map_skel_sz; /* skeletons of older generators end before the link */
    return size < sizeof(struct bpf_map_skeleton) ? NULL : wasm_bpf__map_at(s, index)->link;
}

/* Sets what every map, program and the object itself know of their handle. */
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
 * The same for an object without .bss and .data. Generated skeletons call it for such objects: the guest then imports nothing
 * from module "libbpf", and runs on hosts of version 1.
 */
static inline int wasm_bpf_object__load_unshared_skeleton(struct bpf_object_skeleton *s) {
    return wasm_bpf__load(s, NULL);
}

/*
 * True if a section names the target of its programs: "tp/sched/sched_switch" does, "xdp" and "cgroup/connect4" do not.
 * libbpf's skeletons do not attach programs of the others.
 */
static inline bool wasm_bpf__names_place(const char *section) {
    static const char *const kinds[] = {"cgroup",       "cgroup_skb", "lsm_cgroup", "netkit",
                                        "sk_reuseport", "sk_skb",     "struct_ops", "struct_ops.s",
                                        "tc",           "tcx",        "xdp",        "xdp.frags"};
    const char *slash = strchr(section, '/');
    if (!slash) return false;
    size_t length = (size_t)(slash - section);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strlen(kinds[i]) == length && memcmp(kinds[i], section, length) == 0) return false;
    return true;
}

/* The name of a program's section; NULL when the object has no such program. */
static inline const char *wasm_bpf__program_section(const void *elf, size_t elf_size, const char *name) {
    struct wasm_bpf__section symbols, strings, section, names;
    struct wasm_bpf__symbol symbol;
    uint16_t names_index;
    if (!wasm_bpf__read(elf, elf_size, 0x3e, &names_index, sizeof(names_index)) ||
        !wasm_bpf__section_at(elf, elf_size, names_index, &names))
        return NULL;
    for (unsigned i = 1; wasm_bpf__section_at(elf, elf_size, i, &symbols); i++) {
        if (symbols.type != WASM_BPF__SYMTAB || !wasm_bpf__section_at(elf, elf_size, symbols.link, &strings)) continue;
        for (uint64_t at = 0; at + sizeof(symbol) <= symbols.size; at += sizeof(symbol)) {
            memcpy(&symbol, (const char *)elf + symbols.offset + at, sizeof(symbol));
            if ((symbol.info & 0xf) != WASM_BPF__FUNC || !wasm_bpf__string_is(elf, &strings, symbol.name, name) ||
                !wasm_bpf__section_at(elf, elf_size, symbol.section, &section) || section.name >= names.size)
                continue;
            const char *text = (const char *)elf + names.offset + section.name;
            return memchr(text, '\0', names.size - section.name) ? text : NULL;
        }
    }
    return NULL;
}

/* True if libbpf's skeletons would not attach a program, because it has no target. */
static inline bool wasm_bpf__has_no_place(const struct bpf_object_skeleton *s, const struct bpf_program *prog) {
    if (prog->attach_target) return false;
    const char *section = wasm_bpf__program_section(s->data, s->data_sz, prog->name);
    if (!section) return false;
    return !wasm_bpf__names_place(*section == '?' ? section + 1 : section);
}

/*
 * Attaches every program, and every struct_ops map with a link in the skeleton. As in libbpf, programs without a target are
 * skipped. The first failure ends the call, and programs that are attached by then stay attached until the object is
 * destroyed.
 */
static inline int bpf_object__attach_skeleton(struct bpf_object_skeleton *s) {
    if (!s || !s->handle) return wasm_bpf__fail(EINVAL);
    for (int i = 0; i < s->prog_cnt; i++) {
        struct bpf_prog_skeleton *skel = wasm_bpf__prog_at(s, i);
        struct bpf_program *prog = *skel->prog;
        if (!prog->autoload || (skel->link && *skel->link) || wasm_bpf__has_no_place(s, prog)) continue;
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

/* ---- Programs ---- */

/* Sets if a program is loaded and attached with its object. Only before load. */
static inline int bpf_program__set_autoload(struct bpf_program *prog, bool autoload) {
    if (!prog || prog->obj_ptr) return wasm_bpf__fail(EINVAL);
    prog->autoload = autoload;
    return 0;
}

/*
 * Says what a program is attached to by bpf_object__attach_skeleton(), where its section name does not: a network
 * interface for XDP, TC and socket filters, a cgroup directory, "binary:function" for uprobes and so on. NULL or ""
 * takes it back.
 */
static inline int bpf_set_prog_attach_target(struct bpf_program *prog, const char *target) {
    if (!prog) return wasm_bpf__fail(EINVAL);
    char *copy = target && *target ? strdup(target) : NULL;
    if (target && *target && !copy) return wasm_bpf__fail(ENOMEM);
    free(prog->attach_target);
    prog->attach_target = copy;
    return 0;
}

/* ---- Maps ---- */

/* The number that names a map in the calls below; negative before load and after detach. */
static inline int bpf_map__fd(const struct bpf_map *map) {
    if (!map) return wasm_bpf__fail(EINVAL);
    return map->fd;
}

static inline int bpf_map_update_elem(int fd, const void *key, const void *value, uint64_t flags) {
    return wasm_bpf__result(wasm_bpf_map_operate(fd, BPF_MAP_UPDATE_ELEM, (void *)key, (void *)value, NULL, flags));
}

static inline int bpf_map_lookup_elem_flags(int fd, const void *key, void *value, uint64_t flags) {
    return wasm_bpf__result(wasm_bpf_map_operate(fd, BPF_MAP_LOOKUP_ELEM, (void *)key, value, NULL, flags));
}

static inline int bpf_map_lookup_elem(int fd, const void *key, void *value) {
    return bpf_map_lookup_elem_flags(fd, key, value, 0);
}

static inline int bpf_map_lookup_and_delete_elem_flags(int fd, const void *key, void *value, uint64_t flags) {
    return wasm_bpf__result(wasm_bpf_map_operate(fd, BPF_MAP_LOOKUP_AND_DELETE_ELEM, (void *)key, value, NULL, flags));
}

/* Removes and returns an element: the next one of a queue or stack (`key` NULL), or that of `key` in a hash (Linux 5.14). */
static inline int bpf_map_lookup_and_delete_elem(int fd, const void *key, void *value) {
    return bpf_map_lookup_and_delete_elem_flags(fd, key, value, 0);
}

static inline int bpf_map_delete_elem_flags(int fd, const void *key, uint64_t flags) {
    return wasm_bpf__result(wasm_bpf_map_operate(fd, BPF_MAP_DELETE_ELEM, (void *)key, NULL, NULL, flags));
}

static inline int bpf_map_delete_elem(int fd, const void *key) {
    return bpf_map_delete_elem_flags(fd, key, 0);
}

/* `key` NULL asks for the first key; -ENOENT after the last. */
static inline int bpf_map_get_next_key(int fd, const void *key, void *next_key) {
    return wasm_bpf__result(wasm_bpf_map_operate(fd, BPF_MAP_GET_NEXT_KEY, (void *)key, NULL, next_key, 0));
}

/* ---- Messages of libbpf ---- */

enum libbpf_print_level { LIBBPF_WARN, LIBBPF_INFO, LIBBPF_DEBUG };
typedef int (*libbpf_print_fn_t)(enum libbpf_print_level level, const char *format, va_list arguments);

/*
 * Stores the function for libbpf's messages, and returns the previous one. It is never called: libbpf runs in the host, which
 * prints messages on its stderr, and the whole log with its option -v.
 */
static inline libbpf_print_fn_t libbpf_set_print(libbpf_print_fn_t print) {
    static libbpf_print_fn_t current;
    libbpf_print_fn_t previous = current;
    current = print;
    return previous;
}

/* Writes the text for an error of this header, negative or positive. */
static inline int libbpf_strerror(int err, char *buf, size_t size) {
    if (!buf || !size) return wasm_bpf__fail(EINVAL);
    snprintf(buf, size, "%s", strerror(err < 0 ? -err : err));
    return 0;
}

/* The error of a function that returned `pointer`: 0, or the negative error when it is NULL. */
static inline long libbpf_get_error(const void *pointer) {
    return pointer ? 0 : -errno;
}

#ifdef __cplusplus
} /* extern "C" */
#endif

#include <wasm_bpf/buffers.h>

#endif /* WASM_BPF_LIBBPF_WASM_H */
