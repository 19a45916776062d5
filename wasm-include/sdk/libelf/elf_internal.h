// SPDX-License-Identifier: MIT
/* Parts of libelf that its files share. */
#ifndef SDK_ELF_INTERNAL_H
#define SDK_ELF_INTERNAL_H

#include <gelf.h>
#include <libelf.h>
#include <stdbool.h>
#include <stddef.h>

enum elf_error {
    ELF_OK,
    ELF_NO_MEMORY,
    ELF_NO_VERSION,
    ELF_BAD_COMMAND,
    ELF_BAD_FILE,
    ELF_UNREADABLE,
    ELF_BAD_HANDLE,
    ELF_BAD_CLASS,
    ELF_BAD_ENCODING,
    ELF_BAD_HEADER,
    ELF_BAD_SECTION_TABLE,
    ELF_BAD_INDEX,
    ELF_BAD_RANGE,
    ELF_BAD_STRING,
    ELF_BAD_DATA,
    ELF_ERROR_COUNT
};

/* A part of the file, read when it is first needed. */
struct elf_part {
    char *bytes;
    bool owned;
    bool known;
};

/* The data of a section. The functions for its entries need its file, so this holds both. */
struct elf_content {
    Elf_Data data; /* first, since users have its address */
    Elf *elf;
};

struct Elf_Scn {
    Elf *elf;
    size_t index;
    Elf64_Shdr header; /* converted if the file has 32 bits */
    Elf32_Shdr header32;
    struct elf_part part;
    struct elf_content content;
    struct elf_content raw;
};

struct Elf {
    int fd;            /* -1 for an image in memory */
    const char *image; /* NULL for a file */
    size_t size;
    unsigned references;
    Elf_Kind kind;
    unsigned char ident[EI_NIDENT];
    Elf64_Ehdr header;
    Elf32_Ehdr header32;
    struct Elf_Scn *sections;
    size_t section_count;
    Elf64_Phdr *segments;
    struct elf_part segments32;
    struct elf_part whole;
};

/* Sets the error that elf_errno() returns, and returns NULL. */
void *__elf_fail(enum elf_error error);

bool __elf_is_64(const Elf *elf);
/* True if the range is within the file. */
bool __elf_has_range(const Elf *elf, uint64_t offset, uint64_t size);
/* Copies bytes of the file. */
bool __elf_read(const Elf *elf, void *to, size_t size, uint64_t offset);
/* Makes the bytes of the range available in PART. */
bool __elf_load(const Elf *elf, struct elf_part *part, size_t size, uint64_t offset);
void __elf_unload(struct elf_part *part);

/* Reads the table of sections if it is not yet read. */
bool __elf_load_sections(Elf *elf);

#endif
