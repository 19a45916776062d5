// SPDX-License-Identifier: MIT
/*
 * Opens files, with Linux's numbers for the flags. A guest can use the same O_* for its own open() and to decode flags
 * that a BPF program traced. libc has other numbers (O_CREAT is 0x1000 there).
 */
#ifndef WASM_BPF_FCNTL_H
#define WASM_BPF_FCNTL_H

#include_next <fcntl.h>
#include <stdarg.h>
#include <wasm_bpf/replacement.h>

enum {
    WASM_BPF__LIBC_O_RDONLY = O_RDONLY,
    WASM_BPF__LIBC_O_WRONLY = O_WRONLY,
    WASM_BPF__LIBC_O_CREAT = O_CREAT,
    WASM_BPF__LIBC_O_EXCL = O_EXCL,
    WASM_BPF__LIBC_O_TRUNC = O_TRUNC,
    WASM_BPF__LIBC_O_APPEND = O_APPEND,
    WASM_BPF__LIBC_O_NONBLOCK = O_NONBLOCK,
    WASM_BPF__LIBC_O_DSYNC = O_DSYNC,
    WASM_BPF__LIBC_O_SYNC = O_SYNC,
    WASM_BPF__LIBC_O_DIRECTORY = O_DIRECTORY,
    WASM_BPF__LIBC_O_NOFOLLOW = O_NOFOLLOW,
};

#undef O_RDONLY
#undef O_WRONLY
#undef O_RDWR
#undef O_ACCMODE
#undef O_CREAT
#undef O_EXCL
#undef O_NOCTTY
#undef O_TRUNC
#undef O_APPEND
#undef O_NONBLOCK
#undef O_DSYNC
#undef O_RSYNC
#undef O_SYNC
#undef O_DIRECTORY
#undef O_NOFOLLOW
#undef O_CLOEXEC
#undef O_EXEC
#undef O_SEARCH
#undef O_TTY_INIT

#define O_RDONLY 00
#define O_WRONLY 01
#define O_RDWR 02
#define O_ACCMODE 03
#define O_CREAT 0100
#define O_EXCL 0200
#define O_NOCTTY 0400
#define O_TRUNC 01000
#define O_APPEND 02000
#define O_NONBLOCK 04000
#define O_NDELAY O_NONBLOCK
#define O_DSYNC 010000
#define O_ASYNC 020000
#define O_NOATIME 01000000
#define O_CLOEXEC 02000000
#define O_SYNC 04010000
#define O_RSYNC O_SYNC
#define O_PATH 010000000
#define O_TMPFILE (020000000 | O_DIRECTORY)

/* These four depend on the machine. -D__TARGET_ARCH_arm64, as for the BPF side, selects the numbers of arm64. */
#ifdef __TARGET_ARCH_arm64
#define O_DIRECTORY 040000
#define O_NOFOLLOW 0100000
#define O_DIRECT 0200000
#define O_LARGEFILE 0400000
#else
#define O_DIRECT 040000
#define O_LARGEFILE 0100000
#define O_DIRECTORY 0200000
#define O_NOFOLLOW 0400000
#endif

WASM_BPF_EXTERN_C_BEGIN

int wasm_bpf__libc_openat(int, const char *, int, ...) WASM_BPF_LIBC(openat);
int wasm_bpf__libc_open(const char *, int, ...) WASM_BPF_LIBC(open);
int wasm_bpf__libc_fcntl(int, int, ...) WASM_BPF_LIBC(fcntl);

int openat(int, const char *, int, ...) WASM_BPF_REPLACED_BY(wasm_bpf_openat);
int open(const char *, int, ...) WASM_BPF_REPLACED_BY(wasm_bpf_open);
int fcntl(int, int, ...) WASM_BPF_REPLACED_BY(wasm_bpf_fcntl);

/* libc's numbers for the flags that can change while a file is open. */
static inline int wasm_bpf__libc_status_flags(int flags) {
    return (flags & O_APPEND ? WASM_BPF__LIBC_O_APPEND : 0) | (flags & O_NONBLOCK ? WASM_BPF__LIBC_O_NONBLOCK : 0) |
           (flags & O_DSYNC ? WASM_BPF__LIBC_O_DSYNC : 0) | ((flags & O_SYNC) == O_SYNC ? WASM_BPF__LIBC_O_SYNC : 0);
}

/* libc's numbers for the flags of open(). Flags without a counterpart in WASI are ignored, as libc ignores the mode. */
static inline int wasm_bpf__libc_open_flags(int flags) {
    int access = flags & O_ACCMODE;
    return wasm_bpf__libc_status_flags(flags) |
           (access == O_WRONLY ? WASM_BPF__LIBC_O_WRONLY : WASM_BPF__LIBC_O_RDONLY) |
           (access == O_RDWR ? WASM_BPF__LIBC_O_WRONLY : 0) | (flags & O_CREAT ? WASM_BPF__LIBC_O_CREAT : 0) |
           (flags & O_EXCL ? WASM_BPF__LIBC_O_EXCL : 0) | (flags & O_TRUNC ? WASM_BPF__LIBC_O_TRUNC : 0) |
           (flags & O_DIRECTORY ? WASM_BPF__LIBC_O_DIRECTORY : 0) |
           (flags & O_NOFOLLOW ? WASM_BPF__LIBC_O_NOFOLLOW : 0);
}

static inline int wasm_bpf__linux_open_flags(int flags) {
    int both = WASM_BPF__LIBC_O_RDONLY | WASM_BPF__LIBC_O_WRONLY;
    int access = (flags & both) == both ? O_RDWR : flags & WASM_BPF__LIBC_O_WRONLY ? O_WRONLY : O_RDONLY;
    return access | (flags & WASM_BPF__LIBC_O_APPEND ? O_APPEND : 0) |
           (flags & WASM_BPF__LIBC_O_NONBLOCK ? O_NONBLOCK : 0) | (flags & WASM_BPF__LIBC_O_DSYNC ? O_DSYNC : 0) |
           (flags & WASM_BPF__LIBC_O_SYNC ? O_SYNC : 0);
}

WASM_BPF_REPLACEMENT int openat(int directory, const char *path, int flags, ...) {
    return wasm_bpf__libc_openat(directory, path, wasm_bpf__libc_open_flags(flags));
}

WASM_BPF_REPLACEMENT int open(const char *path, int flags, ...) {
    return wasm_bpf__libc_open(path, wasm_bpf__libc_open_flags(flags));
}

WASM_BPF_REPLACEMENT int fcntl(int fd, int command, ...) {
    if (command == F_GETFL) {
        int flags = wasm_bpf__libc_fcntl(fd, F_GETFL);
        return flags < 0 ? flags : wasm_bpf__linux_open_flags(flags);
    }
    va_list arguments;
    va_start(arguments, command);
    int argument = command == F_SETFD || command == F_SETFL ? va_arg(arguments, int) : 0;
    va_end(arguments);
    return wasm_bpf__libc_fcntl(fd, command, command == F_SETFL ? wasm_bpf__libc_status_flags(argument) : argument);
}

WASM_BPF_EXTERN_C_END

#endif /* WASM_BPF_FCNTL_H */
