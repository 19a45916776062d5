// SPDX-License-Identifier: MIT
/* Error numbers: Linux's, and those of the guest's libc. */
#ifndef WASM_BPF_ERRORS_H
#define WASM_BPF_ERRORS_H

#include <errno.h>
#include <string.h>
#include <wasm_bpf/linux_errno.h>

/* Sets errno to a positive error number of the guest's libc, and returns it negated. */
static inline int wasm_bpf__fail(int guest_errno) {
    errno = guest_errno;
    return -guest_errno;
}

/* Converts the error in the result of an import to the guest's number. */
static inline int wasm_bpf__result(int result) {
    return result < 0 ? wasm_bpf__fail(wasm_bpf__guest_errno(-result)) : result;
}

/* -errno when `ret` is negative, otherwise `ret`. */
static inline int libbpf_err_errno(int ret) {
    return ret < 0 ? -errno : ret;
}

/*
 * The text for a positive Linux error number, such as one in an event. (strerror() of libc accepts only libc's numbers.)
 * A number without a name in libc gets the text of EIO.
 */
static inline char *wasm_bpf_linux_strerror(int linux_errno) {
    return strerror(wasm_bpf__guest_errno(linux_errno));
}

#endif /* WASM_BPF_ERRORS_H */
