// SPDX-License-Identifier: MIT
/*
 * Shared by the files of this folder and the generated stubs (libbpf_stubs.c).
 *
 * A call of libbpf's is an import, import_NAME, whose result is 0 or positive, or a negative error number. The stubs turn
 * it into libbpf's results with the functions of this header:
 *
 *   int bpf_map__fd(const struct bpf_map *map) { return libbpf_guest_int(import_bpf_map__fd(map)); }
 *   struct bpf_link *bpf_program__attach(...) { return libbpf_guest_pointer((intptr_t)import_bpf_program__attach(...)); }
 *   const char *bpf_map__name(const struct bpf_map *map) { return libbpf_guest_string(import_bpf_map__name, map); }
 *
 * Pointers to libbpf's opaque structs are the host's handles, except those whose functions are all written here: struct
 * ring_buffer, ring, perf_buffer, user_ring_buffer, btf, btf_dump.
 */
#ifndef LIBBPF_GUEST_H
#define LIBBPF_GUEST_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <bpf/libbpf.h>

/* The result of a function that returns an error or a number. */
static inline int libbpf_guest_int(int result) {
    if (result < 0) errno = -result;
    return result;
}

/* The result of a function that returns a pointer. NULL can also mean the end of a list, which is no error. */
static inline void *libbpf_guest_pointer(intptr_t result) {
    if (result >= 0) return (void *)result;
    errno = (int)-result;
    return NULL;
}

/*
 * The text that an import returns in a buffer, as its two last parameters and its result say. The text stays valid until
 * the guest ends. Equal texts are one, so that repeated calls need no more memory.
 */
#define libbpf_guest_string(import, ...)                                      \
    ({                                                                        \
        char text_buffer[128];                                                \
        char *text = text_buffer;                                             \
        int length = import(__VA_ARGS__, text_buffer, sizeof(text_buffer));   \
        if (length >= (int)sizeof(text_buffer)) {                             \
            text = libbpf_guest_text_room(length);                            \
            if (text) length = import(__VA_ARGS__, text, (size_t)length + 1); \
        }                                                                     \
        libbpf_guest_text(text, length, text != text_buffer);                 \
    })

/* Memory for a text of `length` bytes. */
char *libbpf_guest_text_room(int length);

/* The lasting copy of a text. A negative length is an error. Frees `text` if it came from libbpf_guest_text_room(). */
const char *libbpf_guest_text(char *text, int length, bool allocated);

/* libbpf's own function for messages; its files call it too. */
__attribute__((format(printf, 2, 3))) void libbpf_print(enum libbpf_print_level level, const char *format, ...);

#define libbpf_guest_warn(format, ...) libbpf_print(LIBBPF_WARN, "libbpf: " format, ##__VA_ARGS__)
#define libbpf_guest_debug(format, ...) libbpf_print(LIBBPF_DEBUG, "libbpf: " format, ##__VA_ARGS__)

#endif /* LIBBPF_GUEST_H */
