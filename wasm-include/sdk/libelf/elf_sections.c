// SPDX-License-Identifier: MIT
/* Sections, their data, and strings in them. */
#include <string.h>

#include "elf_internal.h"

Elf_Scn *elf_getscn(Elf *elf, size_t index) {
    if (!__elf_load_sections(elf)) return NULL;
    return index < elf->section_count ? &elf->sections[index] : __elf_fail(ELF_BAD_INDEX);
}

Elf_Scn *elf_nextscn(Elf *elf, Elf_Scn *section) {
    /* The first section of a file is no real one. */
    size_t index = section ? section->index + 1 : 1;
    if (!__elf_load_sections(elf) || index >= elf->section_count) return NULL;
    return &elf->sections[index];
}

size_t elf_ndxscn(Elf_Scn *section) {
    return section ? section->index : SHN_UNDEF;
}

static Elf_Type type_of(const Elf64_Shdr *header) {
    switch (header->sh_type) {
    case SHT_SYMTAB:
    case SHT_DYNSYM: return ELF_T_SYM;
    case SHT_RELA: return ELF_T_RELA;
    case SHT_REL: return ELF_T_REL;
    case SHT_DYNAMIC: return ELF_T_DYN;
    case SHT_NOTE: return ELF_T_NHDR;
    case SHT_HASH:
    case SHT_GROUP:
    case SHT_SYMTAB_SHNDX: return ELF_T_WORD;
    case SHT_INIT_ARRAY:
    case SHT_FINI_ARRAY:
    case SHT_PREINIT_ARRAY: return ELF_T_ADDR;
    default: return ELF_T_BYTE;
    }
}

/* A section has one piece of data, so there is none after it. */
static Elf_Data *get_content(Elf_Scn *section, struct elf_content *content, Elf_Type type) {
    const Elf64_Shdr *header = &section->header;
    content->elf = section->elf;
    content->data.d_type = type;
    content->data.d_version = EV_CURRENT;
    content->data.d_size = header->sh_size;
    content->data.d_align = header->sh_addralign;
    if (header->sh_type == SHT_NOBITS) return &content->data;
    if (header->sh_type == SHT_NULL) content->data.d_size = 0;
    if (!__elf_load(section->elf, &section->part, content->data.d_size, header->sh_offset)) return NULL;
    content->data.d_buf = content->data.d_size ? section->part.bytes : NULL;
    return &content->data;
}

Elf_Data *elf_getdata(Elf_Scn *section, Elf_Data *previous) {
    if (!section || previous) return NULL;
    return get_content(section, &section->content, type_of(&section->header));
}

Elf_Data *elf_rawdata(Elf_Scn *section, Elf_Data *previous) {
    if (!section || previous) return NULL;
    return get_content(section, &section->raw, ELF_T_BYTE);
}

char *elf_strptr(Elf *elf, size_t index, size_t offset) {
    Elf_Scn *section = elf_getscn(elf, index);
    if (!section) return NULL;
    if (section->header.sh_type != SHT_STRTAB) return __elf_fail(ELF_BAD_DATA);
    const Elf_Data *data = elf_rawdata(section, NULL);
    if (!data) return NULL;
    if (offset >= data->d_size) return __elf_fail(ELF_BAD_STRING);
    char *string = (char *)data->d_buf + offset;
    return memchr(string, '\0', data->d_size - offset) ? string : __elf_fail(ELF_BAD_STRING);
}
