// SPDX-License-Identifier: MIT
/*
 * libbpf for WebAssembly guests in C and C++: the skeleton life cycle, maps, and ring and perf buffers.
 *
 * Header only, for ABI version 1 (the imports of module "wasm_bpf" below). Names and meaning are libbpf's:
 *
 *   - A function that fails returns a negative error (or NULL) and sets errno. The numbers are the guest's own, so that
 *     `err == -ENOENT` and `strerror(-err)` are right; only the wasm_* imports themselves return Linux numbers. The
 *     reason for a failure (libbpf's and the verifier's words) is on the host's stderr; this header prints nothing.
 *   - Between open and load, `skel->rodata->x`, `skel->data->x` and `skel->bss->x` set what the program starts with.
 *     After load they keep those values: they are not live in version 1. Read what changes through a map, or
 *     compile with -DWASM_BPF_ABI=2 (a host that has import module "libbpf"): then, as in a native program, skel->bss
 *     and skel->data are the kernel's own memory from load until the object is closed.
 *   - bpf_program__set_autoload(prog, false) keeps a program out of the kernel.
 *   - Version 1 has no call that only detaches, so detaching closes the object, and its maps with it: read them before.
 *
 * Build: clang --target=wasm32-wasi -I wasm-include/c -Wl,--export-table guest.c   (the host calls back by the table).
 */
#ifndef WASM_BPF_LIBBPF_WASM_H
#define WASM_BPF_LIBBPF_WASM_H

/* More than is needed here: sources written for other SDKs of this ABI count on getting these along. */
#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The kernel's integer types, which skeletons and shared headers use. */
typedef uint8_t __u8;
typedef uint16_t __u16;
typedef uint32_t __u32;
typedef uint64_t __u64;
typedef int8_t __s8;
typedef int16_t __s16;
typedef int32_t __s32;
typedef int64_t __s64;

/* What the host calls an object; 0 is none. */
typedef uint64_t bpf_object_skel;

/*
 * The imports. Errors here are negative Linux numbers. `attach_target` NULL or "": attach where the section name says.
 * `sample_func` is a function pointer, int (*)(void *ctx, void *data, size_t size); `cmd` an enum bpf_cmd.
 */
#define WASM_BPF_IMPORT(name) __attribute__((import_module("wasm_bpf"), import_name(#name)))

WASM_BPF_IMPORT(wasm_load_bpf_object)
bpf_object_skel wasm_load_bpf_object(const void *obj_buf, int obj_buf_sz);
WASM_BPF_IMPORT(wasm_close_bpf_object)
int wasm_close_bpf_object(bpf_object_skel obj);
WASM_BPF_IMPORT(wasm_attach_bpf_program)
int wasm_attach_bpf_program(bpf_object_skel obj, const char *name, const char *attach_target);
WASM_BPF_IMPORT(wasm_attach_bpf_program_fd)
int wasm_attach_bpf_program_fd(bpf_object_skel obj, const char *name, int target_fd);
WASM_BPF_IMPORT(wasm_bpf_map_fd_by_name)
int wasm_bpf_map_fd_by_name(bpf_object_skel obj, const char *name);
WASM_BPF_IMPORT(wasm_bpf_map_operate)
int wasm_bpf_map_operate(int fd, int cmd, void *key, void *value, void *next_key, uint64_t flags);
WASM_BPF_IMPORT(wasm_bpf_buffer_poll)
int wasm_bpf_buffer_poll(bpf_object_skel obj, int fd, int32_t sample_func, uint32_t ctx, char *data, int max_size,
                         int timeout_ms);

#undef WASM_BPF_IMPORT

#ifndef WASM_BPF_ABI
#define WASM_BPF_ABI 1
#endif

#if WASM_BPF_ABI >= 2
/*
 * Shares an mmapable array with the guest: `addr` is the first of `size` bytes set aside on a page boundary. Returns how
 * many bytes are shared, or one of the guest's own error numbers, negative.
 */
__attribute__((import_module("libbpf"), import_name("bpf_map_mmap")))
int bpf_map_mmap(int fd, void *addr, size_t size);
/* Ends the sharing; the bytes stay as they were last. */
__attribute__((import_module("libbpf"), import_name("bpf_map_munmap")))
int bpf_map_munmap(int fd);

/* The largest page of any kernel, so that memory aligned to it can be shared with all of them. */
enum { WASM_BPF__PAGE_SIZE = 65536 };
#endif

/* The map commands of bpf(2) that wasm_bpf_map_operate() knows. */
enum bpf_cmd {
    BPF_MAP_LOOKUP_ELEM = 1,
    BPF_MAP_UPDATE_ELEM = 2,
    BPF_MAP_DELETE_ELEM = 3,
    BPF_MAP_GET_NEXT_KEY = 4,
};

/* Flags of bpf_map_update_elem() and bpf_map_lookup_elem_flags(). */
enum {
    BPF_ANY = 0,
    BPF_NOEXIST = 1,
    BPF_EXIST = 2,
    BPF_F_LOCK = 4,
};

/* ---- Objects, maps and programs ---- */

struct bpf_object_open_opts; /* version 1 carries no options: pass NULL */
struct bpf_object;           /* opaque; after load, a pointer to it is the object's handle */

struct bpf_link {
    const struct bpf_program *prog;
};

struct bpf_map {
    bpf_object_skel obj_ptr; /* 0 until loaded */
    const char *name;
    int fd;            /* negative until loaded */
    void *image;       /* a section of global variables: its initial bytes; NULL for other maps */
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

    bpf_object_skel handle; /* 0 unless loaded */
};

/* ---- Errors ---- */

/* libbpf's answer to a program that has no place of its own to attach to. */
enum { WASM_BPF__LINUX_EOPNOTSUPP = 95 };

/* Converts a positive Linux error number to the guest's own; libbpf's own (4000 and up) become EINVAL. */
static inline int wasm_bpf__guest_errno(int linux_errno) {
    switch (linux_errno) {
    case 1: return EPERM;
    case 2: return ENOENT;
    case 3: return ESRCH;
    case 4: return EINTR;
    case 5: return EIO;
    case 6: return ENXIO;
    case 7: return E2BIG;
    case 8: return ENOEXEC;
    case 9: return EBADF;
    case 10: return ECHILD;
    case 11: return EAGAIN;
    case 12: return ENOMEM;
    case 13: return EACCES;
    case 14: return EFAULT;
    case 16: return EBUSY;
    case 17: return EEXIST;
    case 18: return EXDEV;
    case 19: return ENODEV;
    case 20: return ENOTDIR;
    case 21: return EISDIR;
    case 22: return EINVAL;
    case 23: return ENFILE;
    case 24: return EMFILE;
    case 25: return ENOTTY;
    case 26: return ETXTBSY;
    case 27: return EFBIG;
    case 28: return ENOSPC;
    case 29: return ESPIPE;
    case 30: return EROFS;
    case 31: return EMLINK;
    case 32: return EPIPE;
    case 33: return EDOM;
    case 34: return ERANGE;
    case 35: return EDEADLK;
    case 36: return ENAMETOOLONG;
    case 37: return ENOLCK;
    case 38: return ENOSYS;
    case 39: return ENOTEMPTY;
    case 40: return ELOOP;
    case 42: return ENOMSG;
    case 43: return EIDRM;
    case 67: return ENOLINK;
    case 71: return EPROTO;
    case 72: return EMULTIHOP;
    case 74: return EBADMSG;
    case 75: return EOVERFLOW;
    case 84: return EILSEQ;
    case 88: return ENOTSOCK;
    case 89: return EDESTADDRREQ;
    case 90: return EMSGSIZE;
    case 91: return EPROTOTYPE;
    case 92: return ENOPROTOOPT;
    case 93: return EPROTONOSUPPORT;
    case WASM_BPF__LINUX_EOPNOTSUPP: return EOPNOTSUPP;
    case 97: return EAFNOSUPPORT;
    case 98: return EADDRINUSE;
    case 99: return EADDRNOTAVAIL;
    case 100: return ENETDOWN;
    case 101: return ENETUNREACH;
    case 102: return ENETRESET;
    case 103: return ECONNABORTED;
    case 104: return ECONNRESET;
    case 105: return ENOBUFS;
    case 106: return EISCONN;
    case 107: return ENOTCONN;
    case 110: return ETIMEDOUT;
    case 111: return ECONNREFUSED;
    case 113: return EHOSTUNREACH;
    case 114: return EALREADY;
    case 115: return EINPROGRESS;
    case 116: return ESTALE;
    case 122: return EDQUOT;
    case 125: return ECANCELED;
    case 130: return EOWNERDEAD;
    case 131: return ENOTRECOVERABLE;
    case 524: return ENOTSUP; /* the kernel's internal ENOTSUPP, which some bpf(2) commands let out */
    default: return linux_errno >= 4000 ? EINVAL : EIO;
    }
}

/* Fails with one of the guest's own error numbers, positive: sets errno and returns it negated. */
static inline int wasm_bpf__fail(int guest_errno) {
    errno = guest_errno;
    return -guest_errno;
}

/* The result of an import, with its error made the guest's own. */
static inline int wasm_bpf__result(int result) {
    return result < 0 ? wasm_bpf__fail(wasm_bpf__guest_errno(-result)) : result;
}

/* -errno when `ret` is negative, otherwise `ret`. */
static inline int libbpf_err_errno(int ret) {
    return ret < 0 ? -errno : ret;
}

/* ---- The object's ELF file: ELF64, little-endian, as clang's BPF target writes it ---- */

struct wasm_bpf__section {
    uint32_t name, type;
    uint64_t flags, addr, offset, size;
    uint32_t link, info;
    uint64_t addralign, entsize;
};

struct wasm_bpf__symbol {
    uint32_t name;
    uint8_t info, other;
    uint16_t section;
    uint64_t value, size;
};

enum { WASM_BPF__SYMTAB = 2, WASM_BPF__NOBITS = 8, WASM_BPF__FUNC = 2 };

static inline bool wasm_bpf__in_file(uint64_t offset, uint64_t size, size_t file_size) {
    return size <= file_size && offset <= file_size - size;
}

/* Copies `size` bytes at `offset` of the file; false when they are not all in it. */
static inline bool wasm_bpf__read(const void *elf, size_t elf_size, uint64_t offset, void *out, size_t size) {
    if (!wasm_bpf__in_file(offset, size, elf_size)) return false;
    memcpy(out, (const char *)elf + offset, size);
    return true;
}

/* Reads section header `index`; false when there is none, or its content is not in the file. */
static inline bool wasm_bpf__section_at(const void *elf, size_t elf_size, unsigned index,
                                        struct wasm_bpf__section *section) {
    static const unsigned char ident[6] = {0x7f, 'E', 'L', 'F', 2 /* 64 bits */, 1 /* little-endian */};
    uint64_t table;
    uint16_t counts[2]; /* size of a header, number of headers */
    if (elf_size < 64 || memcmp(elf, ident, sizeof(ident)) != 0) return false;
    memcpy(&table, (const char *)elf + 0x28, sizeof(table));
    memcpy(counts, (const char *)elf + 0x3a, sizeof(counts));
    if (counts[0] != sizeof(*section) || index >= counts[1] || table > elf_size) return false;
    if (!wasm_bpf__read(elf, elf_size, table + (uint64_t)index * sizeof(*section), section, sizeof(*section)))
        return false;
    return section->type == WASM_BPF__NOBITS || wasm_bpf__in_file(section->offset, section->size, elf_size);
}

/* Whether string `offset` of the string table `strings` is `text`. */
static inline bool wasm_bpf__string_is(const void *elf, const struct wasm_bpf__section *strings, uint32_t offset,
                                       const char *text) {
    size_t size = strlen(text) + 1;
    return strings->type != WASM_BPF__NOBITS && wasm_bpf__in_file(offset, size, strings->size) &&
           memcmp((const char *)elf + strings->offset + offset, text, size) == 0;
}

/* Finds a section by name. */
static inline bool wasm_bpf__find_section(const void *elf, size_t elf_size, const char *name,
                                          struct wasm_bpf__section *section) {
    struct wasm_bpf__section names;
    uint16_t names_index;
    if (!wasm_bpf__read(elf, elf_size, 0x3e, &names_index, sizeof(names_index)) ||
        !wasm_bpf__section_at(elf, elf_size, names_index, &names))
        return false;
    for (unsigned i = 1; wasm_bpf__section_at(elf, elf_size, i, section); i++)
        if (wasm_bpf__string_is(elf, &names, section->name, name)) return true;
    return false;
}

/*
 * Takes a program out of an object: what is no function symbol is no program to libbpf, which skips the relocations and
 * debug information of code that belongs to none.
 */
static inline void wasm_bpf__remove_program(void *elf, size_t elf_size, const char *name) {
    struct wasm_bpf__section symbols, strings;
    struct wasm_bpf__symbol symbol;
    for (unsigned i = 1; wasm_bpf__section_at(elf, elf_size, i, &symbols); i++) {
        if (symbols.type != WASM_BPF__SYMTAB || !wasm_bpf__section_at(elf, elf_size, symbols.link, &strings)) continue;
        for (uint64_t at = 0; at + sizeof(symbol) <= symbols.size; at += sizeof(symbol)) {
            char *place = (char *)elf + symbols.offset + at;
            memcpy(&symbol, place, sizeof(symbol));
            if ((symbol.info & 0xf) != WASM_BPF__FUNC || !wasm_bpf__string_is(elf, &strings, symbol.name, name))
                continue;
            symbol.info &= 0xf0; /* the binding stays, the type becomes "none" */
            memcpy(place, &symbol, sizeof(symbol));
        }
    }
}

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

/* Zeroed memory for a section's image: where it can be shared with the kernel, of whole pages. */
static inline void *wasm_bpf__new_image(size_t size) {
#if WASM_BPF_ABI >= 2
    size_t room = (size + WASM_BPF__PAGE_SIZE - 1) / WASM_BPF__PAGE_SIZE * WASM_BPF__PAGE_SIZE;
    void *image = aligned_alloc(WASM_BPF__PAGE_SIZE, room ? room : WASM_BPF__PAGE_SIZE);
    return image ? memset(image, 0, size) : NULL;
#else
    return calloc(1, size ? size : 1);
#endif
}

/* Gives `map` the initial bytes of its section. Sections that only the host can fill (.kconfig) have none. */
static inline int wasm_bpf__read_image(const struct bpf_object_skeleton *s, struct bpf_map *map) {
    struct wasm_bpf__section section;
    if (!wasm_bpf__find_section(s->data, s->data_sz, map->name, &section)) return 0;
    if (section.size > INT32_MAX) return -EINVAL;
    map->image = wasm_bpf__new_image(section.size);
    if (!map->image) return -ENOMEM;
    map->image_size = section.size;
    if (section.type != WASM_BPF__NOBITS) memcpy(map->image, (const char *)s->data + section.offset, section.size);
    return 0;
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

/* Whether a map's initial bytes go into the ELF file. .bss has none there and is written once the map exists. */
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

/* Makes the image of .bss or .data the kernel's own memory. What the guest cannot write (.rodata) stays a copy. */
static inline int wasm_bpf__share(const struct bpf_map *map) {
#if WASM_BPF_ABI >= 2
    if (map->image && map->image_size && strncmp(map->name, ".rodata", 7) != 0) {
        size_t room = (map->image_size + WASM_BPF__PAGE_SIZE - 1) / WASM_BPF__PAGE_SIZE * WASM_BPF__PAGE_SIZE;
        int shared = bpf_map_mmap(map->fd, map->image, room);
        if (shared < 0) return wasm_bpf__fail(-shared);
    }
#else
    (void)map;
#endif
    return 0;
}

/* Where the skeleton keeps the link of a map, which only struct_ops maps have; NULL for the others. */
static inline struct bpf_link **wasm_bpf__map_link(const struct bpf_object_skeleton *s, int index) {
    size_t size = (size_t)s->map_skel_sz; /* skeletons of older generators end before the link */
    return size < sizeof(struct bpf_map_skeleton) ? NULL : wasm_bpf__map_at(s, index)->link;
}

/* Sets what every map, program and the object itself know of their handle. */
static inline void wasm_bpf__set_handle(struct bpf_object_skeleton *s, bpf_object_skel handle) {
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

/* Loads the object into the kernel. The import tells only that it failed, not the number: the error is -EINVAL. */
static inline int bpf_object__load_skeleton(struct bpf_object_skeleton *s) {
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
        if (err >= 0) err = wasm_bpf__share(map);
        if (err < 0) return err;
    }
    return 0;
}

/*
 * Whether a section names the place where its programs attach: "tp/sched/sched_switch" does, "xdp" and "cgroup/connect4" do
 * not. Those that do not are the ones that libbpf's skeletons leave alone.
 */
static inline bool wasm_bpf__names_place(const char *section) {
    static const char *const kinds[] = {"cgroup", "cgroup_skb", "lsm_cgroup", "netkit", "sk_reuseport", "sk_skb",
                                        "struct_ops", "struct_ops.s", "tc", "tcx", "xdp", "xdp.frags"};
    const char *slash = strchr(section, '/');
    if (!slash) return false;
    size_t length = (size_t)(slash - section);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strlen(kinds[i]) == length && memcmp(kinds[i], section, length) == 0) return false;
    return true;
}

/* The name of the section that a program is in; NULL when the object has no such program. */
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

/* Whether libbpf's skeletons would leave a program alone: nothing says where it attaches. */
static inline bool wasm_bpf__has_no_place(const struct bpf_object_skeleton *s, const struct bpf_program *prog) {
    if (prog->attach_target) return false;
    const char *section = wasm_bpf__program_section(s->data, s->data_sz, prog->name);
    if (!section) return false;
    return !wasm_bpf__names_place(*section == '?' ? section + 1 : section);
}

/*
 * Attaches every program, and every struct_ops map that has a link in the skeleton. As in libbpf, a program whose section
 * does not say where to attach, and that was given no target, is left alone; any failure ends it, and what is attached by
 * then stays so until the object is destroyed.
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

/* Detaches every program by closing the object, the only way that version 1 has: maps and buffers are gone as well. */
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

/* Whether a program is loaded and attached with its object. Only before load. */
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
    return wasm_bpf__result(
        wasm_bpf_map_operate(fd, BPF_MAP_UPDATE_ELEM, (void *)key, (void *)value, NULL, flags));
}

static inline int bpf_map_lookup_elem_flags(int fd, const void *key, void *value, uint64_t flags) {
    return wasm_bpf__result(wasm_bpf_map_operate(fd, BPF_MAP_LOOKUP_ELEM, (void *)key, value, NULL, flags));
}

static inline int bpf_map_lookup_elem(int fd, const void *key, void *value) {
    return bpf_map_lookup_elem_flags(fd, key, value, 0);
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

/* ---- Ring and perf buffers ---- */

/* Called once for each record, whose bytes are its own until it returns. A negative result ends the poll with it. */
typedef int (*bpf_buffer_sample_fn)(void *ctx, void *data, size_t size);

/* No perf record is larger, and few rings could hold a larger one. */
enum { WASM_BPF__RECORD_MAX = 64 * 1024 };

struct bpf_buffer {
    const struct bpf_map *events;
    bpf_buffer_sample_fn sample_fn;
    void *ctx;
    int stopped; /* why delivery ended early: a negative number, or 0 */
    char data[WASM_BPF__RECORD_MAX + 8] __attribute__((aligned(8))); /* the host copies each record to here */
};

/* What the host calls: tells records that did not fit, and the callback's own negative results, from host errors. */
static inline int wasm_bpf__sample(void *ctx, void *data, size_t size) {
    struct bpf_buffer *buffer = (struct bpf_buffer *)ctx;
    buffer->stopped = size >= sizeof(buffer->data) ? -E2BIG : buffer->sample_fn(buffer->ctx, data, size);
    return buffer->stopped < 0 ? -1 : 0;
}

/* Makes a buffer that reads a ring buffer or perf event array; NULL with errno set on failure. */
static inline struct bpf_buffer *bpf_buffer__new(struct bpf_map *events) {
    struct bpf_buffer *buffer = events ? (struct bpf_buffer *)calloc(1, sizeof(*buffer)) : NULL;
    if (!buffer) {
        errno = events ? ENOMEM : EINVAL;
        return NULL;
    }
    buffer->events = events;
    return buffer;
}

static inline void bpf_buffer__free(struct bpf_buffer *buffer) {
    free(buffer);
}

/*
 * Waits up to `timeout_ms` milliseconds (0: not at all, -1: for ever) for records and hands those that are there to the
 * callback. Returns their number, 0 when the time ran out, or a negative error: the callback's own, or -E2BIG for a
 * record of more than 64 KiB, which the callback does not get.
 */
static inline int bpf_buffer__poll(struct bpf_buffer *buffer, int timeout_ms) {
    if (!buffer || !buffer->sample_fn) return wasm_bpf__fail(EINVAL);
    buffer->stopped = 0;
    int result =
        wasm_bpf_buffer_poll(buffer->events->obj_ptr, buffer->events->fd, (int32_t)(intptr_t)wasm_bpf__sample,
                             (uint32_t)(uintptr_t)buffer, buffer->data, sizeof(buffer->data), timeout_ms);
    return buffer->stopped < 0 ? wasm_bpf__fail(-buffer->stopped) : wasm_bpf__result(result);
}

/*
 * Perf buffers take records from when they are open, which in version 1 the first poll does: without this one, records
 * before it would be lost. A ring buffer takes them from load on, and is not to deliver any before it is polled. What
 * tells the two apart is that a perf event array has indices, of which this one is too large (Linux's E2BIG).
 */
static inline int wasm_bpf__open_perf_buffer(struct bpf_buffer *buffer) {
    uint32_t index = UINT32_MAX;
    if (wasm_bpf_map_operate(buffer->events->fd, BPF_MAP_DELETE_ELEM, &index, NULL, NULL, 0) != -7) return 0;
    int result = bpf_buffer__poll(buffer, 0);
    return result < 0 ? result : 0;
}

#ifdef __cplusplus
} /* extern "C" */
#define WASM_BPF_OVERLOAD
#else
#define WASM_BPF_OVERLOAD __attribute__((overloadable))
#endif

/* Sets the callback of a buffer from bpf_buffer__new(), and starts to take records. */
WASM_BPF_OVERLOAD static inline int bpf_buffer__open(struct bpf_buffer *buffer, bpf_buffer_sample_fn sample_fn,
                                                     void *ctx) {
    if (!buffer || !sample_fn) return wasm_bpf__fail(EINVAL);
    buffer->sample_fn = sample_fn;
    buffer->ctx = ctx;
    return wasm_bpf__open_perf_buffer(buffer);
}

/* Both steps in one, the form that most sources use: makes the buffer and sets its callback; NULL on failure. */
WASM_BPF_OVERLOAD static inline struct bpf_buffer *bpf_buffer__open(struct bpf_map *events,
                                                                    bpf_buffer_sample_fn sample_fn, void *ctx) {
    struct bpf_buffer *buffer = bpf_buffer__new(events);
    if (buffer && bpf_buffer__open(buffer, sample_fn, ctx) < 0) {
        bpf_buffer__free(buffer);
        return NULL;
    }
    return buffer;
}

#undef WASM_BPF_OVERLOAD

/* ---- The kernel's numbers for kinds of maps, programs and attachments (linux/bpf.h) ---- */

enum bpf_map_type {
    BPF_MAP_TYPE_UNSPEC = 0,
    BPF_MAP_TYPE_HASH = 1,
    BPF_MAP_TYPE_ARRAY = 2,
    BPF_MAP_TYPE_PROG_ARRAY = 3,
    BPF_MAP_TYPE_PERF_EVENT_ARRAY = 4,
    BPF_MAP_TYPE_PERCPU_HASH = 5,
    BPF_MAP_TYPE_PERCPU_ARRAY = 6,
    BPF_MAP_TYPE_STACK_TRACE = 7,
    BPF_MAP_TYPE_CGROUP_ARRAY = 8,
    BPF_MAP_TYPE_LRU_HASH = 9,
    BPF_MAP_TYPE_LRU_PERCPU_HASH = 10,
    BPF_MAP_TYPE_LPM_TRIE = 11,
    BPF_MAP_TYPE_ARRAY_OF_MAPS = 12,
    BPF_MAP_TYPE_HASH_OF_MAPS = 13,
    BPF_MAP_TYPE_DEVMAP = 14,
    BPF_MAP_TYPE_SOCKMAP = 15,
    BPF_MAP_TYPE_CPUMAP = 16,
    BPF_MAP_TYPE_XSKMAP = 17,
    BPF_MAP_TYPE_SOCKHASH = 18,
    BPF_MAP_TYPE_CGROUP_STORAGE_DEPRECATED = 19,
    BPF_MAP_TYPE_CGROUP_STORAGE = 19,
    BPF_MAP_TYPE_REUSEPORT_SOCKARRAY = 20,
    BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE_DEPRECATED = 21,
    BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE = 21,
    BPF_MAP_TYPE_QUEUE = 22,
    BPF_MAP_TYPE_STACK = 23,
    BPF_MAP_TYPE_SK_STORAGE = 24,
    BPF_MAP_TYPE_DEVMAP_HASH = 25,
    BPF_MAP_TYPE_STRUCT_OPS = 26,
    BPF_MAP_TYPE_RINGBUF = 27,
    BPF_MAP_TYPE_INODE_STORAGE = 28,
    BPF_MAP_TYPE_TASK_STORAGE = 29,
    BPF_MAP_TYPE_BLOOM_FILTER = 30,
    BPF_MAP_TYPE_USER_RINGBUF = 31,
    BPF_MAP_TYPE_CGRP_STORAGE = 32,
    BPF_MAP_TYPE_ARENA = 33,
    __MAX_BPF_MAP_TYPE = 34,
};

enum bpf_prog_type {
    BPF_PROG_TYPE_UNSPEC = 0,
    BPF_PROG_TYPE_SOCKET_FILTER = 1,
    BPF_PROG_TYPE_KPROBE = 2,
    BPF_PROG_TYPE_SCHED_CLS = 3,
    BPF_PROG_TYPE_SCHED_ACT = 4,
    BPF_PROG_TYPE_TRACEPOINT = 5,
    BPF_PROG_TYPE_XDP = 6,
    BPF_PROG_TYPE_PERF_EVENT = 7,
    BPF_PROG_TYPE_CGROUP_SKB = 8,
    BPF_PROG_TYPE_CGROUP_SOCK = 9,
    BPF_PROG_TYPE_LWT_IN = 10,
    BPF_PROG_TYPE_LWT_OUT = 11,
    BPF_PROG_TYPE_LWT_XMIT = 12,
    BPF_PROG_TYPE_SOCK_OPS = 13,
    BPF_PROG_TYPE_SK_SKB = 14,
    BPF_PROG_TYPE_CGROUP_DEVICE = 15,
    BPF_PROG_TYPE_SK_MSG = 16,
    BPF_PROG_TYPE_RAW_TRACEPOINT = 17,
    BPF_PROG_TYPE_CGROUP_SOCK_ADDR = 18,
    BPF_PROG_TYPE_LWT_SEG6LOCAL = 19,
    BPF_PROG_TYPE_LIRC_MODE2 = 20,
    BPF_PROG_TYPE_SK_REUSEPORT = 21,
    BPF_PROG_TYPE_FLOW_DISSECTOR = 22,
    BPF_PROG_TYPE_CGROUP_SYSCTL = 23,
    BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE = 24,
    BPF_PROG_TYPE_CGROUP_SOCKOPT = 25,
    BPF_PROG_TYPE_TRACING = 26,
    BPF_PROG_TYPE_STRUCT_OPS = 27,
    BPF_PROG_TYPE_EXT = 28,
    BPF_PROG_TYPE_LSM = 29,
    BPF_PROG_TYPE_SK_LOOKUP = 30,
    BPF_PROG_TYPE_SYSCALL = 31,
    BPF_PROG_TYPE_NETFILTER = 32,
    __MAX_BPF_PROG_TYPE = 33,
};

enum bpf_attach_type {
    BPF_CGROUP_INET_INGRESS = 0,
    BPF_CGROUP_INET_EGRESS = 1,
    BPF_CGROUP_INET_SOCK_CREATE = 2,
    BPF_CGROUP_SOCK_OPS = 3,
    BPF_SK_SKB_STREAM_PARSER = 4,
    BPF_SK_SKB_STREAM_VERDICT = 5,
    BPF_CGROUP_DEVICE = 6,
    BPF_SK_MSG_VERDICT = 7,
    BPF_CGROUP_INET4_BIND = 8,
    BPF_CGROUP_INET6_BIND = 9,
    BPF_CGROUP_INET4_CONNECT = 10,
    BPF_CGROUP_INET6_CONNECT = 11,
    BPF_CGROUP_INET4_POST_BIND = 12,
    BPF_CGROUP_INET6_POST_BIND = 13,
    BPF_CGROUP_UDP4_SENDMSG = 14,
    BPF_CGROUP_UDP6_SENDMSG = 15,
    BPF_LIRC_MODE2 = 16,
    BPF_FLOW_DISSECTOR = 17,
    BPF_CGROUP_SYSCTL = 18,
    BPF_CGROUP_UDP4_RECVMSG = 19,
    BPF_CGROUP_UDP6_RECVMSG = 20,
    BPF_CGROUP_GETSOCKOPT = 21,
    BPF_CGROUP_SETSOCKOPT = 22,
    BPF_TRACE_RAW_TP = 23,
    BPF_TRACE_FENTRY = 24,
    BPF_TRACE_FEXIT = 25,
    BPF_MODIFY_RETURN = 26,
    BPF_LSM_MAC = 27,
    BPF_TRACE_ITER = 28,
    BPF_CGROUP_INET4_GETPEERNAME = 29,
    BPF_CGROUP_INET6_GETPEERNAME = 30,
    BPF_CGROUP_INET4_GETSOCKNAME = 31,
    BPF_CGROUP_INET6_GETSOCKNAME = 32,
    BPF_XDP_DEVMAP = 33,
    BPF_CGROUP_INET_SOCK_RELEASE = 34,
    BPF_XDP_CPUMAP = 35,
    BPF_SK_LOOKUP = 36,
    BPF_XDP = 37,
    BPF_SK_SKB_VERDICT = 38,
    BPF_SK_REUSEPORT_SELECT = 39,
    BPF_SK_REUSEPORT_SELECT_OR_MIGRATE = 40,
    BPF_PERF_EVENT = 41,
    BPF_TRACE_KPROBE_MULTI = 42,
    BPF_LSM_CGROUP = 43,
    BPF_STRUCT_OPS = 44,
    BPF_NETFILTER = 45,
    BPF_TCX_INGRESS = 46,
    BPF_TCX_EGRESS = 47,
    BPF_TRACE_UPROBE_MULTI = 48,
    BPF_CGROUP_UNIX_CONNECT = 49,
    BPF_CGROUP_UNIX_SENDMSG = 50,
    BPF_CGROUP_UNIX_RECVMSG = 51,
    BPF_CGROUP_UNIX_GETPEERNAME = 52,
    BPF_CGROUP_UNIX_GETSOCKNAME = 53,
    BPF_NETKIT_PRIMARY = 54,
    BPF_NETKIT_PEER = 55,
    BPF_TRACE_KPROBE_SESSION = 56,
    BPF_TRACE_UPROBE_SESSION = 57,
    __MAX_BPF_ATTACH_TYPE = 58,
};

#endif /* WASM_BPF_LIBBPF_WASM_H */
