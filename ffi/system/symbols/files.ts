/**
 * The system calls behind {@link file://./../files.ts}: files, directories, clocks and waiting, as WASI needs them.
 *
 * @module
 */

import { syscallNumber, syscallRow, wideSyscallRow } from "./syscalls.ts";

/** The numbers of these calls on this machine's architecture. */
export const FILE_SYSCALLS = {
  clock_getres: syscallNumber("clock_getres"),
  clock_gettime: syscallNumber("clock_gettime"),
  close: syscallNumber("close"),
  fadvise64: syscallNumber("fadvise64"),
  fallocate: syscallNumber("fallocate"),
  fcntl: syscallNumber("fcntl"),
  fdatasync: syscallNumber("fdatasync"),
  fsync: syscallNumber("fsync"),
  ftruncate: syscallNumber("ftruncate"),
  getdents64: syscallNumber("getdents64"),
  getrandom: syscallNumber("getrandom"),
  ioctl: syscallNumber("ioctl"),
  linkat: syscallNumber("linkat"),
  lseek: syscallNumber("lseek"),
  mkdirat: syscallNumber("mkdirat"),
  openat: syscallNumber("openat"),
  openat2: syscallNumber("openat2"),
  ppoll: syscallNumber("ppoll"),
  preadv: syscallNumber("preadv"),
  pwritev: syscallNumber("pwritev"),
  read: syscallNumber("read"),
  readlinkat: syscallNumber("readlinkat"),
  readv: syscallNumber("readv"),
  renameat2: syscallNumber("renameat2"),
  sched_yield: syscallNumber("sched_yield"),
  statx: syscallNumber("statx"),
  symlinkat: syscallNumber("symlinkat"),
  unlinkat: syscallNumber("unlinkat"),
  utimensat: syscallNumber("utimensat"),
  write: syscallNumber("write"),
  writev: syscallNumber("writev"),
} as const;

/** @param symbol a C function of the shape of `syscall(2)`. */
export function fileRows(symbol: string) {
  return {
    // int clock_getres(clockid_t clockid, struct timespec *res)
    clock_getres: syscallRow(symbol, ["i32", "buffer"]),
    // int clock_gettime(clockid_t clockid, struct timespec *tp)
    clock_gettime: syscallRow(symbol, ["i32", "buffer"]),
    // int close(int fd)
    close: syscallRow(symbol, ["i32"]),
    // int fadvise64(int fd, loff_t offset, loff_t len, int advice)
    fadvise64: syscallRow(symbol, ["i32", "i64", "i64", "i32"]),
    // int fallocate(int fd, int mode, loff_t offset, loff_t len)
    fallocate: syscallRow(symbol, ["i32", "i32", "i64", "i64"]),
    // int fcntl(int fd, int op, int arg)
    fcntl: syscallRow(symbol, ["i32", "i32", "i32"]),
    // int fdatasync(int fd)
    fdatasync: syscallRow(symbol, ["i32"]),
    // int fsync(int fd)
    fsync: syscallRow(symbol, ["i32"]),
    // int ftruncate(int fd, off_t length)
    ftruncate: syscallRow(symbol, ["i32", "i64"]),
    // ssize_t getdents64(int fd, struct linux_dirent64 *dirp, unsigned int count)
    getdents64: syscallRow(symbol, ["i32", "buffer", "u32"]),
    // ssize_t getrandom(void *buf, size_t buflen, unsigned int flags)
    getrandom: syscallRow(symbol, ["buffer", "u32", "u32"]),
    // int ioctl(int fd, unsigned int op, void *arg)
    ioctl: syscallRow(symbol, ["i32", "u32", "buffer"]),
    // int linkat(int olddirfd, const char *oldpath, int newdirfd, const char *newpath, int flags)
    linkat: syscallRow(symbol, ["i32", "buffer", "i32", "buffer", "i32"]),
    // off_t lseek(int fd, off_t offset, int whence)
    lseek: wideSyscallRow(symbol, ["i32", "i64", "i32"]),
    // int mkdirat(int dirfd, const char *path, mode_t mode)
    mkdirat: syscallRow(symbol, ["i32", "buffer", "u32"]),
    // int openat(int dirfd, const char *path, int flags, mode_t mode)
    openat: syscallRow(symbol, ["i32", "buffer", "i32", "u32"]),
    // int openat2(int dirfd, const char *path, struct open_how *how, size_t size)
    openat2: syscallRow(symbol, ["i32", "buffer", "buffer", "u32"]),
    // int ppoll(struct pollfd *fds, nfds_t nfds, struct timespec *timeout, const sigset_t *sigmask, size_t sigsetsize)
    ppoll: syscallRow(symbol, ["buffer", "u32", "buffer", "pointer", "u32"]),
    // ssize_t preadv(int fd, const struct iovec *iov, int iovcnt, off_t offset)
    preadv: syscallRow(symbol, ["i32", "buffer", "i32", "i64"]),
    // ssize_t pwritev(int fd, const struct iovec *iov, int iovcnt, off_t offset)
    pwritev: syscallRow(symbol, ["i32", "buffer", "i32", "i64"]),
    // ssize_t read(int fd, void *buf, size_t count)
    read: syscallRow(symbol, ["i32", "buffer", "u32"]),
    // ssize_t readlinkat(int dirfd, const char *path, char *buf, size_t bufsiz)
    readlinkat: syscallRow(symbol, ["i32", "buffer", "buffer", "u32"]),
    // ssize_t readv(int fd, const struct iovec *iov, int iovcnt)
    readv: syscallRow(symbol, ["i32", "buffer", "i32"]),
    // int renameat2(int olddirfd, const char *oldpath, int newdirfd, const char *newpath, unsigned int flags)
    renameat2: syscallRow(symbol, ["i32", "buffer", "i32", "buffer", "u32"]),
    // int sched_yield(void)
    sched_yield: syscallRow(symbol, []),
    // int statx(int dirfd, const char *path, int flags, unsigned int mask, struct statx *buf)
    statx: syscallRow(symbol, ["i32", "buffer", "i32", "u32", "buffer"]),
    // int symlinkat(const char *target, int newdirfd, const char *linkpath)
    symlinkat: syscallRow(symbol, ["buffer", "i32", "buffer"]),
    // int unlinkat(int dirfd, const char *path, int flags)
    unlinkat: syscallRow(symbol, ["i32", "buffer", "i32"]),
    // int utimensat(int dirfd, const char *path, const struct timespec times[2], int flags)
    utimensat: syscallRow(symbol, ["i32", "buffer", "buffer", "i32"]),
    // ssize_t write(int fd, const void *buf, size_t count)
    write: syscallRow(symbol, ["i32", "buffer", "u32"]),
    // ssize_t writev(int fd, const struct iovec *iov, int iovcnt)
    writev: syscallRow(symbol, ["i32", "buffer", "i32"]),
  } as const;
}
