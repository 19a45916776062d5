// SPDX-License-Identifier: MIT
/*
 * Shares maps with the kernel in a memory with 64-bit addresses: below 4 GiB and above, while the memory grows, and at
 * addresses that no memory has. Uses the functions of ABI version 1 with pointers of 64 bits.
 */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "../check.h"
#include "mapped.h"

#define BPF_IMPORT(module, name) __attribute__((import_module(module), import_name(#name)))

BPF_IMPORT("wasm_bpf", wasm_load_bpf_object) uint64_t load_object(const void *bytes, int size);
BPF_IMPORT("wasm_bpf", wasm_close_bpf_object) int close_object(uint64_t object);
BPF_IMPORT("wasm_bpf", wasm_attach_bpf_program) int attach(uint64_t object, const char *name, const char *target);
BPF_IMPORT("wasm_bpf", wasm_bpf_map_fd_by_name) int map_fd(uint64_t object, const char *name);
BPF_IMPORT("wasm_bpf", wasm_bpf_map_operate)
int operate(int fd, int command, void *key, void *value, void *next_key, uint64_t flags);
BPF_IMPORT("libbpf", bpf_map_mmap) long import_mmap(int fd, uint64_t addr, uint64_t size);
BPF_IMPORT("libbpf", bpf_map_munmap) int stop_sharing(int fd);

enum { LOOKUP = 1, UPDATE = 2, GET_NEXT_KEY = 4 };

#define PAGE 65536UL
#define FOUR_GIB (1UL << 32)
#define SOME_PAGES 512
#define LINUX_EFAULT 14

static const unsigned char object_bytes[] = {
#embed "mapped.bpf.o"
};

static char low[2][PAGE] __attribute__((aligned(PAGE)));
static int cells_fd;

/* The bytes that are shared, or a negative error. Imports return WASI's numbers. */
static long share(int fd, uint64_t addr, uint64_t size) {
    long result = import_mmap(fd, addr, size);
    return result < 0 ? -__linux_errno((int)-result) : result;
}

static void pull(void) {
    uint32_t key = 0;
    uint64_t value = MAGIC;
    operate(cells_fd, UPDATE, &key, &value, NULL, 0);
}

static bool grow(uint64_t pages) {
    return __builtin_wasm_memory_grow(0, pages) != -1UL;
}

/* The pages of .bss and .data stay shared while the memory grows, by `pages` in two steps. */
static void check_growth(volatile uint64_t *sum, volatile uint64_t *addend, uint64_t pages) {
    pull();
    check_equal("the program's .bss is the guest's", *sum, 5);
    *addend = 100;
    pull();
    check_equal("the guest's store is the program's", *sum, 105);
    check("the memory grows", grow(SOME_PAGES));
    pull();
    check_equal("growth leaves it shared", *sum, 205);
    check("the memory grows again", grow(pages - SOME_PAGES));
    pull();
    check_equal("it is still shared", *sum, 305);
    *sum = 7;
    pull();
    check_equal("in both directions", *sum, 107);
}

/* The cells of the array lie above 4 GiB, and the same address modulo 2^32 keeps its bytes. */
static void check_high(void) {
    uint64_t *cells = (uint64_t *)(FOUR_GIB + 4 * PAGE);
    uint64_t before = *(volatile uint64_t *)(4 * PAGE);
    check_equal("an array is shared above 4 GiB", share(cells_fd, (uint64_t)cells, PAGE), CELLS * 8);
    pull();
    check_equal("the program's last cell is the guest's", cells[CELLS - 1], 5 + 5 * 100);
    check_equal("nothing is mapped 4 GiB below", *(volatile uint64_t *)(4 * PAGE), before);
    cells[3] = 42;

    /* Map calls with pointers above 4 GiB. */
    uint32_t *key = (uint32_t *)(FOUR_GIB + 16 * PAGE);
    uint64_t *value = (uint64_t *)(FOUR_GIB + 17 * PAGE);
    *key = 3;
    check_equal("a lookup takes pointers above 4 GiB", operate(cells_fd, LOOKUP, key, value, NULL, 0), 0);
    check_equal("and returns the guest's store", *value, 42);
    *value = 43;
    check_equal("and so does an update", operate(cells_fd, UPDATE, key, value, NULL, 0), 0);
    check_equal("which the guest sees", cells[3], 43);
    check_equal("and the next key", operate(cells_fd, GET_NEXT_KEY, key, NULL, value, 0), 0);
    check_equal("is the next", *(uint32_t *)value, 4);
    check_equal("unshared", stop_sharing(cells_fd), 0);
    check_equal("with its bytes", cells[3], 43);
}

static void check_hostile(void) {
    const uint64_t end = __builtin_wasm_memory_size(0) * PAGE;
    const uint64_t outside[] = {end, end + PAGE, 1UL << 52, (1UL << 53) - PAGE, 1UL << 53, 1UL << 63, -PAGE};
    for (size_t i = 0; i < sizeof(outside) / sizeof(outside[0]); i++) {
        uint32_t key = 0;
        void *at = (void *)outside[i];
        check_equal("no map outside the memory", share(cells_fd, outside[i], PAGE), -EFAULT);
        check_equal("no key there", operate(cells_fd, LOOKUP, at, low, NULL, 0), -LINUX_EFAULT);
        check_equal("no value there", operate(cells_fd, LOOKUP, &key, at, NULL, 0), -LINUX_EFAULT);
        check_equal("no next key there", operate(cells_fd, GET_NEXT_KEY, &key, NULL, at, 0), -LINUX_EFAULT);
        check_equal("no name there", map_fd(1, at), -LINUX_EFAULT);
    }
    check_equal("the size is checked too", share(cells_fd, (uint64_t)low, -1), -EFAULT);
    check_equal("as 64 bits", share(cells_fd, (uint64_t)low, FOUR_GIB * 2), -EFAULT);
    check_equal("and the room", share(cells_fd, (uint64_t)low[1] + PAGE / 2, 4096), -E2BIG);
    check_equal("and the page boundary", share(cells_fd, (uint64_t)low + 8, PAGE), -EINVAL);
}

/* With the argument "small", the memory stays below 4 GiB. */
int main(int argc, char **argv) {
    bool small = argc > 1 && !strcmp(argv[1], "small");
    uint64_t object = load_object(object_bytes, sizeof(object_bytes));
    if (!check("the object loads", object != 0)) return check_result();
    cells_fd = map_fd(object, "cells");
    int bss = map_fd(object, ".bss"), data = map_fd(object, ".data");
    check_equal("the program attaches", attach(object, "on_bpf", NULL), 0);
    check_equal(".bss is shared", share(bss, (uint64_t)low[0], PAGE), 8);
    check_equal(".data is shared", share(data, (uint64_t)low[1], PAGE), 8);
    volatile uint64_t *sum = (uint64_t *)low[0];
    check_growth(sum, (uint64_t *)low[1], small ? 2 * SOME_PAGES : SOME_PAGES + FOUR_GIB / PAGE);
    if (!small) check_high();
    check_hostile();
    uint64_t last = *sum;
    check_equal("the object closes", close_object(object), 0);
    check_equal("closing leaves the last bytes", *sum, last);
    return check_result();
}
