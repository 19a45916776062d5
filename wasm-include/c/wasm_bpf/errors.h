// SPDX-License-Identifier: MIT
/* Error numbers: Linux's, and those of the guest's libc. */
#ifndef WASM_BPF_ERRORS_H
#define WASM_BPF_ERRORS_H

#include <errno.h>
#include <string.h>

/* libbpf's error for a program without a target. */
enum { WASM_BPF__LINUX_EOPNOTSUPP = 95 };

/* Converts a positive Linux error number to the guest's; libbpf's own numbers (4000 and up) become EINVAL. */
static inline int wasm_bpf__guest_errno(int linux_errno) {
    switch (linux_errno) {
    case 1: return EPERM;
    case 2: return ENOENT;
    case 3: return ESRCH;
    case 4: return EINTR;
    case 5: return EIO;
    case 6: return ENXIO;
    case 7: return E2BIG;
    case 8: return ENOEXEC;
    case 9: return EBADF;
    case 10: return ECHILD;
    case 11: return EAGAIN;
    case 12: return ENOMEM;
    case 13: return EACCES;
    case 14: return EFAULT;
    case 16: return EBUSY;
    case 17: return EEXIST;
    case 18: return EXDEV;
    case 19: return ENODEV;
    case 20: return ENOTDIR;
    case 21: return EISDIR;
    case 22: return EINVAL;
    case 23: return ENFILE;
    case 24: return EMFILE;
    case 25: return ENOTTY;
    case 26: return ETXTBSY;
    case 27: return EFBIG;
    case 28: return ENOSPC;
    case 29: return ESPIPE;
    case 30: return EROFS;
    case 31: return EMLINK;
    case 32: return EPIPE;
    case 33: return EDOM;
    case 34: return ERANGE;
    case 35: return EDEADLK;
    case 36: return ENAMETOOLONG;
    case 37: return ENOLCK;
    case 38: return ENOSYS;
    case 39: return ENOTEMPTY;
    case 40: return ELOOP;
    case 42: return ENOMSG;
    case 43: return EIDRM;
    case 67: return ENOLINK;
    case 71: return EPROTO;
    case 72: return EMULTIHOP;
    case 74: return EBADMSG;
    case 75: return EOVERFLOW;
    case 84: return EILSEQ;
    case 88: return ENOTSOCK;
    case 89: return EDESTADDRREQ;
    case 90: return EMSGSIZE;
    case 91: return EPROTOTYPE;
    case 92: return ENOPROTOOPT;
    case 93: return EPROTONOSUPPORT;
    case WASM_BPF__LINUX_EOPNOTSUPP: return EOPNOTSUPP;
    case 97: return EAFNOSUPPORT;
    case 98: return EADDRINUSE;
    case 99: return EADDRNOTAVAIL;
    case 100: return ENETDOWN;
    case 101: return ENETUNREACH;
    case 102: return ENETRESET;
    case 103: return ECONNABORTED;
    case 104: return ECONNRESET;
    case 105: return ENOBUFS;
    case 106: return EISCONN;
    case 107: return ENOTCONN;
    case 110: return ETIMEDOUT;
    case 111: return ECONNREFUSED;
    case 113: return EHOSTUNREACH;
    case 114: return EALREADY;
    case 115: return EINPROGRESS;
    case 116: return ESTALE;
    case 122: return EDQUOT;
    case 125: return ECANCELED;
    case 130: return EOWNERDEAD;
    case 131: return ENOTRECOVERABLE;
    case 524: return ENOTSUP; /* the kernel's internal ENOTSUPP, which some bpf(2) commands let out */
    default: return linux_errno >= 4000 ? EINVAL : EIO;
    }
}

/* Fails with one of the guest's own error numbers, positive: sets errno and returns it negated. */
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
 * The text for a positive Linux error number, such as one in an event: strerror(3) of libc knows only libc's numbers. The text
 * of EIO for a number without a name in libc.
 */
static inline char *wasm_bpf_linux_strerror(int linux_errno) {
    return strerror(wasm_bpf__guest_errno(linux_errno));
}

#endif /* WASM_BPF_ERRORS_H */
