/**
 * Linux system calls: their numbers on both architectures and, for those this folder's owners use, their prototypes.
 *
 * Sources: `asm/unistd_64.h` (x86_64) and `asm-generic/unistd.h` (aarch64).
 *
 * @module
 */

/** [x86_64, aarch64]. */
const NUMBERS = {
  read: [0, 63],
  write: [1, 64],
  close: [3, 57],
  lseek: [8, 62],
  mmap: [9, 222],
  munmap: [11, 215],
  ioctl: [16, 29],
  pread64: [17, 67],
  pwrite64: [18, 68],
  readv: [19, 65],
  writev: [20, 66],
  socket: [41, 198],
  bind: [49, 200],
  setsockopt: [54, 208],
  shutdown: [48, 210],
  fcntl: [72, 25],
  fsync: [74, 82],
  fdatasync: [75, 83],
  ftruncate: [77, 46],
  capget: [125, 90],
  prlimit64: [302, 261],
  fstatfs: [138, 44],
  getdents64: [217, 61],
  fadvise64: [221, 223],
  clock_gettime: [228, 113],
  clock_getres: [229, 114],
  epoll_ctl: [233, 21],
  openat: [257, 56],
  mkdirat: [258, 34],
  unlinkat: [263, 35],
  linkat: [265, 37],
  symlinkat: [266, 36],
  readlinkat: [267, 78],
  ppoll: [271, 73],
  utimensat: [280, 88],
  epoll_pwait: [281, 22],
  fallocate: [285, 47],
  eventfd2: [290, 19],
  epoll_create1: [291, 20],
  preadv: [295, 69],
  pwritev: [296, 70],
  perf_event_open: [298, 241],
  renameat2: [316, 276],
  getrandom: [318, 278],
  memfd_create: [319, 279],
  statx: [332, 291],
  openat2: [437, 437],
  sched_yield: [24, 124],
} as const satisfies Record<string, readonly [number, number]>;

/** A system call this project knows the number of. */
export type SyscallName = keyof typeof NUMBERS;

const COLUMN = Deno.build.arch === "aarch64" ? 1 : 0;

/** The number of `name` on this machine's architecture. */
export function syscallNumber(name: SyscallName): number {
  return NUMBERS[name][COLUMN];
}

/**
 * A row of a `Deno.dlopen` table that reaches a system call through `symbol` (a C function of the shape of `syscall(2)`).
 * `parameters` are those after the call number. The result is narrowed to 32 bits: right for every call that returns a count
 * below 2^31, a descriptor or an error; see {@link wideSyscallRow} for the others.
 */
export function syscallRow<const P extends readonly Deno.NativeType[]>(symbol: string, parameters: P) {
  return { name: symbol, parameters: ["i32", ...parameters], result: "i32" } as const;
}

/** Like {@link syscallRow}, for results of 64 bits (offsets, addresses): a BigInt in JavaScript. */
export function wideSyscallRow<const P extends readonly Deno.NativeType[]>(symbol: string, parameters: P) {
  return { name: symbol, parameters: ["i32", ...parameters], result: "i64" } as const;
}

/** The system calls behind {@link file://./../libc.ts}. */
export function libcRows(symbol: string) {
  return {
    // int openat(int dirfd, const char *path, int flags, mode_t mode)
    openat: syscallRow(symbol, ["i32", "buffer", "i32", "u32"]),
    // ssize_t read(int fd, void *buf, size_t count)
    read: syscallRow(symbol, ["i32", "buffer", "u32"]),
    // ssize_t write(int fd, const void *buf, size_t count)
    write: syscallRow(symbol, ["i32", "buffer", "u32"]),
    // int close(int fd)
    close: syscallRow(symbol, ["i32"]),
    // int memfd_create(const char *name, unsigned int flags)
    memfd_create: syscallRow(symbol, ["buffer", "u32"]),
    // void *mmap(void *addr, size_t length, int prot, int flags, int fd, off_t offset)
    mmap: wideSyscallRow(symbol, ["u64", "u64", "i32", "i32", "i32", "u64"]),
    // int munmap(void *addr, size_t length)
    munmap: syscallRow(symbol, ["u64", "u64"]),
    // int epoll_create1(int flags)
    epoll_create1: syscallRow(symbol, ["i32"]),
    // int epoll_ctl(int epfd, int op, int fd, struct epoll_event *event)
    epoll_ctl: syscallRow(symbol, ["i32", "i32", "i32", "buffer"]),
    // int epoll_pwait(int epfd, struct epoll_event *events, int maxevents, int timeout, const sigset_t *, size_t)
    epoll_pwait: syscallRow(symbol, ["i32", "buffer", "i32", "i32", "pointer", "u32"]),
    // int eventfd2(unsigned int initval, int flags)
    eventfd2: syscallRow(symbol, ["u32", "i32"]),
    // int fstatfs(int fd, struct statfs *buf)
    fstatfs: syscallRow(symbol, ["i32", "buffer"]),
    // int statx(int dirfd, const char *path, int flags, unsigned int mask, struct statx *statx)
    statx: syscallRow(symbol, ["i32", "buffer", "i32", "u32", "buffer"]),
    // ssize_t pread64(int fd, void *buf, size_t count, off_t offset)
    pread64: syscallRow(symbol, ["i32", "buffer", "u32", "u64"]),
    // int ioctl(int fd, unsigned long request, void *argument)
    ioctl: syscallRow(symbol, ["i32", "u32", "buffer"]),
    // int perf_event_open(struct perf_event_attr *attr, pid_t pid, int cpu, int group_fd, unsigned long flags)
    perf_event_open: syscallRow(symbol, ["buffer", "i32", "i32", "i32", "u32"]),
    // int socket(int domain, int type, int protocol)
    socket: syscallRow(symbol, ["i32", "i32", "i32"]),
    // int bind(int sockfd, const struct sockaddr *addr, socklen_t addrlen)
    bind: syscallRow(symbol, ["i32", "buffer", "u32"]),
    // int setsockopt(int sockfd, int level, int optname, const void *optval, socklen_t optlen)
    setsockopt: syscallRow(symbol, ["i32", "i32", "i32", "buffer", "u32"]),
    // int capget(cap_user_header_t header, cap_user_data_t data)
    capget: syscallRow(symbol, ["buffer", "buffer"]),
    // int prlimit64(pid_t pid, enum __rlimit_resource resource, const struct rlimit64 *new_limit, struct rlimit64 *old_limit)
    prlimit64: syscallRow(symbol, ["i32", "i32", "buffer", "buffer"]),
  } as const;
}
