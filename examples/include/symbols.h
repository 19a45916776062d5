// SPDX-License-Identifier: MIT
/*
 * For example guests: the names of the functions at addresses of a process.
 *
 *     struct symbols *symbols = symbols_of(pid);
 *     const char *file, *name = symbols_find(symbols, address, &file);
 *
 * /proc/PID/maps has the file at each address, and libelf reads the file's symbols. Symbols of a file are read at the
 * first address in it, once for all processes. A guest needs these files: --dir /proc:ro --dir /usr:ro, for example.
 */
#ifndef SYMBOLS_H
#define SYMBOLS_H

#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

/* A function of a file. Its address is the file's own; a process adds the place where the file is mapped. */
struct symbols_function {
    unsigned long address, size;
    char *name;
};

/* A segment of a file, which maps a part of it to addresses. */
struct symbols_segment {
    unsigned long offset, size, address;
};

struct symbols_file {
    struct symbols_file *next;
    char *path;
    struct symbols_function *functions; /* by address */
    size_t function_count;
    struct symbols_segment *segments;
    size_t segment_count;
};

struct symbols_mapping {
    unsigned long start, end, offset;
    char *path;
};

struct symbols {
    struct symbols_mapping *mappings;
    size_t count;
};

static void symbols_free(struct symbols *symbols) {
    if (!symbols) return;
    for (size_t i = 0; i < symbols->count; i++) free(symbols->mappings[i].path);
    free(symbols->mappings);
    free(symbols);
}

/* Appends the mapping that a line of /proc/PID/maps describes, if it has code. Returns false without memory. */
static bool symbols_add_mapping(struct symbols *symbols, const char *line) {
    struct symbols_mapping mapping;
    char access[5];
    int path = 0;
    if (sscanf(line, "%lx-%lx %4s %lx %*s %*s %n", &mapping.start, &mapping.end, access, &mapping.offset, &path) != 4)
        return true;
    if (access[2] != 'x') return true;
    struct symbols_mapping *grown = realloc(symbols->mappings, (symbols->count + 1) * sizeof(mapping));
    if (!grown) return false;
    symbols->mappings = grown;
    mapping.path = strndup(line + path, strcspn(line + path, "\n"));
    if (!mapping.path) return false;
    grown[symbols->count++] = mapping;
    return true;
}

/* Reads the mappings of a process. Returns NULL with errno set if it has ended, or its files are not given. */
static struct symbols *symbols_of(pid_t pid) {
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
    FILE *maps = fopen(path, "r");
    if (!maps) return NULL;
    struct symbols *symbols = calloc(1, sizeof(*symbols));
    char *line = NULL;
    size_t room = 0;
    bool complete = symbols != NULL;
    while (complete && getline(&line, &room, maps) > 0) complete = symbols_add_mapping(symbols, line);
    free(line);
    fclose(maps);
    if (complete) return symbols;
    symbols_free(symbols);
    return NULL;
}

/* Of several names for one address, those of the library itself come first, so that symbols_find() takes the other. */
static int symbols_by_address(const void *left, const void *right) {
    const struct symbols_function *a = left, *b = right;
    if (a->address != b->address) return a->address < b->address ? -1 : 1;
    return (a->name[0] != '_') - (b->name[0] != '_');
}

/* Appends the functions of a section that lists symbols. */
static void symbols_read_section(struct symbols_file *file, Elf *elf, Elf_Scn *section, const GElf_Shdr *header) {
    Elf_Data *data = elf_getdata(section, NULL);
    size_t count = header->sh_entsize ? header->sh_size / header->sh_entsize : 0;
    if (!data || count > INT_MAX) return;
    struct symbols_function *grown = realloc(file->functions, (file->function_count + count) * sizeof(*grown));
    if (!grown) return;
    file->functions = grown;
    for (int i = 0; i < (int)count; i++) {
        GElf_Sym symbol;
        if (!gelf_getsym(data, i, &symbol) || symbol.st_shndx == SHN_UNDEF) continue;
        unsigned type = GELF_ST_TYPE(symbol.st_info);
        if (type != STT_FUNC && type != STT_GNU_IFUNC) continue;
        const char *name = elf_strptr(elf, header->sh_link, symbol.st_name);
        char *copy = name ? strdup(name) : NULL;
        if (!copy) continue;
        file->functions[file->function_count++] =
            (struct symbols_function){.address = symbol.st_value, .size = symbol.st_size, .name = copy};
    }
}

static void symbols_read_segments(struct symbols_file *file, Elf *elf) {
    size_t count = 0;
    if (elf_getphdrnum(elf, &count) != 0 || !(file->segments = calloc(count, sizeof(*file->segments)))) return;
    for (size_t i = 0; i < count; i++) {
        GElf_Phdr header;
        if (!gelf_getphdr(elf, (int)i, &header) || header.p_type != PT_LOAD) continue;
        file->segments[file->segment_count++] =
            (struct symbols_segment){.offset = header.p_offset, .size = header.p_filesz, .address = header.p_vaddr};
    }
}

static void symbols_read_file(struct symbols_file *file) {
    int fd = open(file->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    elf_version(EV_CURRENT);
    Elf *elf = elf_begin(fd, ELF_C_READ, NULL);
    if (elf && elf_kind(elf) == ELF_K_ELF) {
        symbols_read_segments(file, elf);
        for (Elf_Scn *section = NULL; (section = elf_nextscn(elf, section)) != NULL;) {
            GElf_Shdr header;
            if (!gelf_getshdr(section, &header)) continue;
            /* A stripped file has only the second kind, the functions that others call. */
            if (header.sh_type == SHT_SYMTAB || header.sh_type == SHT_DYNSYM)
                symbols_read_section(file, elf, section, &header);
        }
        qsort(file->functions, file->function_count, sizeof(file->functions[0]), symbols_by_address);
    }
    elf_end(elf);
    close(fd);
}

/* The file with this path. It is read at the first call, and has no functions if it cannot be read. */
static struct symbols_file *symbols_file_of(const char *path) {
    static struct symbols_file *files;
    struct symbols_file *file = files;
    while (file && strcmp(file->path, path) != 0) file = file->next;
    if (file) return file;
    file = calloc(1, sizeof(*file));
    if (!file || !(file->path = strdup(path))) {
        free(file);
        return NULL;
    }
    symbols_read_file(file);
    file->next = files;
    files = file;
    return file;
}

/* The name of the function at an offset in a file, or NULL. */
static const char *symbols_name_in(const struct symbols_file *file, unsigned long offset) {
    const struct symbols_segment *segment = file->segments;
    size_t left = file->segment_count;
    while (left > 0 && (offset < segment->offset || offset - segment->offset >= segment->size)) segment++, left--;
    if (left == 0) return NULL;
    unsigned long address = offset - segment->offset + segment->address;
    size_t low = 0, high = file->function_count; /* the last function that begins at or before the address */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (file->functions[middle].address <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0) return NULL;
    const struct symbols_function *function = &file->functions[low - 1];
    return function->size == 0 || address - function->address < function->size ? function->name : NULL;
}

/*
 * The name of the function at an address, or NULL. `*file` is the name of its file without directories, or NULL. The
 * frames of a stack after the first are return addresses: find the function at the address before.
 */
static const char *symbols_find(const struct symbols *symbols, unsigned long address, const char **file) {
    *file = NULL;
    if (!symbols) return NULL;
    for (size_t i = 0; i < symbols->count; i++) {
        const struct symbols_mapping *mapping = &symbols->mappings[i];
        if (address < mapping->start || address >= mapping->end) continue;
        const char *slash = strrchr(mapping->path, '/');
        *file = slash ? slash + 1 : mapping->path;
        if (mapping->path[0] != '/') return NULL; /* [vdso], or memory without a file */
        const struct symbols_file *found = symbols_file_of(mapping->path);
        return found ? symbols_name_in(found, address - mapping->start + mapping->offset) : NULL;
    }
    return NULL;
}

#endif /* SYMBOLS_H */
