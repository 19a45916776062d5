// SPDX-License-Identifier: MIT
/* Messages of libbpf, and texts of errors. */
#ifndef WASM_BPF_MESSAGES_H
#define WASM_BPF_MESSAGES_H

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <wasm_bpf/errors.h>
#include <wasm_bpf/replacement.h>

WASM_BPF_EXTERN_C_BEGIN

enum libbpf_print_level { LIBBPF_WARN, LIBBPF_INFO, LIBBPF_DEBUG };
typedef int (*libbpf_print_fn_t)(enum libbpf_print_level level, const char *format, va_list arguments);

/*
 * Stores the function for libbpf's messages, and returns the previous one. It is never called: libbpf runs in the host,
 * which prints messages on its stderr, and the whole log with its option -v.
 */
static inline libbpf_print_fn_t libbpf_set_print(libbpf_print_fn_t print) {
    static libbpf_print_fn_t current;
    libbpf_print_fn_t previous = current;
    current = print;
    return previous;
}

/* Writes the text for an error of this header, negative or positive. */
static inline int libbpf_strerror(int err, char *buf, size_t size) {
    if (!buf || !size) return wasm_bpf__fail(EINVAL);
    snprintf(buf, size, "%s", strerror(err < 0 ? -err : err));
    return 0;
}

/* The error of a function that returned `pointer`: 0, or the negative error when it is NULL. */
static inline long libbpf_get_error(const void *pointer) {
    return pointer ? 0 : -errno;
}

WASM_BPF_EXTERN_C_END

#endif /* WASM_BPF_MESSAGES_H */
