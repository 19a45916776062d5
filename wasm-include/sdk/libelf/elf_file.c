// SPDX-License-Identifier: MIT
/*
 * Opens and closes ELF files. Bytes are read from the file when they are needed, since a program is often interested in
 * the symbols of a large file.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "elf_internal.h"

static enum elf_error last_error;
static bool has_version;

void *__elf_fail(enum elf_error error) {
    last_error = error;
    return NULL;
}

int elf_errno(void) {
    enum elf_error error = last_error;
    last_error = ELF_OK;
    return (int)error;
}

const char *elf_errmsg(int error) {
    static const char *const texts[ELF_ERROR_COUNT] = {
        [ELF_OK] = "no error",
        [ELF_NO_MEMORY] = "out of memory",
        [ELF_NO_VERSION] = "elf_version() was not called",
        [ELF_BAD_COMMAND] = "files can only be read",
        [ELF_BAD_FILE] = "bad file descriptor",
        [ELF_UNREADABLE] = "the file cannot be read",
        [ELF_BAD_HANDLE] = "the file is no ELF file",
        [ELF_BAD_CLASS] = "the ELF file has another class",
        [ELF_BAD_ENCODING] = "the ELF file is not little-endian",
        [ELF_BAD_HEADER] = "bad ELF header",
        [ELF_BAD_SECTION_TABLE] = "bad table of sections",
        [ELF_BAD_INDEX] = "no such index",
        [ELF_BAD_RANGE] = "a range is outside of the file",
        [ELF_BAD_STRING] = "no such string",
        [ELF_BAD_DATA] = "data of another type",
    };
    if (error == 0 && last_error == ELF_OK) return NULL;
    if (error == 0 || error == -1) error = (int)last_error;
    return error > 0 && error < ELF_ERROR_COUNT ? texts[error] : error == 0 ? texts[ELF_OK] : "unknown error";
}

unsigned int elf_version(unsigned int version) {
    if (version != EV_NONE && version != EV_CURRENT) return EV_NONE;
    has_version = has_version || version == EV_CURRENT;
    return EV_CURRENT;
}

bool __elf_is_64(const Elf *elf) {
    return elf->ident[EI_CLASS] == ELFCLASS64;
}

bool __elf_has_range(const Elf *elf, uint64_t offset, uint64_t size) {
    return size <= elf->size && offset <= elf->size - size;
}

bool __elf_read(const Elf *elf, void *to, size_t size, uint64_t offset) {
    if (!__elf_has_range(elf, offset, size)) {
        __elf_fail(ELF_BAD_RANGE);
        return false;
    }
    if (elf->image) {
        memcpy(to, elf->image + offset, size);
        return true;
    }
    char *next = to;
    while (size > 0) {
        ssize_t count = pread(elf->fd, next, size, (off_t)offset);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) {
            __elf_fail(ELF_UNREADABLE);
            return false;
        }
        next += count;
        offset += (uint64_t)count;
        size -= (size_t)count;
    }
    return true;
}

bool __elf_load(const Elf *elf, struct elf_part *part, size_t size, uint64_t offset) {
    if (part->known) return true;
    if (!__elf_has_range(elf, offset, size)) {
        __elf_fail(ELF_BAD_RANGE);
        return false;
    }
    if (elf->image) {
        *part = (struct elf_part){(char *)elf->image + offset, false, true};
        return true;
    }
    char *bytes = malloc(size ? size : 1);
    if (!bytes || !__elf_read(elf, bytes, size, offset)) {
        if (!bytes) __elf_fail(ELF_NO_MEMORY);
        free(bytes);
        return false;
    }
    *part = (struct elf_part){bytes, true, true};
    return true;
}

void __elf_unload(struct elf_part *part) {
    if (part->owned) free(part->bytes);
}

/* A header of 32 bits as one of 64 bits. */
static Elf64_Ehdr widen(const Elf32_Ehdr *from) {
    Elf64_Ehdr to = {
        .e_type = from->e_type,
        .e_machine = from->e_machine,
        .e_version = from->e_version,
        .e_entry = from->e_entry,
        .e_phoff = from->e_phoff,
        .e_shoff = from->e_shoff,
        .e_flags = from->e_flags,
        .e_ehsize = from->e_ehsize,
        .e_phentsize = from->e_phentsize,
        .e_phnum = from->e_phnum,
        .e_shentsize = from->e_shentsize,
        .e_shnum = from->e_shnum,
        .e_shstrndx = from->e_shstrndx,
    };
    memcpy(to.e_ident, from->e_ident, EI_NIDENT);
    return to;
}

/* Finds out what the file is. Only a defect of an ELF file is an error. */
static bool read_header(Elf *elf) {
    static const char archive[] = "!<arch>\n";
    elf->kind = ELF_K_NONE;
    size_t length = elf->size < EI_NIDENT ? elf->size : EI_NIDENT;
    if (!__elf_read(elf, elf->ident, length, 0)) return false;
    if (memcmp(elf->ident, archive, sizeof(archive) - 1) == 0) elf->kind = ELF_K_AR;
    if (length < EI_NIDENT || memcmp(elf->ident, ELFMAG, SELFMAG) != 0) return true;

    unsigned char class = elf->ident[EI_CLASS];
    enum elf_error error = ELF_OK;
    if (class != ELFCLASS32 && class != ELFCLASS64)
        error = ELF_BAD_CLASS;
    else if (elf->ident[EI_DATA] != ELFDATA2LSB)
        error = ELF_BAD_ENCODING;
    if (error) {
        __elf_fail(error);
        return false;
    }
    bool is_64 = class == ELFCLASS64;
    void *header = is_64 ? (void *)&elf->header : (void *)&elf->header32;
    size_t size = is_64 ? sizeof(elf->header) : sizeof(elf->header32);
    /* A file that ends within its header is no ELF file; an image is a defective one. */
    if (!__elf_has_range(elf, 0, size)) {
        __elf_fail(ELF_BAD_HEADER);
        return !elf->image;
    }
    if (!__elf_read(elf, header, size, 0)) return false;
    if (!is_64) elf->header = widen(&elf->header32);
    elf->kind = ELF_K_ELF;
    return true;
}

static Elf *open_elf(int fd, const char *image, size_t size) {
    if (!has_version) return __elf_fail(ELF_NO_VERSION);
    Elf *elf = calloc(1, sizeof(*elf));
    if (!elf) return __elf_fail(ELF_NO_MEMORY);
    elf->fd = fd;
    elf->image = image;
    elf->size = size;
    elf->references = 1;
    if (read_header(elf)) return elf;
    free(elf);
    return NULL;
}

Elf *elf_begin(int fd, Elf_Cmd command, Elf *reference) {
    struct stat status;
    if (command == ELF_C_NULL) return NULL;
    if (command != ELF_C_READ && command != ELF_C_READ_MMAP) return __elf_fail(ELF_BAD_COMMAND);
    if (reference) {
        reference->references++;
        return reference;
    }
    if (fstat(fd, &status) != 0) return __elf_fail(ELF_BAD_FILE);
    return open_elf(fd, NULL, status.st_size > 0 ? (size_t)status.st_size : 0);
}

Elf *elf_memory(char *image, size_t size) {
    if (!image) return __elf_fail(ELF_BAD_HANDLE);
    return open_elf(-1, image, size);
}

int elf_end(Elf *elf) {
    if (!elf) return 0;
    if (--elf->references > 0) return (int)elf->references;
    for (size_t i = 0; i < elf->section_count; i++) __elf_unload(&elf->sections[i].part);
    __elf_unload(&elf->whole);
    __elf_unload(&elf->segments32);
    free(elf->sections);
    free(elf->segments);
    free(elf);
    return 0;
}

Elf_Kind elf_kind(Elf *elf) {
    return elf ? elf->kind : ELF_K_NONE;
}

char *elf_getident(Elf *elf, size_t *size) {
    bool known = elf && elf->kind == ELF_K_ELF;
    if (size) *size = known ? EI_NIDENT : 0;
    return known ? (char *)elf->ident : NULL;
}

char *elf_rawfile(Elf *elf, size_t *size) {
    bool loaded = elf && __elf_load(elf, &elf->whole, elf->size, 0);
    if (size) *size = loaded ? elf->size : 0;
    return loaded ? elf->whole.bytes : NULL;
}

int gelf_getclass(Elf *elf) {
    return elf && elf->kind == ELF_K_ELF ? elf->ident[EI_CLASS] : ELFCLASSNONE;
}
