// SPDX-License-Identifier: MIT
/* Entries of tables in sections, as those of 64 bits. */
#include <string.h>

#include "elf_internal.h"

/* The entries of a table, in files of both classes. */
struct table {
    Elf_Type type;
    size_t size32;
    size_t size64;
};

static bool is_64(const Elf_Data *data) {
    return __elf_is_64(((const struct elf_content *)data)->elf);
}

/* Copies an entry of the table to ENTRY, which has room for one of 64 bits. */
static bool copy_entry(const Elf_Data *data, int index, const struct table *table, void *entry) {
    enum elf_error error = ELF_OK;
    if (!data || !entry || data->d_type != table->type) error = ELF_BAD_DATA;
    size_t size = error ? 1 : is_64(data) ? table->size64 : table->size32;
    if (!error && (index < 0 || (size_t)index >= data->d_size / size || !data->d_buf)) error = ELF_BAD_INDEX;
    if (error) {
        __elf_fail(error);
        return false;
    }
    memcpy(entry, (const char *)data->d_buf + (size_t)index * size, size);
    return true;
}

GElf_Sym *gelf_getsym(Elf_Data *data, int index, GElf_Sym *symbol) {
    static const struct table table = {ELF_T_SYM, sizeof(Elf32_Sym), sizeof(Elf64_Sym)};
    if (!copy_entry(data, index, &table, symbol)) return NULL;
    if (is_64(data)) return symbol;
    Elf32_Sym narrow;
    memcpy(&narrow, symbol, sizeof(narrow));
    *symbol = (GElf_Sym){
        .st_name = narrow.st_name,
        .st_info = narrow.st_info,
        .st_other = narrow.st_other,
        .st_shndx = narrow.st_shndx,
        .st_value = narrow.st_value,
        .st_size = narrow.st_size,
    };
    return symbol;
}

/* r_info has another division in files of 32 bits. */
static GElf_Xword widen_info(Elf32_Word info) {
    return ELF64_R_INFO((GElf_Xword)ELF32_R_SYM(info), ELF32_R_TYPE(info));
}

GElf_Rel *gelf_getrel(Elf_Data *data, int index, GElf_Rel *relocation) {
    static const struct table table = {ELF_T_REL, sizeof(Elf32_Rel), sizeof(Elf64_Rel)};
    if (!copy_entry(data, index, &table, relocation)) return NULL;
    if (is_64(data)) return relocation;
    Elf32_Rel narrow;
    memcpy(&narrow, relocation, sizeof(narrow));
    *relocation = (GElf_Rel){narrow.r_offset, widen_info(narrow.r_info)};
    return relocation;
}

GElf_Rela *gelf_getrela(Elf_Data *data, int index, GElf_Rela *relocation) {
    static const struct table table = {ELF_T_RELA, sizeof(Elf32_Rela), sizeof(Elf64_Rela)};
    if (!copy_entry(data, index, &table, relocation)) return NULL;
    if (is_64(data)) return relocation;
    Elf32_Rela narrow;
    memcpy(&narrow, relocation, sizeof(narrow));
    *relocation = (GElf_Rela){narrow.r_offset, widen_info(narrow.r_info), narrow.r_addend};
    return relocation;
}

GElf_Dyn *gelf_getdyn(Elf_Data *data, int index, GElf_Dyn *entry) {
    static const struct table table = {ELF_T_DYN, sizeof(Elf32_Dyn), sizeof(Elf64_Dyn)};
    if (!copy_entry(data, index, &table, entry)) return NULL;
    if (is_64(data)) return entry;
    Elf32_Dyn narrow;
    memcpy(&narrow, entry, sizeof(narrow));
    *entry = (GElf_Dyn){.d_tag = narrow.d_tag, .d_un.d_val = narrow.d_un.d_val};
    return entry;
}

static size_t align(size_t size) {
    return (size + 3) & ~(size_t)3;
}

size_t gelf_getnote(Elf_Data *data, size_t offset, GElf_Nhdr *note, size_t *name, size_t *descriptor) {
    if (!data || !note || data->d_type != ELF_T_NHDR || !data->d_buf) {
        __elf_fail(ELF_BAD_DATA);
        return 0;
    }
    size_t size = data->d_size;
    if (offset > size || size - offset < sizeof(*note)) {
        /* The end is no error. */
        if (offset != size) __elf_fail(ELF_BAD_RANGE);
        return 0;
    }
    memcpy(note, (const char *)data->d_buf + offset, sizeof(*note));
    *name = offset + sizeof(*note);
    bool fits = note->n_namesz <= size - *name;
    *descriptor = fits ? align(*name + note->n_namesz) : size;
    /* The last padding may be missing. */
    if (fits && note->n_descsz == 0 && *descriptor > size) *descriptor = size;
    if (!fits || *descriptor > size || note->n_descsz > size - *descriptor) {
        __elf_fail(ELF_BAD_RANGE);
        return 0;
    }
    size_t next = align(*descriptor + note->n_descsz);
    return next > size ? size : next;
}
