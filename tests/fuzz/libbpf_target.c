// SPDX-License-Identifier: MIT
//
//     libbpf_target KERNEL_BTF [--old]
//
// Opens, loads, attaches and closes objects as the host does, with libbpf under the address sanitizer and a model of the kernel
// (model_kernel.c). Reads requests from stdin until its end: two sizes of 32 bits, the object's bytes, and the text of bpf_object_open_opts.kconfig.
// Writes two numbers of 32 bits for each: 0 when libbpf did not open it, 1 when it did not load it, 2 otherwise; and the number of
// edges in the code that no earlier request reached.

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "model_kernel.h"

#define EDGES 65536

static uint8_t reached[EDGES];
static uint32_t new_edges;
static volatile uint8_t sink;

void __sanitizer_cov_trace_pc(void);

// The compiler calls it on each edge.
__attribute__((no_sanitize("address", "undefined"))) void __sanitizer_cov_trace_pc(void) {
    uintptr_t place = (uintptr_t)__builtin_return_address(0);
    uint32_t edge = (uint32_t)((place ^ place >> 16) % EDGES);

    if (!reached[edge]) {
        reached[edge] = 1;
        new_edges++;
    }
}

// The kernel's types, loaded once. libbpf frees them after each load.
static struct btf *kernel_types;

struct btf *__wrap_btf__load_vmlinux_btf(void);
void __real_btf__free(struct btf *btf);
void __wrap_btf__free(struct btf *btf);

struct btf *__wrap_btf__load_vmlinux_btf(void) {
    return kernel_types;
}

void __wrap_btf__free(struct btf *btf) {
    if (btf != kernel_types) __real_btf__free(btf);
}

static int ignore(enum libbpf_print_level level, const char *format, va_list arguments) {
    char line[64];

    (void)level;
    // The message is formatted, since its arguments are part of what libbpf reads.
    return vsnprintf(line, sizeof(line), format, arguments);
}

// touch() reads bytes. Of many, it reads the first and the last.
static void touch(const void *bytes, size_t size) {
    const volatile uint8_t *at = bytes;

    for (size_t i = 0; i < size && i < 65536; i++) sink ^= at[i];
    if (size) sink ^= at[size - 1];
}

static void touch_text(const char *text) {
    if (text) touch(text, strlen(text));
}

static void read_parts(struct bpf_object *object) {
    struct bpf_program *program;
    const struct btf *types = bpf_object__btf(object);
    struct bpf_map *map;
    size_t size;
    __u32 raw;

    bpf_object__for_each_program(program, object) {
        touch_text(bpf_program__name(program));
        touch_text(bpf_program__section_name(program));
        touch(bpf_program__insns(program), bpf_program__insn_cnt(program) * 8);
    }
    bpf_object__for_each_map(map, object) {
        // The host does not give the values of struct_ops to guests, since they contain addresses.
        const void *value = bpf_map__type(map) == BPF_MAP_TYPE_STRUCT_OPS ? NULL : bpf_map__initial_value(map, &size);

        touch_text(bpf_map__name(map));
        touch_text(bpf_map__pin_path(map));
        if (value) touch(value, size);
    }
    if (types) {
        const void *bytes = btf__raw_data(types, &raw);

        touch(bytes, bytes ? raw : 0);
    }
}

// Attachments that libbpf makes by bpf(2) alone. Others would look for files of the machine.
static int attaches_by_bpf(enum bpf_prog_type type) {
    return type == BPF_PROG_TYPE_TRACING || type == BPF_PROG_TYPE_LSM || type == BPF_PROG_TYPE_RAW_TRACEPOINT ||
           type == BPF_PROG_TYPE_NETFILTER;
}

static void attach_all(struct bpf_object *object) {
    struct bpf_program *program;
    struct bpf_map *map;

    bpf_object__for_each_program(program, object) {
        if (attaches_by_bpf(bpf_program__type(program))) bpf_link__destroy(bpf_program__attach(program));
    }
    bpf_object__for_each_map(map, object) {
        if (bpf_map__type(map) == BPF_MAP_TYPE_STRUCT_OPS && bpf_map__autocreate(map))
            bpf_link__destroy(bpf_map__attach_struct_ops(map));
    }
}

// Uses an object once. With `resize`, it changes the sizes of its maps first, as guests can.
static uint32_t use(const void *bytes, size_t size, const char *kconfig, uint32_t resize) {
    LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = "object", .kconfig = kconfig,
                .pin_root_path = "/proc/none", .relaxed_maps = resize & 1);
    struct bpf_object *object = bpf_object__open_mem(bytes, size, &options);
    uint32_t result = 0;
    struct bpf_map *map;

    if (object) {
        read_parts(object);
        if (resize & 2) {
            bpf_object__for_each_map(map, object) {
                if (bpf_map__value_size(map) < 1 << 20)
                    bpf_map__set_value_size(map, bpf_map__value_size(map) * 2 + (resize >> 8));
            }
        }
        result = bpf_object__load(object) ? 1 : 2;
        read_parts(object);
        if (result == 2) attach_all(object);
    }
    bpf_object__close(object);
    return result;
}

static void *read_bytes(size_t size, size_t room) {
    // Exactly as large as the bytes, so that the sanitizer sees each read behind them.
    char *bytes = malloc(size + room);

    if (fread(bytes, 1, size, stdin) != size) exit(1);
    memset(bytes + size, 0, room);
    return bytes;
}

int main(int count, char **arguments) {
    const int is_old = count > 2 && strcmp(arguments[2], "--old") == 0;
    uint32_t sizes[2], answer[2], number = 0;

    libbpf_set_print(ignore);
    model_kernel_reset(is_old);
    if (count < 2) return 2;
    kernel_types = btf__parse(arguments[1], NULL);
    if (!kernel_types) {
        perror(arguments[1]);
        return 1;
    }
    while (fread(sizes, sizeof(sizes), 1, stdin) == 1) {
        void *bytes = read_bytes(sizes[0], 0);
        char *kconfig = read_bytes(sizes[1], 1);

        new_edges = 0;
        answer[0] = use(bytes, sizes[0], sizes[1] ? kconfig : NULL, 0);
        if (answer[0]) use(bytes, sizes[0], sizes[1] ? kconfig : NULL, sizes[0] << 8 | 2 | (number++ & 1));
        answer[1] = new_edges;
        if (model_kernel_open_descriptors()) {
            fprintf(stderr, "MODEL KERNEL: %d descriptors are left open\n", model_kernel_open_descriptors());
            abort();
        }
        free(bytes);
        free(kconfig);
        fwrite(answer, sizeof(answer), 1, stdout);
        fflush(stdout);
    }
    return 0;
}
