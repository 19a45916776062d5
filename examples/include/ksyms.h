// SPDX-License-Identifier: MIT
/* For example guests that print addresses of the kernel: names of functions, from /proc/kallsyms. */
#ifndef KSYMS_H
#define KSYMS_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ksym {
    unsigned long address;
    const char *name;
};

struct ksyms {
    struct ksym *list; /* sorted by address */
    size_t count;
    char *text; /* the file, in which the names lie */
};

static inline void ksyms_free(struct ksyms *ksyms) {
    if (!ksyms) return;
    free(ksyms->list);
    free(ksyms->text);
    free(ksyms);
}

/* Returns the content of a file whose size is not known, with a NUL at its end; or NULL, and sets errno. */
static inline char *ksyms_read_file(const char *path) {
    FILE *file = fopen(path, "r");
    if (!file) return NULL;
    size_t size = 0, room = 1 << 20;
    char *text = malloc(room);
    while (text) {
        size_t length = fread(text + size, 1, room - size - 1, file);
        if (length == 0) break;
        size += length;
        if (size < room - 1) continue;
        char *larger = realloc(text, room *= 2);
        if (!larger) free(text);
        text = larger;
    }
    if (text) text[size] = '\0';
    fclose(file);
    return text;
}

static inline int ksyms_compare(const void *one, const void *other) {
    unsigned long a = ((const struct ksym *)one)->address, b = ((const struct ksym *)other)->address;
    return (a > b) - (a < b);
}

/* Adds a line of the file, "ffffffff81000000 T name [module]", if it is a function. Returns false without memory. */
static inline int ksyms_add(struct ksyms *ksyms, char *line) {
    char *rest, *end;
    unsigned long address = strtoul(line, &rest, 16);
    if (address == 0 || rest[0] != ' ' || !strchr("tTwW", rest[1]) || rest[2] != ' ') return 1;
    if ((ksyms->count & (ksyms->count - 1)) == 0) { /* a power of two: the list is full */
        struct ksym *larger = realloc(ksyms->list, (ksyms->count ? 2 * ksyms->count : 1) * sizeof(*larger));
        if (!larger) return 0;
        ksyms->list = larger;
    }
    if ((end = strpbrk(rest + 3, "\t "))) *end = '\0';
    ksyms->list[ksyms->count++] = (struct ksym){address, rest + 3};
    return 1;
}

/*
 * Returns the functions of the kernel, or NULL, and sets errno: ENOENT if the guest was not given /proc/kallsyms, EPERM if
 * the kernel hides the addresses (kernel.kptr_restrict). ksyms_free() frees them.
 */
static inline struct ksyms *ksyms_load(void) {
    struct ksyms *ksyms = calloc(1, sizeof(*ksyms));
    if (!ksyms) return NULL;
    int err = 0;
    ksyms->text = ksyms_read_file("/proc/kallsyms");
    if (!ksyms->text) err = errno;
    for (char *line = ksyms->text, *next; line && *line && !err; line = next) {
        next = strchr(line, '\n');
        if (next) *next++ = '\0';
        if (!ksyms_add(ksyms, line)) err = ENOMEM;
    }
    if (!err && ksyms->count == 0) err = EPERM;
    if (!err) {
        qsort(ksyms->list, ksyms->count, sizeof(*ksyms->list), ksyms_compare);
        return ksyms;
    }
    ksyms_free(ksyms);
    errno = err;
    return NULL;
}

/* Returns the name of the function that contains the address, or NULL if `ksyms` is NULL or has no such function. */
static inline const char *ksyms_find(const struct ksyms *ksyms, unsigned long address) {
    size_t low = 0, high = ksyms ? ksyms->count : 0;
    while (low < high) { /* finds the first function behind the address */
        size_t middle = low + (high - low) / 2;
        if (ksyms->list[middle].address <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low ? ksyms->list[low - 1].name : NULL;
}

#endif /* KSYMS_H */
