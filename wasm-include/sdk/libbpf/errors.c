// SPDX-License-Identifier: MIT
/* libbpf's errors. libbpf_strerror() is libbpf's own. */
#include <bpf/libbpf.h>
#include "libbpf_guest.h"

/* The largest error number that a pointer can be. Pointers of libbpf's functions are NULL instead, or handles. */
#define MAX_ERROR 4095

long libbpf_get_error(const void *ptr) {
    long value = (long)ptr;
    if (value >= -MAX_ERROR && value < 0) errno = (int)-value;
    return value >= -MAX_ERROR && value <= 0 ? -errno : 0;
}

int libbpf_set_strict_mode(enum libbpf_strict_mode mode) {
    (void)mode; /* libbpf 1.0 and later are always strict */
    return 0;
}
