// SPDX-License-Identifier: MIT
/* Reads the size of .kconfig from BTF, because the object has no section with these variables. */
#ifndef WASM_BPF_BTF_H
#define WASM_BPF_BTF_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <wasm_bpf/elf.h>

struct wasm_bpf__btf_header {
    uint16_t magic;
    uint8_t version, flags;
    uint32_t header_size, types_offset, types_size, strings_offset, strings_size;
};

struct wasm_bpf__btf_type {
    uint32_t name, info, size;
};

struct wasm_bpf__btf_variable {
    uint32_t type, offset, size;
};

enum { WASM_BPF__BTF_DATASEC = 15 };

/* The number of bytes after the first 12 of a type. */
static inline uint64_t wasm_bpf__btf_rest(const struct wasm_bpf__btf_type *type) {
    /* For each kind: the bytes of the type itself, and of each member, parameter or variable. */
    static const uint8_t fixed[] = {0, 4, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 4, 0, 0};
    static const uint8_t each[] = {0, 0, 0, 0, 12, 12, 8, 0, 0, 0, 0, 0, 0, 8, 0, 12, 0, 0, 0, 12};
    uint32_t kind = type->info >> 24 & 0x1f, count = type->info & 0xffff;
    return (kind < sizeof(fixed) ? fixed[kind] : 0) + (kind < sizeof(each) ? (uint64_t)each[kind] * count : 0);
}

/*
 * A sufficient size for the values of .kconfig: libbpf stores each variable with its size, aligned to at most 8 bytes.
 * 0 when the object has no such variables.
 */
static inline uint64_t wasm_bpf__kconfig_room(const void *elf, size_t elf_size) {
    struct wasm_bpf__section btf;
    struct wasm_bpf__btf_header header;
    struct wasm_bpf__btf_type type;
    struct wasm_bpf__btf_variable variable;
    if (!wasm_bpf__find_section(elf, elf_size, ".BTF", &btf) || btf.type == WASM_BPF__NOBITS) return 0;
    const char *start = (const char *)elf + btf.offset;
    if (!wasm_bpf__read(start, btf.size, 0, &header, sizeof(header))) return 0;
    uint64_t at = (uint64_t)header.header_size + header.types_offset, end = at + header.types_size;
    uint64_t strings = (uint64_t)header.header_size + header.strings_offset;
    for (; at < end && wasm_bpf__read(start, btf.size, at, &type, sizeof(type)); at += wasm_bpf__btf_rest(&type)) {
        char name[sizeof(".kconfig")];
        at += sizeof(type);
        if ((type.info >> 24 & 0x1f) != WASM_BPF__BTF_DATASEC ||
            !wasm_bpf__read(start, btf.size, strings + type.name, name, sizeof(name)) ||
            memcmp(name, ".kconfig", sizeof(name)) != 0)
            continue;
        uint64_t room = 0;
        for (uint32_t i = 0; i < (type.info & 0xffff); i++) {
            if (!wasm_bpf__read(start, btf.size, at + i * sizeof(variable), &variable, sizeof(variable))) return 0;
            room += (uint64_t)variable.size + 7;
        }
        return room;
    }
    return 0;
}

#endif /* WASM_BPF_BTF_H */
