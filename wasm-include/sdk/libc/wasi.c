// The imports of WASI preview 1 for memories with 64-bit addresses: pointers and sizes are i64, everything else is as
// in wasm32. Replaces wasi-libc's __wasilibc_real.c, which passes pointers as i32.
#include <errno.h>
#include <string.h>
#include <wasi/api.h>

#define IMPORT(name) __attribute__((import_module("wasi_snapshot_preview1"), import_name(#name)))

// Declares an import, and defines libc's function, which passes its arguments on unchanged, and returns Linux's error.
#define WASI(name, parameters, arguments)                 \
    IMPORT(name) __wasi_errno_t import_##name parameters; \
    __wasi_errno_t __wasi_##name parameters {             \
        return __linux_errno(import_##name arguments);    \
    }

typedef const __wasi_iovec_t *iovecs;
typedef const __wasi_ciovec_t *ciovecs;
typedef const char *path_t;
typedef __wasi_size_t *size_out;

WASI(args_get, (uint8_t **argv, uint8_t *buf), (argv, buf))
WASI(args_sizes_get, (size_out count, size_out size), (count, size))
WASI(environ_get, (uint8_t **environ, uint8_t *buf), (environ, buf))
WASI(environ_sizes_get, (size_out count, size_out size), (count, size))
WASI(clock_res_get, (__wasi_clockid_t id, __wasi_timestamp_t *resolution), (id, resolution))
WASI(clock_time_get, (__wasi_clockid_t id, __wasi_timestamp_t precision, __wasi_timestamp_t *time),
     (id, precision, time))
WASI(fd_advise, (__wasi_fd_t fd, __wasi_filesize_t offset, __wasi_filesize_t len, __wasi_advice_t advice),
     (fd, offset, len, advice))
WASI(fd_allocate, (__wasi_fd_t fd, __wasi_filesize_t offset, __wasi_filesize_t len), (fd, offset, len))
WASI(fd_close, (__wasi_fd_t fd), (fd))
WASI(fd_datasync, (__wasi_fd_t fd), (fd))
WASI(fd_fdstat_get, (__wasi_fd_t fd, __wasi_fdstat_t *stat), (fd, stat))
WASI(fd_fdstat_set_flags, (__wasi_fd_t fd, __wasi_fdflags_t flags), (fd, flags))
WASI(fd_fdstat_set_rights, (__wasi_fd_t fd, __wasi_rights_t base, __wasi_rights_t inheriting), (fd, base, inheriting))
WASI(fd_filestat_get, (__wasi_fd_t fd, __wasi_filestat_t *stat), (fd, stat))
WASI(fd_filestat_set_size, (__wasi_fd_t fd, __wasi_filesize_t size), (fd, size))
WASI(fd_filestat_set_times, (__wasi_fd_t fd, __wasi_timestamp_t atim, __wasi_timestamp_t mtim, __wasi_fstflags_t flags),
     (fd, atim, mtim, flags))
WASI(fd_pread, (__wasi_fd_t fd, iovecs iovs, size_t count, __wasi_filesize_t offset, size_out size),
     (fd, iovs, count, offset, size))
WASI(fd_prestat_get, (__wasi_fd_t fd, __wasi_prestat_t *stat), (fd, stat))
WASI(fd_prestat_dir_name, (__wasi_fd_t fd, uint8_t *path, __wasi_size_t len), (fd, path, len))
WASI(fd_pwrite, (__wasi_fd_t fd, ciovecs iovs, size_t count, __wasi_filesize_t offset, size_out size),
     (fd, iovs, count, offset, size))
WASI(fd_read, (__wasi_fd_t fd, iovecs iovs, size_t count, size_out size), (fd, iovs, count, size))
WASI(fd_readdir, (__wasi_fd_t fd, uint8_t *buf, __wasi_size_t len, __wasi_dircookie_t cookie, size_out size),
     (fd, buf, len, cookie, size))
WASI(fd_renumber, (__wasi_fd_t fd, __wasi_fd_t to), (fd, to))
WASI(fd_seek, (__wasi_fd_t fd, __wasi_filedelta_t offset, __wasi_whence_t whence, __wasi_filesize_t *position),
     (fd, offset, whence, position))
WASI(fd_sync, (__wasi_fd_t fd), (fd))
WASI(fd_tell, (__wasi_fd_t fd, __wasi_filesize_t *position), (fd, position))
WASI(fd_write, (__wasi_fd_t fd, ciovecs iovs, size_t count, size_out size), (fd, iovs, count, size))
WASI(poll_oneoff, (const __wasi_subscription_t *in, __wasi_event_t *out, __wasi_size_t count, size_out events),
     (in, out, count, events))
WASI(sched_yield, (void), ())
WASI(random_get, (uint8_t *buf, __wasi_size_t len), (buf, len))
WASI(sock_accept, (__wasi_fd_t fd, __wasi_fdflags_t flags, __wasi_fd_t *accepted), (fd, flags, accepted))
WASI(sock_recv,
     (__wasi_fd_t fd, iovecs iovs, size_t count, __wasi_riflags_t flags, size_out size, __wasi_roflags_t *out_flags),
     (fd, iovs, count, flags, size, out_flags))
WASI(sock_send, (__wasi_fd_t fd, ciovecs iovs, size_t count, __wasi_siflags_t flags, size_out size),
     (fd, iovs, count, flags, size))
WASI(sock_shutdown, (__wasi_fd_t fd, __wasi_sdflags_t how), (fd, how))

IMPORT(proc_exit) _Noreturn void import_proc_exit(__wasi_exitcode_t code);
_Noreturn void __wasi_proc_exit(__wasi_exitcode_t code) {
    import_proc_exit(code);
}

// libc passes paths as strings, WASI takes their lengths.

IMPORT(path_create_directory) __wasi_errno_t import_path_create_directory(__wasi_fd_t fd, path_t path, size_t len);
__wasi_errno_t __wasi_path_create_directory(__wasi_fd_t fd, path_t path) {
    return __linux_errno(import_path_create_directory(fd, path, strlen(path)));
}

IMPORT(path_filestat_get)
__wasi_errno_t import_path_filestat_get(__wasi_fd_t fd, __wasi_lookupflags_t flags, path_t path, size_t len,
                                        __wasi_filestat_t *stat);
__wasi_errno_t __wasi_path_filestat_get(__wasi_fd_t fd, __wasi_lookupflags_t flags, path_t path,
                                        __wasi_filestat_t *stat) {
    return __linux_errno(import_path_filestat_get(fd, flags, path, strlen(path), stat));
}

IMPORT(path_filestat_set_times)
__wasi_errno_t import_path_filestat_set_times(__wasi_fd_t fd, __wasi_lookupflags_t flags, path_t path, size_t len,
                                              __wasi_timestamp_t atim, __wasi_timestamp_t mtim,
                                              __wasi_fstflags_t fst_flags);
__wasi_errno_t __wasi_path_filestat_set_times(__wasi_fd_t fd, __wasi_lookupflags_t flags, path_t path,
                                              __wasi_timestamp_t atim, __wasi_timestamp_t mtim,
                                              __wasi_fstflags_t fst_flags) {
    return __linux_errno(import_path_filestat_set_times(fd, flags, path, strlen(path), atim, mtim, fst_flags));
}

IMPORT(path_link)
__wasi_errno_t import_path_link(__wasi_fd_t old_fd, __wasi_lookupflags_t flags, path_t old, size_t old_len,
                                __wasi_fd_t new_fd, path_t new, size_t new_len);
__wasi_errno_t __wasi_path_link(__wasi_fd_t old_fd, __wasi_lookupflags_t flags, path_t old, __wasi_fd_t new_fd,
                                path_t new) {
    return __linux_errno(import_path_link(old_fd, flags, old, strlen(old), new_fd, new, strlen(new)));
}

IMPORT(path_open)
__wasi_errno_t import_path_open(__wasi_fd_t fd, __wasi_lookupflags_t flags, path_t path, size_t len,
                                __wasi_oflags_t oflags, __wasi_rights_t base, __wasi_rights_t inheriting,
                                __wasi_fdflags_t fdflags, __wasi_fd_t *opened);
__wasi_errno_t __wasi_path_open(__wasi_fd_t fd, __wasi_lookupflags_t flags, path_t path, __wasi_oflags_t oflags,
                                __wasi_rights_t base, __wasi_rights_t inheriting, __wasi_fdflags_t fdflags,
                                __wasi_fd_t *opened) {
    return __linux_errno(import_path_open(fd, flags, path, strlen(path), oflags, base, inheriting, fdflags, opened));
}

IMPORT(path_readlink)
__wasi_errno_t import_path_readlink(__wasi_fd_t fd, path_t path, size_t len, uint8_t *buf, __wasi_size_t buf_len,
                                    size_out size);
__wasi_errno_t __wasi_path_readlink(__wasi_fd_t fd, path_t path, uint8_t *buf, __wasi_size_t buf_len, size_out size) {
    return __linux_errno(import_path_readlink(fd, path, strlen(path), buf, buf_len, size));
}

IMPORT(path_remove_directory) __wasi_errno_t import_path_remove_directory(__wasi_fd_t fd, path_t path, size_t len);
__wasi_errno_t __wasi_path_remove_directory(__wasi_fd_t fd, path_t path) {
    return __linux_errno(import_path_remove_directory(fd, path, strlen(path)));
}

IMPORT(path_rename)
__wasi_errno_t import_path_rename(__wasi_fd_t fd, path_t old, size_t old_len, __wasi_fd_t new_fd, path_t new,
                                  size_t new_len);
__wasi_errno_t __wasi_path_rename(__wasi_fd_t fd, path_t old, __wasi_fd_t new_fd, path_t new) {
    return __linux_errno(import_path_rename(fd, old, strlen(old), new_fd, new, strlen(new)));
}

IMPORT(path_symlink)
__wasi_errno_t import_path_symlink(path_t old, size_t old_len, __wasi_fd_t fd, path_t new, size_t new_len);
__wasi_errno_t __wasi_path_symlink(path_t old, __wasi_fd_t fd, path_t new) {
    return __linux_errno(import_path_symlink(old, strlen(old), fd, new, strlen(new)));
}

IMPORT(path_unlink_file) __wasi_errno_t import_path_unlink_file(__wasi_fd_t fd, path_t path, size_t len);
__wasi_errno_t __wasi_path_unlink_file(__wasi_fd_t fd, path_t path) {
    return __linux_errno(import_path_unlink_file(fd, path, strlen(path)));
}
