// SPDX-License-Identifier: MIT
/*
 * mmap() of arrays with BPF_F_MMAPABLE, and of anonymous memory. The kernel's pages appear in memory that is allocated for
 * them, so that a mapping at a given address and the mapping of ordinary files are not supported.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <bpf/bpf.h>
#include "libbpf_guest.h"
#include "libbpf_imports.h"

/* Of any kernel. */
enum { SMALLEST_PAGE = 4096, LARGEST_PAGE = 65536 };

struct mapping {
    struct mapping *next;
    void *memory;
    size_t length; /* as the guest asked for it */
    int fd;        /* -1 for anonymous memory */
};

static struct mapping *mappings;

/* The host maps the whole array, however much of it the guest asks for. Returns its size, or a negative error. */
static intptr_t array_size(int fd) {
    struct bpf_map_info info = {0};
    __u32 length = sizeof(info);
    int err = import_bpf_map_get_info_by_fd(fd, &info, &length);
    if (err) return err;
    return info.type == BPF_MAP_TYPE_ARRAY ? ((intptr_t)info.value_size + 7) / 8 * 8 * info.max_entries : -ENODEV;
}

/* Allocates zeroed pages and maps the array over them. Returns NULL and sets errno on failure. */
static void *map_pages(size_t length, int fd) {
    intptr_t needed = fd < 0 ? 0 : array_size(fd);
    if (needed < 0) return libbpf_guest_pointer(needed);
    size_t size = (size_t)needed > length ? (size_t)needed : length;
    if (size > PTRDIFF_MAX - LARGEST_PAGE) return libbpf_guest_pointer(-ENOMEM);
    size = (size + LARGEST_PAGE - 1) / LARGEST_PAGE * LARGEST_PAGE;
    void *memory = aligned_alloc(LARGEST_PAGE, size);
    if (!memory) return NULL;
    memset(memory, 0, size);
    intptr_t result = fd < 0 ? 0 : (intptr_t)import_bpf_map_mmap(fd, memory, size);
    if (result >= 0) return memory;
    free(memory);
    return libbpf_guest_pointer(result);
}

void *mmap(void *addr, size_t length, int prot, int flags, int fd, off_t offset) {
    (void)addr; /* a hint */
    (void)prot;
    bool anonymous = flags & MAP_ANONYMOUS;
    bool fixed = flags & (MAP_FIXED | MAP_FIXED_NOREPLACE);
    if (length == 0 || fixed || (!anonymous && (offset != 0 || !(flags & MAP_SHARED)))) {
        errno = fixed ? ENOTSUP : EINVAL;
        return MAP_FAILED;
    }
    struct mapping *mapping = malloc(sizeof(*mapping));
    if (!mapping) return MAP_FAILED;
    *mapping = (struct mapping){mappings, NULL, length, anonymous ? -1 : fd};
    if (anonymous || fd >= 0) mapping->memory = map_pages(length, mapping->fd);
    if (!anonymous && fd < 0) errno = EBADF;
    if (!mapping->memory) {
        free(mapping);
        return MAP_FAILED;
    }
    mappings = mapping;
    return mapping->memory;
}

int munmap(void *addr, size_t length) {
    struct mapping **place = &mappings;
    while (*place && (*place)->memory != addr) place = &(*place)->next;
    struct mapping *mapping = *place;
    if (!mapping || (mapping->length - 1) / SMALLEST_PAGE != (length - 1) / SMALLEST_PAGE) {
        errno = EINVAL;
        return -1;
    }
    *place = mapping->next;
    if (mapping->fd >= 0) import_bpf_map_munmap(mapping->fd);
    free(mapping->memory);
    free(mapping);
    return 0;
}
