// SPDX-License-Identifier: MIT
//
// A model of the kernel's side of bpf(2). It reads each byte that the kernel would read, so that the address sanitizer reports
// pointers and sizes that do not belong together. It accepts more than the kernel, so that libbpf goes on. It ends the process when libbpf
// passes a descriptor that this model did not give out: such a number came from the object, and would be one of the host.

#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/btf.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <zlib.h>

#include "model_kernel.h"

#define MAX_DESCRIPTORS 65536
#define CPUS 2

// A placeholder has the number of a map until the map exists.
enum kind { NONE, MAP, PROGRAM, BTF, LINK, PLACEHOLDER };

static struct {
    enum kind kind;
    uint32_t type, key_size, value_size, max_entries, flags;
} table[MAX_DESCRIPTORS];

static bool is_old;
static int open_count;
static volatile uint8_t sink;

FILE *__real_fopen64(const char *path, const char *mode);
FILE *__wrap_fopen64(const char *path, const char *mode);
gzFile __real_gzopen64(const char *path, const char *mode);
gzFile __wrap_gzopen64(const char *path, const char *mode);
long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);
int __real_close(int fd);
int __wrap_close(int fd);

// A function of the sanitizer.
void __sanitizer_print_stack_trace(void);

static void fail(const char *problem, long number) {
    fprintf(stderr, "MODEL KERNEL: %s: %ld\n", problem, number);
    __sanitizer_print_stack_trace();
    abort();
}

// touch() reads bytes as the kernel would: of many, the first and the last.
static void touch(uint64_t address, size_t size) {
    const volatile uint8_t *bytes = (const volatile uint8_t *)(uintptr_t)address;

    if (!address && size) fail("a NULL pointer with a size", (long)size);
    for (size_t i = 0; i < size && i < 65536; i++) sink ^= bytes[i];
    if (size) sink ^= bytes[size - 1];
}

static void touch_text(uint64_t address) {
    if (address) sink ^= (uint8_t)strlen((const char *)(uintptr_t)address);
}

static bool is(int fd, enum kind kind) {
    return fd >= 0 && fd < MAX_DESCRIPTORS && table[fd].kind == kind;
}

static void expect(int fd, enum kind kind, const char *what) {
    if (!is(fd, kind)) fail(what, fd);
}

static int give(int fd, enum kind kind) {
    if (fd < 0) return fd;
    if (fd >= MAX_DESCRIPTORS) fail("too many descriptors", fd);
    memset(&table[fd], 0, sizeof(table[fd]));
    table[fd].kind = kind;
    open_count++;
    return fd;
}

static int create_map(const union bpf_attr *attr) {
    size_t size = (size_t)attr->max_entries * ((attr->value_size + 7ul) & ~7ul);
    int fd;

    if (attr->map_type == BPF_MAP_TYPE_ARENA) size = (size_t)attr->max_entries * 4096;
    if (attr->inner_map_fd) expect((int)attr->inner_map_fd, MAP, "the descriptor of an inner map");
    if (attr->btf_fd) expect((int)attr->btf_fd, BTF, "the descriptor of a map's BTF");
    if (attr->map_flags & (BPF_F_VTYPE_BTF_OBJ_FD | BPF_F_TOKEN_FD)) fail("a flag for a descriptor", attr->map_flags);
    switch (attr->map_type) {
    case BPF_MAP_TYPE_ARRAY_OF_MAPS:
    case BPF_MAP_TYPE_PROG_ARRAY:
    case BPF_MAP_TYPE_PERF_EVENT_ARRAY:
    case BPF_MAP_TYPE_CGROUP_ARRAY:
    case BPF_MAP_TYPE_ARRAY:
    case BPF_MAP_TYPE_PERCPU_ARRAY:
        if (attr->key_size != 4) return -EINVAL;
    }
    switch (attr->map_type) {
    case BPF_MAP_TYPE_ARRAY_OF_MAPS:
    case BPF_MAP_TYPE_HASH_OF_MAPS:
    case BPF_MAP_TYPE_PROG_ARRAY:
        if (attr->value_size != 4) return -EINVAL;
    }
    if (size > 1ul << 40) return -E2BIG;
    fd = memfd_create("map", MFD_CLOEXEC);
    if (fd >= 0 && ftruncate(fd, (off_t)((size + 4095) & ~4095ul))) fail("ftruncate", errno);
    give(fd, MAP);
    table[fd].type = attr->map_type;
    table[fd].key_size = attr->key_size;
    table[fd].value_size = attr->value_size;
    table[fd].max_entries = attr->max_entries;
    table[fd].flags = attr->map_flags;
    return fd;
}

static size_t value_bytes(int fd) {
    switch (table[fd].type) {
    case BPF_MAP_TYPE_PERCPU_ARRAY:
    case BPF_MAP_TYPE_PERCPU_HASH:
    case BPF_MAP_TYPE_LRU_PERCPU_HASH:
    case BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE: return ((table[fd].value_size + 7ul) & ~7ul) * CPUS;
    default: return table[fd].value_size;
    }
}

static int update(const union bpf_attr *attr) {
    int fd = (int)attr->map_fd, value;

    expect(fd, MAP, "the descriptor of a map to update");
    touch(attr->key, table[fd].key_size);
    touch(attr->value, value_bytes(fd));
    if (table[fd].value_size < sizeof(value) || !attr->value) return 0;
    memcpy(&value, (const void *)(uintptr_t)attr->value, sizeof(value));
    switch (table[fd].type) {
    case BPF_MAP_TYPE_PROG_ARRAY: expect(value, PROGRAM, "a program in a map"); break;
    case BPF_MAP_TYPE_ARRAY_OF_MAPS:
    case BPF_MAP_TYPE_HASH_OF_MAPS:
        if (is(value, PLACEHOLDER)) return -EINVAL;
        expect(value, MAP, "a map in a map");
        break;
    }
    return 0;
}

static int load_program(const union bpf_attr *attr, size_t size) {
    const struct bpf_insn *insns = (const struct bpf_insn *)(uintptr_t)attr->insns;
    const bool has_fds = size > offsetof(union bpf_attr, fd_array) && attr->fd_array;

    touch(attr->insns, attr->insn_cnt * sizeof(*insns));
    touch_text(attr->license);
    touch(attr->func_info, (size_t)attr->func_info_cnt * attr->func_info_rec_size);
    touch(attr->line_info, (size_t)attr->line_info_cnt * attr->line_info_rec_size);
    touch(attr->core_relos, (size_t)attr->core_relo_cnt * attr->core_relo_rec_size);
    if (attr->prog_btf_fd) expect((int)attr->prog_btf_fd, BTF, "the descriptor of a program's BTF");
    if (attr->attach_btf_obj_fd) expect((int)attr->attach_btf_obj_fd, BTF, "the descriptor of a target's BTF");
    for (uint32_t i = 0; i < attr->insn_cnt; i++) {
        const struct bpf_insn *insn = &insns[i];

        // A function of the kernel: its module's descriptor is in fd_array.
        if (insn->code == (BPF_JMP | BPF_CALL) && insn->src_reg == BPF_PSEUDO_KFUNC_CALL && insn->off != 0 && has_fds)
            touch(attr->fd_array + (uint64_t)insn->off * 4, 4);
        if (insn->code != (BPF_LD | BPF_IMM | BPF_DW)) continue;
        switch (insn->src_reg) {
        case BPF_PSEUDO_MAP_FD:
        case BPF_PSEUDO_MAP_VALUE:
            if (is(insn->imm, PLACEHOLDER)) return -EINVAL;
            expect(insn->imm, MAP, "a map in an instruction");
            break;
        case BPF_PSEUDO_MAP_IDX:
        case BPF_PSEUDO_MAP_IDX_VALUE: fail("a map in fd_array", insn->imm);
        }
        i++;
    }
    return give(eventfd(0, EFD_CLOEXEC), PROGRAM);
}

static int load_btf(const union bpf_attr *attr) {
    touch(attr->btf, attr->btf_size);
    if (is_old && attr->btf_size < 200) return -EINVAL;
    return give(eventfd(0, EFD_CLOEXEC), BTF);
}

static int info(union bpf_attr *attr) {
    int fd = (int)attr->info.bpf_fd;
    void *to = (void *)(uintptr_t)attr->info.info;

    if (fd < 0 || fd >= MAX_DESCRIPTORS || !table[fd].kind) fail("the descriptor of an info", fd);
    memset(to, 0, attr->info.info_len);
    if (table[fd].kind != MAP || attr->info.info_len < sizeof(struct bpf_map_info)) return 0;
    *(struct bpf_map_info *)to = (struct bpf_map_info){
        .type = table[fd].type,
        .key_size = table[fd].key_size,
        .value_size = table[fd].value_size,
        .max_entries = table[fd].max_entries,
        .map_flags = table[fd].flags,
    };
    return 0;
}

static int bpf(int command, union bpf_attr *attr, size_t size) {
    touch((uintptr_t)attr, size);
    switch (command) {
    case BPF_MAP_CREATE: return create_map(attr);
    case BPF_MAP_UPDATE_ELEM: return update(attr);
    case BPF_MAP_FREEZE: expect((int)attr->map_fd, MAP, "the descriptor of a map to freeze"); return 0;
    case BPF_PROG_LOAD: return load_program(attr, size);
    case BPF_BTF_LOAD: return load_btf(attr);
    case BPF_OBJ_GET_INFO_BY_FD: return info(attr);
    case BPF_PROG_BIND_MAP:
        expect((int)attr->prog_bind_map.prog_fd, PROGRAM, "the descriptor of a program to bind");
        expect((int)attr->prog_bind_map.map_fd, MAP, "the descriptor of a map to bind");
        return 0;
    case BPF_RAW_TRACEPOINT_OPEN:
        expect((int)attr->raw_tracepoint.prog_fd, PROGRAM, "the descriptor of a program to attach");
        touch_text(attr->raw_tracepoint.name);
        return give(eventfd(0, EFD_CLOEXEC), LINK);
    case BPF_LINK_CREATE:
        if (attr->link_create.attach_type != BPF_STRUCT_OPS)
            expect((int)attr->link_create.prog_fd, PROGRAM, "the descriptor of a program to link");
        else
            expect((int)attr->link_create.map_fd, MAP, "the descriptor of a struct_ops to link");
        return give(eventfd(0, EFD_CLOEXEC), LINK);
    case BPF_MAP_DELETE_ELEM:
        expect((int)attr->map_fd, MAP, "the descriptor of a map to delete from");
        touch(attr->key, table[attr->map_fd].key_size);
        return 0;
    case BPF_OBJ_GET: touch_text(attr->pathname); return -ENOENT;
    case BPF_OBJ_PIN: touch_text(attr->pathname); return -EPERM;
    case BPF_TOKEN_CREATE:
    case BPF_PROG_TEST_RUN: return -EPERM;
    default: return -ENOENT;
    }
}

static int duplicate(int from, int to, int flags) {
    int fd = (int)__real_syscall(SYS_dup3, from, to, flags);

    if (fd < 0 || from >= MAX_DESCRIPTORS || to >= MAX_DESCRIPTORS) return fd;
    open_count += (table[from].kind != NONE) - (table[to].kind != NONE);
    table[to] = table[from];
    return fd;
}

// libbpf passes fewer arguments than this function reads, as it may with libc's.
__attribute__((no_sanitize("address"))) long __wrap_syscall(long number, ...) {
    long a, b, c, d, e, f, result;
    va_list arguments;

    va_start(arguments, number);
    a = va_arg(arguments, long);
    b = va_arg(arguments, long);
    c = va_arg(arguments, long);
    d = va_arg(arguments, long);
    e = va_arg(arguments, long);
    f = va_arg(arguments, long);
    va_end(arguments);
    switch (number) {
    case SYS_bpf:
        result = bpf((int)a, (union bpf_attr *)b, (size_t)(uint32_t)c);
        if (result >= 0) return result;
        errno = (int)-result;
        return -1;
    case SYS_perf_event_open:
        touch((uint64_t)a, sizeof(struct perf_event_attr));
        errno = ENOENT;
        return -1;
    case SYS_memfd_create: return give((int)__real_syscall(number, a, b), PLACEHOLDER);
    case SYS_dup3: return duplicate((int)a, (int)b, (int)c);
    default: return __real_syscall(number, a, b, c, d, e, f);
    }
}

int __wrap_close(int fd) {
    if (fd >= 0 && fd < MAX_DESCRIPTORS && table[fd].kind) {
        table[fd].kind = NONE;
        open_count--;
    }
    return __real_close(fd);
}

// The machine's symbols and configuration are long. Reading them takes most of the time of a load.
FILE *__wrap_fopen64(const char *path, const char *mode) {
    static char symbols[] = "ffffffff81000000 T do_unlinkat\nffffffff82000000 D init_task\n";

    return strcmp(path, "/proc/kallsyms") == 0 ? fmemopen(symbols, strlen(symbols), "r") : __real_fopen64(path, mode);
}

gzFile __wrap_gzopen64(const char *path, const char *mode) {
    (void)path;
    return __real_gzopen64("/dev/null", mode);
}

void model_kernel_reset(bool old) {
    is_old = old;
}

int model_kernel_open_descriptors(void) {
    return open_count;
}
