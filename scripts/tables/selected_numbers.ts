/**
 * The numbers of Linux and libbpf that the project uses. `scripts/generate_tables.ts` makes tables from this list and the headers.
 *
 * @module
 */

/** A constant of a generated file: a number, or an object of numbers. */
export interface SelectedNumbers {
  /** The name of the constant. */
  readonly name: string;
  /** Its comment, without the slashes. */
  readonly about: string;
  /** One C expression; or C expressions by key; or all values of an enum. */
  readonly values: string | Readonly<Record<string, string>> | SelectedEnum;
  /** The base of the written numbers. 10 by default. */
  readonly base?: 8 | 16;
  /** True for BigInts. */
  readonly big?: boolean;
}

/** An enum. The keys are its names without the prefix. */
export interface SelectedEnum {
  readonly enum: string;
  readonly prefix: string;
}

/** A generated file of constants. */
export interface SelectedFile {
  readonly path: string;
  readonly about: string;
  readonly constants: readonly SelectedNumbers[];
}

/** Keys and expressions from names with a common prefix. */
function named(prefix: string, ...names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, `${prefix}${name}`]));
}

/** The same with the whole names as keys. */
function whole(...names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, name]));
}

export const BPF_NUMBERS: SelectedFile = {
  path: "object/bpf_numbers.ts",
  about: "The kernel's enums and flags for eBPF (`linux/bpf.h`), without the prefixes of the enums.",
  constants: [
    {
      name: "MapType",
      about: `\`enum bpf_map_type\`.

@example
\`\`\`ts
import { type BpfObject, MapType } from "@wasm-bpf/wasm-bpf";

const ringBuffers = (object: BpfObject) => object.maps().filter((map) => map.type === MapType.RINGBUF);
\`\`\``,
      values: { enum: "bpf_map_type", prefix: "BPF_MAP_TYPE_" },
    },
    {
      name: "ProgramType",
      about: `\`enum bpf_prog_type\`.

@example
\`\`\`ts
import { type BpfObject, ProgramType } from "@wasm-bpf/wasm-bpf";

const leaveOut = (object: BpfObject) => {
  for (const program of object.programs()) program.autoload = program.type !== ProgramType.LSM;
};
\`\`\``,
      values: { enum: "bpf_prog_type", prefix: "BPF_PROG_TYPE_" },
    },
    {
      name: "AttachType",
      about: `\`enum bpf_attach_type\`.

@example
\`\`\`ts
import { AttachType, type BpfProgram } from "@wasm-bpf/wasm-bpf";

const isIterator = (program: BpfProgram) => program.expectedAttachType === AttachType.TRACE_ITER;
\`\`\``,
      values: { enum: "bpf_attach_type", prefix: "BPF_" },
    },
    {
      name: "MAP_COMMAND",
      about: "The commands of bpf(2) for one element of a map (`enum bpf_cmd`).",
      values: {
        LOOKUP: "BPF_MAP_LOOKUP_ELEM",
        UPDATE: "BPF_MAP_UPDATE_ELEM",
        DELETE: "BPF_MAP_DELETE_ELEM",
        GET_NEXT_KEY: "BPF_MAP_GET_NEXT_KEY",
        LOOKUP_AND_DELETE: "BPF_MAP_LOOKUP_AND_DELETE_ELEM",
      },
    },
    {
      name: "UPDATE_FLAG",
      about: "Flags of updates of elements.",
      values: { ANY: "BPF_ANY", NOEXIST: "BPF_NOEXIST", EXIST: "BPF_EXIST", LOCK: "BPF_F_LOCK" },
    },
    {
      name: "MAP_FLAG",
      about: "Flags of maps.",
      values: whole(
        "BPF_F_NO_PREALLOC",
        "BPF_F_NO_COMMON_LRU",
        "BPF_F_NUMA_NODE",
        "BPF_F_RDONLY",
        "BPF_F_WRONLY",
        "BPF_F_STACK_BUILD_ID",
        "BPF_F_ZERO_SEED",
        "BPF_F_RDONLY_PROG",
        "BPF_F_WRONLY_PROG",
        "BPF_F_CLONE",
        "BPF_F_MMAPABLE",
        "BPF_F_PRESERVE_ELEMS",
        "BPF_F_INNER_MAP",
        "BPF_F_LINK",
        "BPF_F_VTYPE_BTF_OBJ_FD",
        "BPF_F_TOKEN_FD",
        "BPF_F_SEGV_ON_FAULT",
      ),
      base: 16,
    },
  ],
};

/** The functions that the kernel offers to programs by number. A file of their own, since a plain start needs no names. */
export const HELPER_NUMBERS: SelectedFile = {
  path: "object/helper_names.ts",
  about: "The kernel's helpers for eBPF programs (`linux/bpf.h`).",
  constants: [
    {
      name: "HELPER",
      about: "`enum bpf_func_id`. The names of the functions begin with `bpf_`.",
      values: { enum: "bpf_func_id", prefix: "BPF_FUNC_" },
    },
  ],
};

/** Numbers in the kernel's headers. Some differ between the architectures. */
export const LINUX_NUMBERS: SelectedFile = {
  path: "ffi/system/linux_numbers.ts",
  about: "Numbers of the kernel's headers for programs.",
  constants: [
    {
      name: "O",
      about:
        "Flags of open(2) and its like (`asm/fcntl.h`). `O.PATH` is a place in the file system, not opened for reading.",
      values: named(
        "O_",
        "RDONLY",
        "WRONLY",
        "RDWR",
        "ACCMODE",
        "CREAT",
        "EXCL",
        "NOCTTY",
        "TRUNC",
        "APPEND",
        "NONBLOCK",
        "DSYNC",
        "SYNC",
        "DIRECTORY",
        "NOFOLLOW",
        "CLOEXEC",
        "PATH",
      ),
      base: 8,
    },
    {
      name: "AT",
      about:
        "Of calls with a directory and a path (`linux/fcntl.h`). FDCWD stands for the process's working directory. " +
        "EMPTY_PATH with an empty path means the descriptor's own file.",
      values: named("AT_", "FDCWD", "SYMLINK_NOFOLLOW", "REMOVEDIR", "EMPTY_PATH"),
      base: 16,
    },
    {
      name: "RESOLVE",
      about: "Restrictions for paths of openat2(2) (`linux/openat2.h`).",
      values: named("RESOLVE_", "NO_MAGICLINKS", "BENEATH", "IN_ROOT"),
    },
    {
      name: "F",
      about: "Commands of fcntl(2) (`asm/fcntl.h`).",
      values: named("F_", "GETFL", "SETFL", "DUPFD_CLOEXEC"),
    },
    {
      name: "IOCTL",
      about: "Requests of ioctl(2) (`asm/ioctls.h`, `linux/sockios.h`).",
      values: whole("TCGETS", "TIOCGWINSZ", "FIONREAD", "SIOCGIFADDR"),
      base: 16,
    },
    {
      name: "STATX_BASIC_STATS",
      about: "The fields to request from statx(2) (`linux/stat.h`).",
      values: "STATX_BASIC_STATS",
      base: 16,
    },
    {
      name: "S_IFMT",
      about: "The bits of a file's mode that hold its type: see {@link FILE_MODE}.",
      values: "S_IFMT",
      base: 8,
    },
    {
      name: "FILE_MODE",
      about: "Types of files (`linux/stat.h`).",
      values: {
        CHARACTER_DEVICE: "S_IFCHR",
        DIRECTORY: "S_IFDIR",
        BLOCK_DEVICE: "S_IFBLK",
        REGULAR: "S_IFREG",
        LINK: "S_IFLNK",
        SOCKET: "S_IFSOCK",
      },
      base: 8,
    },
    {
      name: "FILE_SYSTEM",
      about: "Types of file systems (`linux/magic.h`).",
      values: {
        PROC: "PROC_SUPER_MAGIC",
        SYSFS: "SYSFS_MAGIC",
        TRACEFS: "TRACEFS_MAGIC",
        DEBUGFS: "DEBUGFS_MAGIC",
        SECURITYFS: "SECURITYFS_MAGIC",
        CGROUP: "CGROUP_SUPER_MAGIC",
        CGROUP2: "CGROUP2_SUPER_MAGIC",
        BPF: "BPF_FS_MAGIC",
        PSTORE: "PSTOREFS_MAGIC",
        EFIVARFS: "EFIVARFS_MAGIC",
        BINFMT_MISC: "BINFMTFS_MAGIC",
        SELINUX: "SELINUX_MAGIC",
        NAMESPACE: "NSFS_MAGIC",
      },
      base: 16,
    },
    {
      name: "POLL",
      about: "Events of poll(2) (`asm/poll.h`).",
      values: named("POLL", "IN", "OUT", "ERR", "HUP", "NVAL"),
    },
    {
      name: "EPOLL",
      about: "Operations and events of epoll(7) (`linux/eventpoll.h`).",
      values: { CTL_ADD: "EPOLL_CTL_ADD", CTL_DEL: "EPOLL_CTL_DEL", IN: "EPOLLIN", OUT: "EPOLLOUT", ET: "EPOLLET" },
      base: 16,
    },
    {
      name: "MMAP",
      about: "Protections and flags of mmap(2) (`linux/mman.h`).",
      values: {
        PROT_READ: "PROT_READ",
        PROT_WRITE: "PROT_WRITE",
        SHARED: "MAP_SHARED",
        PRIVATE: "MAP_PRIVATE",
        FIXED: "MAP_FIXED",
        ANONYMOUS: "MAP_ANONYMOUS",
      },
      base: 16,
    },
    { name: "SOL_SOCKET", about: "The level of options of all sockets (`asm/socket.h`).", values: "SOL_SOCKET" },
    { name: "SO_ATTACH_BPF", about: "The option with a socket's program (`asm/socket.h`).", values: "SO_ATTACH_BPF" },
    {
      name: "SOCKET_OPTION",
      about: "The options of packet sockets that guests may set (`asm/socket.h`, `linux/if_packet.h`).",
      values: {
        ...whole("SO_ATTACH_BPF", "SO_DETACH_BPF", "SO_RCVBUF"),
        SO_RCVTIMEO: "SO_RCVTIMEO_OLD",
        ...whole("SO_RCVTIMEO_NEW", "PACKET_ADD_MEMBERSHIP", "PACKET_DROP_MEMBERSHIP"),
      },
    },
    { name: "ETH_P_ALL", about: "Every protocol of a packet socket (`linux/if_ether.h`).", values: "ETH_P_ALL" },
    {
      name: "XDP_FLAG",
      about: "The modes of an XDP program (`linux/if_link.h`).",
      values: { generic: "XDP_FLAGS_SKB_MODE", native: "XDP_FLAGS_DRV_MODE", offload: "XDP_FLAGS_HW_MODE" },
    },
    {
      name: "NFPROTO",
      about: "Families of netfilter (`linux/netfilter.h`).",
      values: named("NFPROTO_", "IPV4", "IPV6"),
    },
    {
      name: "NF_INET",
      about: "Hooks of netfilter (`linux/netfilter.h`).",
      values: named("NF_INET_", "PRE_ROUTING", "LOCAL_IN", "FORWARD", "LOCAL_OUT", "POST_ROUTING"),
    },
    {
      name: "PERF_TYPE",
      about: "Types of perf events (`linux/perf_event.h`).",
      values: named("PERF_TYPE_", "HARDWARE", "SOFTWARE", "TRACEPOINT", "HW_CACHE", "RAW", "BREAKPOINT"),
    },
    {
      name: "PERF_IOC",
      about: "Requests of ioctl(2) on a perf event (`linux/perf_event.h`).",
      values: named("PERF_EVENT_IOC_", "ENABLE", "DISABLE", "RESET"),
      base: 16,
    },
    {
      name: "PERF_OPEN_FLAG",
      about: "Flags of perf_event_open(2) (`linux/perf_event.h`).",
      values: named("PERF_FLAG_", "FD_NO_GROUP", "PID_CGROUP", "FD_CLOEXEC"),
    },
    {
      name: "PERF_COUNT",
      about: "Perf events of type hardware (HW) and software (SW) (`linux/perf_event.h`).",
      values: named(
        "PERF_COUNT_",
        "HW_CPU_CYCLES",
        "HW_INSTRUCTIONS",
        "SW_CPU_CLOCK",
        "SW_TASK_CLOCK",
        "SW_BPF_OUTPUT",
      ),
    },
    {
      name: "PERF_SAMPLE_RAW",
      about: "Requests the data of programs in the records of a perf event.",
      values: "PERF_SAMPLE_RAW",
    },
    {
      name: "PERF_FLAG_FD_CLOEXEC",
      about: "A flag of perf_event_open(2) (`linux/perf_event.h`).",
      values: "PERF_FLAG_FD_CLOEXEC",
    },
    {
      name: "CAPABILITY",
      about: "Bits of a capability set (`linux/capability.h`).",
      values: whole(
        "CAP_DAC_OVERRIDE",
        "CAP_DAC_READ_SEARCH",
        "CAP_FOWNER",
        "CAP_KILL",
        "CAP_NET_ADMIN",
        "CAP_NET_RAW",
        "CAP_IPC_LOCK",
        "CAP_SYS_PTRACE",
        "CAP_SYS_ADMIN",
        "CAP_SYS_RESOURCE",
        "CAP_SYSLOG",
        "CAP_PERFMON",
        "CAP_BPF",
      ),
      big: true,
    },
    {
      name: "CAPABILITY_VERSION",
      about: "The version of capget(2) with sets of 64 bits (`linux/capability.h`).",
      values: "_LINUX_CAPABILITY_VERSION_3",
      base: 16,
    },
    { name: "AT_PAGESZ", about: "The size of a page in the auxiliary vector (`linux/auxvec.h`).", values: "AT_PAGESZ" },
    { name: "RLIMIT_DATA", about: "The limit of private writable memory (`asm/resource.h`).", values: "RLIMIT_DATA" },
    { name: "MFD_CLOEXEC", about: "A flag of memfd_create(2) (`linux/memfd.h`).", values: "MFD_CLOEXEC" },
    { name: "UIO_MAXIOV", about: "The largest number of ranges in one call (`linux/uio.h`).", values: "UIO_MAXIOV" },
    { name: "PATH_MAX", about: "The longest path in bytes, with its NUL (`linux/limits.h`).", values: "PATH_MAX" },
    { name: "SIGPIPE", about: "The signal of a write to a closed pipe (`asm/signal.h`).", values: "SIGPIPE" },
    {
      name: "KEYBOARD_SIGNAL",
      about: "Signals that a terminal sends to all programs of a command (`asm/signal.h`).",
      values: { INT: "SIGINT", QUIT: "SIGQUIT" },
    },
  ],
};

/** Numbers that only libc's headers have, for the same file. They are the same on all architectures. */
export const LIBC_NUMBERS: readonly SelectedNumbers[] = [
  {
    name: "IFNAMSIZ",
    about: "The longest name of a network interface in bytes, with its NUL (`net/if.h`).",
    values: "IFNAMSIZ",
  },
  {
    name: "POSIX_SPAWN_SETSIGDEF",
    about: "A flag of posix_spawn(3): sets signals to their default actions (`spawn.h`).",
    values: "POSIX_SPAWN_SETSIGDEF",
  },
  { name: "RTLD_NOW", about: "Resolves all symbols of a library at once (`dlfcn.h`).", values: "RTLD_NOW" },
  {
    name: "SC",
    about: "Names of sysconf(3) (`unistd.h`).",
    values: named(
      "_SC_",
      "CLK_TCK",
      "PAGESIZE",
      "NPROCESSORS_CONF",
      "NPROCESSORS_ONLN",
      "PHYS_PAGES",
      "AVPHYS_PAGES",
    ),
  },
  {
    name: "LINUX_CLOCK",
    about: "Clocks that Linux has and WASI lacks (`time.h`).",
    values: named("CLOCK_", "MONOTONIC_RAW", "REALTIME_COARSE", "MONOTONIC_COARSE", "BOOTTIME", "TAI"),
  },
  { name: "AF", about: "Families of addresses (`sys/socket.h`).", values: named("AF_", "INET", "PACKET") },
  {
    name: "SOCK",
    about: "Types and flags of sockets (`sys/socket.h`).",
    values: named("SOCK_", "DGRAM", "RAW", "CLOEXEC", "NONBLOCK"),
    base: 8,
  },
  {
    name: "SOL_PACKET",
    about: "The level of options of packet sockets (`sys/socket.h`).",
    values: "SOL_PACKET",
  },
  {
    name: "UTIME",
    about: "Nanoseconds with a special meaning for utimensat(2) (`sys/stat.h`).",
    values: named("UTIME_", "NOW", "OMIT"),
    big: true,
  },
];

export const LIBBPF_NUMBERS: SelectedFile = {
  path: "ffi/libbpf/libbpf_numbers.ts",
  about: "libbpf's enums (`libbpf.h`).",
  constants: [
    {
      name: "TC_ATTACH_POINT",
      about: "`enum bpf_tc_attach_point`.",
      values: named("BPF_TC_", "INGRESS", "EGRESS"),
    },
    { name: "LOG_LEVEL", about: "`enum libbpf_print_level`.", values: named("LIBBPF_", "WARN", "INFO", "DEBUG") },
  ],
};
