// SPDX-License-Identifier: MIT
/* elf_contents FILE [m]: prints what libelf finds in the file; with m, from an image in memory. */
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static unsigned long long sum(const void *bytes, size_t size) {
    unsigned long long result = 14695981039346656037ULL;
    for (size_t i = 0; bytes && i < size; i++) result = (result ^ ((const unsigned char *)bytes)[i]) * 1099511628211ULL;
    return result;
}

static const char *text(const char *string) {
    return string ? string : "(null)";
}

static void print_symbols(Elf *elf, Elf_Data *data, const GElf_Shdr *header) {
    GElf_Sym symbol;
    for (int i = 0; gelf_getsym(data, i, &symbol); i++)
        printf("  symbol %d %s %x %x %d %llx %llx\n", i, text(elf_strptr(elf, header->sh_link, symbol.st_name)),
               symbol.st_info, symbol.st_other, symbol.st_shndx, (unsigned long long)symbol.st_value,
               (unsigned long long)symbol.st_size);
}

static void print_tables(Elf_Data *data) {
    GElf_Rela rela;
    GElf_Rel rel;
    GElf_Dyn dyn;
    for (int i = 0; data->d_type == ELF_T_RELA && gelf_getrela(data, i, &rela); i++)
        printf("  rela %llx %llx %llx\n", (unsigned long long)rela.r_offset, (unsigned long long)rela.r_info,
               (unsigned long long)rela.r_addend);
    for (int i = 0; data->d_type == ELF_T_REL && gelf_getrel(data, i, &rel); i++)
        printf("  rel %llx %llx\n", (unsigned long long)rel.r_offset, (unsigned long long)rel.r_info);
    for (int i = 0; data->d_type == ELF_T_DYN && gelf_getdyn(data, i, &dyn); i++)
        printf("  dyn %llx %llx\n", (unsigned long long)dyn.d_tag, (unsigned long long)dyn.d_un.d_val);
}

static void print_notes(Elf_Data *data) {
    GElf_Nhdr note;
    size_t offset = 0, next, name, descriptor;
    while ((next = gelf_getnote(data, offset, &note, &name, &descriptor)) > 0) {
        printf("  note %zu %zu %zu %x %x\n", next, name, descriptor, note.n_type, note.n_descsz);
        offset = next;
    }
}

static void print_section(Elf *elf, Elf_Scn *section, size_t names) {
    GElf_Shdr header;
    if (!gelf_getshdr(section, &header)) return;
    printf("section %zu %s type %x size %llx link %x info %x\n", elf_ndxscn(section),
           text(elf_strptr(elf, names, header.sh_name)), header.sh_type, (unsigned long long)header.sh_size,
           header.sh_link, header.sh_info);
    printf("  class %d %d\n", elf64_getshdr(section) != NULL, elf32_getshdr(section) != NULL);
    Elf_Data *raw = elf_rawdata(section, NULL);
    if (raw) printf("  raw %zu %llx\n", raw->d_size, sum(raw->d_buf, raw->d_size));
    Elf_Data *data = elf_getdata(section, NULL);
    if (!data) return;
    printf("  data %zu %llx type %d\n", data->d_size, sum(data->d_buf, data->d_size), data->d_type == ELF_T_SYM);
    printf("  more %d\n", elf_getdata(section, data) != NULL);
    if (header.sh_type == SHT_SYMTAB || header.sh_type == SHT_DYNSYM) print_symbols(elf, data, &header);
    print_tables(data);
    if (header.sh_type == SHT_NOTE) print_notes(data);
}

static void print_header(Elf *elf) {
    GElf_Ehdr header;
    size_t count = 0, size = 0;
    char *ident = elf_getident(elf, &size);
    printf("kind %d class %d ident %zu %llx\n", elf_kind(elf) == ELF_K_ELF, gelf_getclass(elf), size, sum(ident, size));
    if (!gelf_getehdr(elf, &header)) return;
    printf("type %d machine %d entry %llx sections %d\n", header.e_type, header.e_machine,
           (unsigned long long)header.e_entry, header.e_shnum);
    printf("class %d %d\n", elf64_getehdr(elf) != NULL, elf32_getehdr(elf) != NULL);
    if (elf_getphdrnum(elf, &count) != 0) return;
    for (int i = 0; i < (int)count; i++) {
        GElf_Phdr segment;
        if (!gelf_getphdr(elf, i, &segment)) break;
        printf("segment %x %x %llx %llx %llx %llx\n", segment.p_type, segment.p_flags,
               (unsigned long long)segment.p_offset, (unsigned long long)segment.p_vaddr,
               (unsigned long long)segment.p_filesz, (unsigned long long)segment.p_align);
    }
}

/* Reads the file into memory, all of it. */
static char *read_image(int fd, size_t *size) {
    off_t end = lseek(fd, 0, SEEK_END);
    char *image = malloc((size_t)end + 1);
    *size = (size_t)end;
    return image && pread(fd, image, *size, 0) == end ? image : NULL;
}

int main(int argc, char **argv) {
    if (argc < 2) return 1;
    int fd = open(argv[1], O_RDONLY);
    if (fd < 0) return 2;
    printf("before elf_version: %d\n", elf_begin(fd, ELF_C_READ, NULL) != NULL);
    if (elf_version(EV_CURRENT) == EV_NONE) return 3;
    size_t size = 0, names = 0, count = 0;
    char *image = argc > 2 ? read_image(fd, &size) : NULL;
    Elf *elf = argc > 2 ? elf_memory(image, size) : elf_begin(fd, ELF_C_READ, NULL);
    if (!elf) {
        printf("no ELF: %d\n", elf_errmsg(-1) != NULL);
        return 4;
    }
    print_header(elf);
    int known = elf_getshdrstrndx(elf, &names);
    printf("names %d %zu\n", known, names);
    if (elf_getshdrnum(elf, &count) == 0) printf("%zu sections\n", count);
    for (Elf_Scn *section = NULL; (section = elf_nextscn(elf, section));) print_section(elf, section, names);
    printf("beyond %d\n", elf_getscn(elf, count + 5) != NULL);
    char *whole = elf_rawfile(elf, &size);
    printf("file %zu %llx\n", size, sum(whole, size));
    elf_end(elf);
    free(image);
    close(fd);
    return 0;
}
