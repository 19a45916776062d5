// SPDX-License-Identifier: MIT
/* For the guests in C and C++, which differ in the module of their imports and in their callbacks. */
#ifndef SQUARES_H
#define SQUARES_H

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#ifndef IMPORT_MODULE
#define IMPORT_MODULE "wasm_bpf"
#endif
#define IMPORT(module, name) __attribute__((import_module(module), import_name(name)))

#ifdef __cplusplus
extern "C" {
#endif
IMPORT(IMPORT_MODULE, "wasm_load_bpf_object") uint64_t load_object(const void *object, int size);
IMPORT(IMPORT_MODULE, "wasm_close_bpf_object") int close_object(uint64_t object);
IMPORT(IMPORT_MODULE, "wasm_attach_bpf_program")
int attach_program(uint64_t object, const char *name, const char *target);
IMPORT(IMPORT_MODULE, "wasm_attach_bpf_program_fd") int attach_program_fd(uint64_t object, const char *name, int fd);
IMPORT(IMPORT_MODULE, "wasm_bpf_map_fd_by_name") int map_by_name(uint64_t object, const char *name);
IMPORT(IMPORT_MODULE, "wasm_bpf_map_operate")
int operate_map(int fd, int command, const void *key, void *value, void *next_key, uint64_t flags);
#ifdef __cplusplus
}
#endif

enum { LOOKUP = 1, UPDATE = 2, GET_NEXT_KEY = 4 };
enum { SECRET = 0, REQUEST = 1 };

struct square {
    uint32_t number;
    uint32_t padding;
    uint64_t square;
};

static const unsigned char OBJECT[] = {
#embed "squares.bpf.o"
};

static inline int print_square(const void *context, const void *data, size_t size) {
    const struct square *record = (const struct square *)data;
    printf("record %" PRIu32 " %" PRIu64 " of %zu bytes, context %d\n", record->number, record->square, size,
           *(const int *)context);
    return 0;
}

static inline int write_control(int fd, uint32_t place, uint64_t secret) {
    return operate_map(fd, UPDATE, &place, &secret, NULL, 0);
}

static inline int read_square(int fd, uint32_t number, uint64_t *value) {
    return operate_map(fd, LOOKUP, &number, value, NULL, 0);
}

static inline int count_keys(int fd) {
    uint32_t key, next;
    int count = 0;
    for (const void *from = NULL; operate_map(fd, GET_NEXT_KEY, from, NULL, &next, 0) == 0; from = &key) {
        key = next;
        count++;
    }
    return count;
}

typedef int attach_function(uint64_t object);
typedef int poll_function(uint64_t object, int fd);

/* Runs the guest and returns its exit code. */
static inline int run(attach_function *attach, poll_function *poll) {
    uint64_t secret, value = 0, object = load_object(OBJECT, sizeof(OBJECT));
    if (object == 0) return 1;
    int control = map_by_name(object, "control"), events = map_by_name(object, "events");
    int squares = map_by_name(object, "squares");

    getentropy(&secret, sizeof(secret));
    write_control(control, SECRET, secret);
    printf("attach %d\n", attach(object));
    write_control(control, REQUEST, secret);

    for (int i = 0; i < 2; i++) {
        int delivered = poll(object, events);
        printf("poll %d\n", delivered);
    }
    int found = read_square(squares, 3, &value);
    printf("lookup %d %" PRIu64 "\n", found, value);
    printf("missing %d\n", read_square(squares, 77, &value));
    printf("keys %d\n", count_keys(squares));
    printf("close %d\n", close_object(object));
    return 7;
}

#endif /* SQUARES_H */
