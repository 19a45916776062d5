// Opens files with Linux's flags. wasi-libc's own flags are WASI's rights and bits.
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <time.h>
#include <wasi/libc-nocwd.h>
#include <wasi/api.h>
#include "sys.h"

SYS(new_file_mode, (mode_t mode), (mode))

#define NEW_FILE 0666
#define NEW_DIRECTORY 0777

// The permissions that open() or mkdir() got, for the function below that makes the file. fopen() sets none.
#define UNSET ((mode_t) - 1)
mode_t __wasm_bpf_new_file_mode = UNSET;

// The guest's own mask. The host's process has one too, which this libc cannot know: most often it is 022.
static mode_t mask = 022;

mode_t umask(mode_t new) {
    mode_t old = mask;
    mask = new & 0777;
    return old;
}

// Gives the host the permissions of the next new file.
static void pass_mode(mode_t without_mode) {
    mode_t mode = __wasm_bpf_new_file_mode;
    __wasm_bpf_new_file_mode = UNSET;
    sys_new_file_mode((mode == UNSET ? without_mode : mode) & ~mask);
}

// The rights that only a descriptor for reading or for writing has.
#define READ_RIGHTS (__WASI_RIGHTS_FD_READ | __WASI_RIGHTS_FD_READDIR)
#define WRITE_RIGHTS                                                                  \
    (__WASI_RIGHTS_FD_DATASYNC | __WASI_RIGHTS_FD_WRITE | __WASI_RIGHTS_FD_ALLOCATE | \
     __WASI_RIGHTS_FD_FILESTAT_SET_SIZE)

static __wasi_fdflags_t descriptor_flags(int flags) {
    __wasi_fdflags_t result = 0;
    if (flags & O_APPEND) result |= __WASI_FDFLAGS_APPEND;
    if (flags & O_NONBLOCK) result |= __WASI_FDFLAGS_NONBLOCK;
    // O_SYNC contains the bit of O_DSYNC, and O_RSYNC is O_SYNC.
    if ((flags & O_SYNC) == O_SYNC)
        result |= __WASI_FDFLAGS_SYNC;
    else if (flags & O_DSYNC)
        result |= __WASI_FDFLAGS_DSYNC;
    return result;
}

static __wasi_oflags_t open_flags(int flags) {
    __wasi_oflags_t result = 0;
    if (flags & O_CREAT) result |= __WASI_OFLAGS_CREAT;
    if (flags & O_DIRECTORY) result |= __WASI_OFLAGS_DIRECTORY;
    if (flags & O_EXCL) result |= __WASI_OFLAGS_EXCL;
    if (flags & O_TRUNC) result |= __WASI_OFLAGS_TRUNC;
    return result;
}

// Returns the rights that a descriptor opened with these flags may have, or 0 for invalid flags.
static __wasi_rights_t rights(int flags) {
    const __wasi_rights_t others = ~(__wasi_rights_t)(READ_RIGHTS | WRITE_RIGHTS);
    if (flags & O_PATH) return others;
    switch (flags & (O_RDONLY | O_WRONLY | O_RDWR)) {
    case O_RDONLY: return others | READ_RIGHTS;
    case O_WRONLY: return others | WRITE_RIGHTS;
    case O_RDWR: return others | READ_RIGHTS | WRITE_RIGHTS;
    default: return 0;
    }
}

// wasi-libc's open() and openat() call this with a path below the directory fd.
int __wasilibc_nocwd_openat_nomode(int fd, const char *path, int flags) {
    __wasi_rights_t wanted = rights(flags);
    if (wanted == 0 || (flags & O_TMPFILE) == O_TMPFILE) {
        errno = wanted == 0 ? EINVAL : ENOTSUP;
        return -1;
    }
    __wasi_fdstat_t directory;
    __wasi_errno_t error = __wasi_fd_fdstat_get(fd, &directory);
    __wasi_fd_t opened = -1;
    if (error == 0) {
        __wasi_lookupflags_t lookup = flags & O_NOFOLLOW ? 0 : __WASI_LOOKUPFLAGS_SYMLINK_FOLLOW;
        __wasi_rights_t inheriting = directory.fs_rights_inheriting;
        if (flags & O_CREAT) pass_mode(NEW_FILE);
        error = __wasi_path_open(fd, lookup, path, open_flags(flags), wanted & inheriting, inheriting,
                                 descriptor_flags(flags), &opened);
    }
    if (error != 0) {
        errno = error;
        return -1;
    }
    return opened;
}

int __wasilibc_nocwd_mkdirat_nomode(int fd, const char *path) {
    pass_mode(NEW_DIRECTORY);
    __wasi_errno_t error = __wasi_path_create_directory(fd, path);
    if (error == 0) return 0;
    errno = error;
    return -1;
}

static int get_flags(int fd) {
    __wasi_fdstat_t stat;
    __wasi_errno_t error = __wasi_fd_fdstat_get(fd, &stat);
    if (error != 0) {
        errno = error;
        return -1;
    }
    int flags = 0;
    if (stat.fs_flags & __WASI_FDFLAGS_APPEND) flags |= O_APPEND;
    if (stat.fs_flags & __WASI_FDFLAGS_DSYNC) flags |= O_DSYNC;
    if (stat.fs_flags & __WASI_FDFLAGS_NONBLOCK) flags |= O_NONBLOCK;
    if (stat.fs_flags & (__WASI_FDFLAGS_RSYNC | __WASI_FDFLAGS_SYNC)) flags |= O_SYNC;
    int readable = (stat.fs_rights_base & READ_RIGHTS) != 0;
    if (stat.fs_rights_base & __WASI_RIGHTS_FD_WRITE) return flags | (readable ? O_RDWR : O_WRONLY);
    return flags | (readable ? O_RDONLY : O_PATH);
}

int fcntl(int fd, int command, ...) {
    va_list arguments;
    va_start(arguments, command);
    int value = va_arg(arguments, int);
    va_end(arguments);
    switch (command) {
    case F_GETFD: return FD_CLOEXEC; // Nothing executes another program.
    case F_SETFD: return 0;
    case F_GETFL: return get_flags(fd);
    case F_SETFL: {
        __wasi_errno_t error = __wasi_fd_fdstat_set_flags(fd, descriptor_flags(value));
        if (error == 0) return 0;
        errno = error;
        return -1;
    }
    default: errno = EINVAL; return -1;
    }
}

int posix_fadvise(int fd, off_t offset, off_t length, int advice) {
    // Linux's numbers of random and sequential access are WASI's of the other one.
    if (offset < 0 || length < 0 || advice < POSIX_FADV_NORMAL || advice > POSIX_FADV_NOREUSE) return EINVAL;
    __wasi_advice_t translated = advice;
    if (advice == POSIX_FADV_RANDOM) translated = __WASI_ADVICE_RANDOM;
    if (advice == POSIX_FADV_SEQUENTIAL) translated = __WASI_ADVICE_SEQUENTIAL;
    return __wasi_fd_advise(fd, offset, length, translated);
}
