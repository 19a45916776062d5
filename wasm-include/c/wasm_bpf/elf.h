// SPDX-License-Identifier: MIT
/* Reads ELF files of objects: ELF64, little-endian, as clang's BPF target writes them. */
#ifndef WASM_BPF_ELF_H
#define WASM_BPF_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Packed, because the object may begin at any address. */
struct __attribute__((packed, may_alias)) wasm_bpf__elf_header {
    unsigned char ident[16];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, segments_offset, sections_offset;
    uint32_t flags;
    uint16_t header_size, segment_size, segment_count, section_size, section_count, names_index;
};

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
    const struct wasm_bpf__elf_header *header = (const struct wasm_bpf__elf_header *)elf;
    if (elf_size < sizeof(*header) || memcmp(elf, ident, sizeof(ident)) != 0) return false;
    uint64_t table = header->sections_offset;
    if (header->section_size != sizeof(*section) || index >= header->section_count || table > elf_size) return false;
    if (!wasm_bpf__read(elf, elf_size, table + (uint64_t)index * sizeof(*section), section, sizeof(*section)))
        return false;
    return section->type == WASM_BPF__NOBITS || wasm_bpf__in_file(section->offset, section->size, elf_size);
}

/* Reads the header of the string table with the names of sections. */
static inline bool wasm_bpf__names_section(const void *elf, size_t elf_size, struct wasm_bpf__section *names) {
    const struct wasm_bpf__elf_header *header = (const struct wasm_bpf__elf_header *)elf;
    return elf_size >= sizeof(*header) && wasm_bpf__section_at(elf, elf_size, header->names_index, names);
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
    if (!wasm_bpf__names_section(elf, elf_size, &names)) return false;
    for (unsigned i = 1; wasm_bpf__section_at(elf, elf_size, i, section); i++)
        if (wasm_bpf__string_is(elf, &names, section->name, name)) return true;
    return false;
}

/* Finds the symbol of a program, and returns its offset in the file; 0 when there is none. */
static inline uint64_t wasm_bpf__find_program(const void *elf, size_t elf_size, const char *name,
                                              struct wasm_bpf__symbol *symbol) {
    struct wasm_bpf__section symbols, strings;
    for (unsigned i = 1; wasm_bpf__section_at(elf, elf_size, i, &symbols); i++) {
        if (symbols.type != WASM_BPF__SYMTAB || !wasm_bpf__section_at(elf, elf_size, symbols.link, &strings)) continue;
        for (uint64_t at = 0; at + sizeof(*symbol) <= symbols.size; at += sizeof(*symbol)) {
            memcpy(symbol, (const char *)elf + symbols.offset + at, sizeof(*symbol));
            if ((symbol->info & 0xf) == WASM_BPF__FUNC && wasm_bpf__string_is(elf, &strings, symbol->name, name))
                return symbols.offset + at;
        }
    }
    return 0;
}

/* The name of a program's section; NULL when the object has no such program. */
static inline const char *wasm_bpf__program_section(const void *elf, size_t elf_size, const char *name) {
    struct wasm_bpf__section section, names;
    struct wasm_bpf__symbol symbol;
    if (!wasm_bpf__names_section(elf, elf_size, &names) || !wasm_bpf__find_program(elf, elf_size, name, &symbol) ||
        !wasm_bpf__section_at(elf, elf_size, symbol.section, &section) || section.name >= names.size)
        return NULL;
    const char *text = (const char *)elf + names.offset + section.name;
    return memchr(text, '\0', names.size - section.name) ? text : NULL;
}

/*
 * Removes a program from an object by changing the type of its symbol. libbpf treats only function symbols as programs,
 * and skips relocations and debug information of code outside programs.
 */
static inline void wasm_bpf__remove_program(void *elf, size_t elf_size, const char *name) {
    struct wasm_bpf__symbol symbol;
    uint64_t offset = wasm_bpf__find_program(elf, elf_size, name, &symbol);
    if (!offset) return;
    symbol.info &= 0xf0; /* the binding stays, the type becomes "none" */
    memcpy((char *)elf + offset, &symbol, sizeof(symbol));
}

#endif /* WASM_BPF_ELF_H */
