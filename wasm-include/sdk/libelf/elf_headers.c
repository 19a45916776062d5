// SPDX-License-Identifier: MIT
/* The ELF header, the segments and the sections' headers. */
#include <stdlib.h>
#include <string.h>

#include "elf_internal.h"

static bool is_elf(const Elf *elf) {
    if (elf && elf->kind == ELF_K_ELF) return true;
    __elf_fail(ELF_BAD_HANDLE);
    return false;
}

static bool has_class(const Elf *elf, unsigned char class) {
    if (!is_elf(elf)) return false;
    if (elf->ident[EI_CLASS] == class) return true;
    __elf_fail(ELF_BAD_CLASS);
    return false;
}

Elf64_Ehdr *elf64_getehdr(Elf *elf) {
    return has_class(elf, ELFCLASS64) ? &elf->header : NULL;
}

Elf32_Ehdr *elf32_getehdr(Elf *elf) {
    return has_class(elf, ELFCLASS32) ? &elf->header32 : NULL;
}

GElf_Ehdr *gelf_getehdr(Elf *elf, GElf_Ehdr *header) {
    if (!header || !is_elf(elf)) return NULL;
    *header = elf->header;
    return header;
}

static Elf64_Shdr widen_section(const Elf32_Shdr *from) {
    return (Elf64_Shdr){
        .sh_name = from->sh_name,
        .sh_type = from->sh_type,
        .sh_flags = from->sh_flags,
        .sh_addr = from->sh_addr,
        .sh_offset = from->sh_offset,
        .sh_size = from->sh_size,
        .sh_link = from->sh_link,
        .sh_info = from->sh_info,
        .sh_addralign = from->sh_addralign,
        .sh_entsize = from->sh_entsize,
    };
}

static bool read_section(const Elf *elf, size_t index, struct Elf_Scn *section) {
    uint64_t offset = elf->header.e_shoff + index * elf->header.e_shentsize;
    section->elf = (Elf *)elf;
    section->index = index;
    if (__elf_is_64(elf)) return __elf_read(elf, &section->header, sizeof(section->header), offset);
    if (!__elf_read(elf, &section->header32, sizeof(section->header32), offset)) return false;
    section->header = widen_section(&section->header32);
    return true;
}

static bool fail_sections(enum elf_error error) {
    __elf_fail(error);
    return false;
}

bool __elf_load_sections(Elf *elf) {
    if (!is_elf(elf)) return false;
    if (elf->sections || elf->header.e_shoff == 0) return true;
    size_t entry_size = __elf_is_64(elf) ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);
    struct Elf_Scn first = {0};
    if (elf->header.e_shentsize != entry_size) return fail_sections(ELF_BAD_SECTION_TABLE);
    /* A file that ends before its table has no sections. */
    if (!__elf_has_range(elf, elf->header.e_shoff, entry_size)) return true;
    if (!read_section(elf, 0, &first)) return false;

    /* A number that does not fit into the header is in the first section. */
    uint64_t count = elf->header.e_shnum ? elf->header.e_shnum : first.header.sh_size;
    if (count > elf->size / entry_size || !__elf_has_range(elf, elf->header.e_shoff, count * entry_size))
        return fail_sections(ELF_BAD_SECTION_TABLE);
    struct Elf_Scn *sections = calloc(count ? count : 1, sizeof(*sections));
    if (!sections) return fail_sections(ELF_NO_MEMORY);
    for (size_t i = 0; i < count; i++) {
        if (read_section(elf, i, &sections[i])) continue;
        free(sections);
        return false;
    }
    elf->sections = sections;
    elf->section_count = count;
    return true;
}

int elf_getshdrnum(Elf *elf, size_t *count) {
    if (!__elf_load_sections(elf)) return -1;
    *count = elf->section_count;
    return 0;
}

int elf_getshdrstrndx(Elf *elf, size_t *index) {
    if (!__elf_load_sections(elf)) return -1;
    *index = elf->header.e_shstrndx;
    if (*index != SHN_XINDEX) return 0;
    if (elf->section_count == 0) {
        __elf_fail(ELF_BAD_INDEX);
        return -1;
    }
    *index = elf->sections[0].header.sh_link;
    return 0;
}

int elf_getphdrnum(Elf *elf, size_t *count) {
    if (!is_elf(elf)) return -1;
    *count = elf->header.e_phnum;
    if (*count != PN_XNUM) return 0;
    if (!__elf_load_sections(elf) || elf->section_count == 0) return -1;
    *count = elf->sections[0].header.sh_info;
    return 0;
}

Elf64_Shdr *elf64_getshdr(Elf_Scn *section) {
    return section && has_class(section->elf, ELFCLASS64) ? &section->header : NULL;
}

Elf32_Shdr *elf32_getshdr(Elf_Scn *section) {
    return section && has_class(section->elf, ELFCLASS32) ? &section->header32 : NULL;
}

GElf_Shdr *gelf_getshdr(Elf_Scn *section, GElf_Shdr *header) {
    if (!section || !header) return NULL;
    *header = section->header;
    return header;
}

static Elf64_Phdr widen_segment(const Elf32_Phdr *from) {
    return (Elf64_Phdr){
        .p_type = from->p_type,
        .p_flags = from->p_flags,
        .p_offset = from->p_offset,
        .p_vaddr = from->p_vaddr,
        .p_paddr = from->p_paddr,
        .p_filesz = from->p_filesz,
        .p_memsz = from->p_memsz,
        .p_align = from->p_align,
    };
}

/* Returns the segments as those of 64 bits. */
static const Elf64_Phdr *load_segments(Elf *elf, size_t *count) {
    if (elf_getphdrnum(elf, count) != 0) return NULL;
    if (elf->segments) return elf->segments;
    size_t entry_size = __elf_is_64(elf) ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
    if (*count == 0 || *count > elf->size / entry_size || elf->header.e_phentsize != entry_size)
        return __elf_fail(ELF_BAD_INDEX);
    if (!__elf_load(elf, &elf->segments32, *count * entry_size, elf->header.e_phoff)) return NULL;
    elf->segments = calloc(*count, sizeof(*elf->segments));
    if (!elf->segments) return __elf_fail(ELF_NO_MEMORY);
    for (size_t i = 0; i < *count; i++) {
        const char *entry = elf->segments32.bytes + i * entry_size;
        Elf32_Phdr narrow;
        memcpy(&elf->segments[i], entry, __elf_is_64(elf) ? entry_size : 0);
        if (__elf_is_64(elf)) continue;
        memcpy(&narrow, entry, sizeof(narrow));
        elf->segments[i] = widen_segment(&narrow);
    }
    return elf->segments;
}

Elf64_Phdr *elf64_getphdr(Elf *elf) {
    size_t count;
    return has_class(elf, ELFCLASS64) ? (Elf64_Phdr *)load_segments(elf, &count) : NULL;
}

Elf32_Phdr *elf32_getphdr(Elf *elf) {
    size_t count;
    if (!has_class(elf, ELFCLASS32) || !load_segments(elf, &count)) return NULL;
    return (Elf32_Phdr *)elf->segments32.bytes;
}

GElf_Phdr *gelf_getphdr(Elf *elf, int index, GElf_Phdr *header) {
    size_t count;
    const Elf64_Phdr *segments = load_segments(elf, &count);
    if (!segments || !header) return NULL;
    if (index < 0 || (size_t)index >= count) return __elf_fail(ELF_BAD_INDEX);
    *header = segments[index];
    return header;
}
