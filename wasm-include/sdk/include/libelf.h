// SPDX-License-Identifier: MIT
/*
 * libelf for guests: reads little-endian ELF files of both classes. The names and meanings are those of elfutils'
 * libelf. Functions that write files, and those for archives and compressed sections, are missing.
 */
#ifndef _LIBELF_H
#define _LIBELF_H

#include <elf.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    ELF_T_BYTE,
    ELF_T_ADDR,
    ELF_T_DYN,
    ELF_T_EHDR,
    ELF_T_HALF,
    ELF_T_OFF,
    ELF_T_PHDR,
    ELF_T_RELA,
    ELF_T_REL,
    ELF_T_SHDR,
    ELF_T_SWORD,
    ELF_T_SYM,
    ELF_T_WORD,
    ELF_T_XWORD,
    ELF_T_SXWORD,
    ELF_T_NHDR,
    ELF_T_NUM
} Elf_Type;

typedef enum { ELF_C_NULL, ELF_C_READ, ELF_C_READ_MMAP } Elf_Cmd;

typedef enum { ELF_K_NONE, ELF_K_AR, ELF_K_COFF, ELF_K_ELF, ELF_K_NUM } Elf_Kind;

typedef struct {
    void *d_buf;
    Elf_Type d_type;
    unsigned int d_version;
    size_t d_size;
    int64_t d_off;
    size_t d_align;
} Elf_Data;

typedef struct Elf Elf;
typedef struct Elf_Scn Elf_Scn;

unsigned int elf_version(unsigned int version);
Elf *elf_begin(int fd, Elf_Cmd command, Elf *reference);
Elf *elf_memory(char *image, size_t size);
int elf_end(Elf *elf);
int elf_errno(void);
const char *elf_errmsg(int error);
Elf_Kind elf_kind(Elf *elf);
char *elf_getident(Elf *elf, size_t *size);
char *elf_rawfile(Elf *elf, size_t *size);
Elf32_Ehdr *elf32_getehdr(Elf *elf);
Elf64_Ehdr *elf64_getehdr(Elf *elf);
Elf32_Phdr *elf32_getphdr(Elf *elf);
Elf64_Phdr *elf64_getphdr(Elf *elf);
int elf_getphdrnum(Elf *elf, size_t *count);
int elf_getshdrnum(Elf *elf, size_t *count);
int elf_getshdrstrndx(Elf *elf, size_t *index);
Elf_Scn *elf_getscn(Elf *elf, size_t index);
Elf_Scn *elf_nextscn(Elf *elf, Elf_Scn *section);
size_t elf_ndxscn(Elf_Scn *section);
Elf32_Shdr *elf32_getshdr(Elf_Scn *section);
Elf64_Shdr *elf64_getshdr(Elf_Scn *section);
char *elf_strptr(Elf *elf, size_t section, size_t offset);
Elf_Data *elf_getdata(Elf_Scn *section, Elf_Data *previous);
Elf_Data *elf_rawdata(Elf_Scn *section, Elf_Data *previous);

#ifdef __cplusplus
}
#endif

#endif /* _LIBELF_H */
