// SPDX-License-Identifier: MIT
/* libelf for guests: structs of both classes as those of 64 bits. */
#ifndef _GELF_H
#define _GELF_H

#include <libelf.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef Elf64_Ehdr GElf_Ehdr;
typedef Elf64_Phdr GElf_Phdr;
typedef Elf64_Shdr GElf_Shdr;
typedef Elf64_Sym GElf_Sym;
typedef Elf64_Rel GElf_Rel;
typedef Elf64_Rela GElf_Rela;
typedef Elf64_Nhdr GElf_Nhdr;
typedef Elf64_Dyn GElf_Dyn;
typedef Elf64_Addr GElf_Addr;
typedef Elf64_Off GElf_Off;
typedef Elf64_Half GElf_Half;
typedef Elf64_Word GElf_Word;
typedef Elf64_Sword GElf_Sword;
typedef Elf64_Xword GElf_Xword;
typedef Elf64_Sxword GElf_Sxword;

#define GELF_ST_BIND(info) ELF64_ST_BIND(info)
#define GELF_ST_TYPE(info) ELF64_ST_TYPE(info)
#define GELF_ST_INFO(bind, type) ELF64_ST_INFO(bind, type)
#define GELF_ST_VISIBILITY(other) ELF64_ST_VISIBILITY(other)
#define GELF_R_SYM(info) ELF64_R_SYM(info)
#define GELF_R_TYPE(info) ELF64_R_TYPE(info)
#define GELF_R_INFO(symbol, type) ELF64_R_INFO(symbol, type)

int gelf_getclass(Elf *elf);
GElf_Ehdr *gelf_getehdr(Elf *elf, GElf_Ehdr *header);
GElf_Phdr *gelf_getphdr(Elf *elf, int index, GElf_Phdr *header);
GElf_Shdr *gelf_getshdr(Elf_Scn *section, GElf_Shdr *header);
GElf_Sym *gelf_getsym(Elf_Data *data, int index, GElf_Sym *symbol);
GElf_Rel *gelf_getrel(Elf_Data *data, int index, GElf_Rel *relocation);
GElf_Rela *gelf_getrela(Elf_Data *data, int index, GElf_Rela *relocation);
GElf_Dyn *gelf_getdyn(Elf_Data *data, int index, GElf_Dyn *entry);
/* Returns the offset of the next note, or 0. */
size_t gelf_getnote(Elf_Data *data, size_t offset, GElf_Nhdr *note, size_t *name, size_t *descriptor);

#ifdef __cplusplus
}
#endif

#endif /* _GELF_H */
