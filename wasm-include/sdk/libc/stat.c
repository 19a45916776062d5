// The status and the permissions of files, from the host: WASI has neither permissions nor owners.
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wasi/api.h>
#include <wasi/libc-nocwd.h>
#include "sys.h"

SYS(fd_stat, (int fd, struct stat *status), (fd, status))
SYS(path_stat, (int fd, int lookup, const char *path, size_t size, struct stat *status),
    (fd, lookup, path, size, status))
SYS(path_access, (int fd, const char *path, size_t size, int access), (fd, path, size, access))
int fstat(int fd, struct stat *status) {
    return sys_result(sys_fd_stat(fd, status));
}

// wasi-libc's functions call these with a path below the directory fd.

int __wasilibc_nocwd_fstatat(int fd, const char *restrict path, struct stat *restrict status, int flags) {
    if (flags & AT_EMPTY_PATH && !*path) return fstat(fd, status);
    int lookup = flags & AT_SYMLINK_NOFOLLOW ? 0 : __WASI_LOOKUPFLAGS_SYMLINK_FOLLOW;
    return sys_result(sys_path_stat(fd, lookup, path, strlen(path), status));
}

int __wasilibc_nocwd_faccessat(int fd, const char *path, int access, int flags) {
    if (flags & ~AT_EACCESS) {
        errno = EINVAL;
        return -1;
    }
    return sys_result(sys_path_access(fd, path, strlen(path), access));
}
