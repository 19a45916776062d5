// SPDX-License-Identifier: MIT
/* Reads ELF files of objects: ELF64, little-endian, as clang's BPF target writes them. */
#ifndef WASM_BPF_ELF_H
#define WASM_BPF_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

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

/* Copies `size` bytes at `offset` of the file; false when they end past its end. */
static inline bool wasm_bpf__read(const void *elf, size_t elf_size, uint64_t offset, void *out, size_t size) {
    if (!wasm_bpf__in_file(offset, size, elf_size)) return false;
    memcpy(out, (const char *)elf + offset, size);
    return true;
}

/* Reads section header `index`; false when it does not exist, or its content is not in the file. */
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

/* True if string `offset` of the string table `strings` is `text`. */
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

/*
 * Removes a program from an object by changing the type of its symbol. libbpf treats only function symbols as programs,
 * and skips relocations and debug information of code outside programs.
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

/* ---- BTF, as far as .kconfig needs it: the file has no section with the variables of .kconfig ---- */

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

#endif /* WASM_BPF_ELF_H */
