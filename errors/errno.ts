/**
 * The errno tables.
 *
 * Three number spaces exist and are never mixed: Linux's (what bpf(2) and libbpf return, and what guests of ABI version 1
 * see), WASI's (what guests' libc and ABI version 2 see) and libbpf's own (4000 and up).
 *
 * @module
 */

/** Linux's errno numbers (asm-generic; the same on x86_64 and arm64). */
export const LINUX_ERRNO = {
  EPERM: 1,
  ENOENT: 2,
  ESRCH: 3,
  EINTR: 4,
  EIO: 5,
  ENXIO: 6,
  E2BIG: 7,
  ENOEXEC: 8,
  EBADF: 9,
  ECHILD: 10,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EFAULT: 14,
  ENOTBLK: 15,
  EBUSY: 16,
  EEXIST: 17,
  EXDEV: 18,
  ENODEV: 19,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  ENFILE: 23,
  EMFILE: 24,
  ENOTTY: 25,
  ETXTBSY: 26,
  EFBIG: 27,
  ENOSPC: 28,
  ESPIPE: 29,
  EROFS: 30,
  EMLINK: 31,
  EPIPE: 32,
  EDOM: 33,
  ERANGE: 34,
  EDEADLK: 35,
  ENAMETOOLONG: 36,
  ENOLCK: 37,
  ENOSYS: 38,
  ENOTEMPTY: 39,
  ELOOP: 40,
  ENOMSG: 42,
  EIDRM: 43,
  ECHRNG: 44,
  EL2NSYNC: 45,
  EL3HLT: 46,
  EL3RST: 47,
  ELNRNG: 48,
  EUNATCH: 49,
  ENOCSI: 50,
  EL2HLT: 51,
  EBADE: 52,
  EBADR: 53,
  EXFULL: 54,
  ENOANO: 55,
  EBADRQC: 56,
  EBADSLT: 57,
  EBFONT: 59,
  ENOSTR: 60,
  ENODATA: 61,
  ETIME: 62,
  ENOSR: 63,
  ENONET: 64,
  ENOPKG: 65,
  EREMOTE: 66,
  ENOLINK: 67,
  EADV: 68,
  ESRMNT: 69,
  ECOMM: 70,
  EPROTO: 71,
  EMULTIHOP: 72,
  EDOTDOT: 73,
  EBADMSG: 74,
  EOVERFLOW: 75,
  ENOTUNIQ: 76,
  EBADFD: 77,
  EREMCHG: 78,
  ELIBACC: 79,
  ELIBBAD: 80,
  ELIBSCN: 81,
  ELIBMAX: 82,
  ELIBEXEC: 83,
  EILSEQ: 84,
  ERESTART: 85,
  ESTRPIPE: 86,
  EUSERS: 87,
  ENOTSOCK: 88,
  EDESTADDRREQ: 89,
  EMSGSIZE: 90,
  EPROTOTYPE: 91,
  ENOPROTOOPT: 92,
  EPROTONOSUPPORT: 93,
  ESOCKTNOSUPPORT: 94,
  EOPNOTSUPP: 95,
  EPFNOSUPPORT: 96,
  EAFNOSUPPORT: 97,
  EADDRINUSE: 98,
  EADDRNOTAVAIL: 99,
  ENETDOWN: 100,
  ENETUNREACH: 101,
  ENETRESET: 102,
  ECONNABORTED: 103,
  ECONNRESET: 104,
  ENOBUFS: 105,
  EISCONN: 106,
  ENOTCONN: 107,
  ESHUTDOWN: 108,
  ETOOMANYREFS: 109,
  ETIMEDOUT: 110,
  ECONNREFUSED: 111,
  EHOSTDOWN: 112,
  EHOSTUNREACH: 113,
  EALREADY: 114,
  EINPROGRESS: 115,
  ESTALE: 116,
  EUCLEAN: 117,
  ENOTNAM: 118,
  ENAVAIL: 119,
  EISNAM: 120,
  EREMOTEIO: 121,
  EDQUOT: 122,
  ENOMEDIUM: 123,
  EMEDIUMTYPE: 124,
  ECANCELED: 125,
  ENOKEY: 126,
  EKEYEXPIRED: 127,
  EKEYREVOKED: 128,
  EKEYREJECTED: 129,
  EOWNERDEAD: 130,
  ENOTRECOVERABLE: 131,
  ERFKILL: 132,
  ENOTSUPP: 524,
} as const;

/** A name of {@link LINUX_ERRNO}. */
export type LinuxErrnoName = keyof typeof LINUX_ERRNO;

/** WASI preview 1's errno numbers (`typenames.witx`). */
export const WASI_ERRNO = {
  SUCCESS: 0,
  E2BIG: 1,
  EACCES: 2,
  EADDRINUSE: 3,
  EADDRNOTAVAIL: 4,
  EAFNOSUPPORT: 5,
  EAGAIN: 6,
  EALREADY: 7,
  EBADF: 8,
  EBADMSG: 9,
  EBUSY: 10,
  ECANCELED: 11,
  ECHILD: 12,
  ECONNABORTED: 13,
  ECONNREFUSED: 14,
  ECONNRESET: 15,
  EDEADLK: 16,
  EDESTADDRREQ: 17,
  EDOM: 18,
  EDQUOT: 19,
  EEXIST: 20,
  EFAULT: 21,
  EFBIG: 22,
  EHOSTUNREACH: 23,
  EIDRM: 24,
  EILSEQ: 25,
  EINPROGRESS: 26,
  EINTR: 27,
  EINVAL: 28,
  EIO: 29,
  EISCONN: 30,
  EISDIR: 31,
  ELOOP: 32,
  EMFILE: 33,
  EMLINK: 34,
  EMSGSIZE: 35,
  EMULTIHOP: 36,
  ENAMETOOLONG: 37,
  ENETDOWN: 38,
  ENETRESET: 39,
  ENETUNREACH: 40,
  ENFILE: 41,
  ENOBUFS: 42,
  ENODEV: 43,
  ENOENT: 44,
  ENOEXEC: 45,
  ENOLCK: 46,
  ENOLINK: 47,
  ENOMEM: 48,
  ENOMSG: 49,
  ENOPROTOOPT: 50,
  ENOSPC: 51,
  ENOSYS: 52,
  ENOTCONN: 53,
  ENOTDIR: 54,
  ENOTEMPTY: 55,
  ENOTRECOVERABLE: 56,
  ENOTSOCK: 57,
  ENOTSUP: 58,
  ENOTTY: 59,
  ENXIO: 60,
  EOVERFLOW: 61,
  EOWNERDEAD: 62,
  EPERM: 63,
  EPIPE: 64,
  EPROTO: 65,
  EPROTONOSUPPORT: 66,
  EPROTOTYPE: 67,
  ERANGE: 68,
  EROFS: 69,
  ESPIPE: 70,
  ESRCH: 71,
  ESTALE: 72,
  ETIMEDOUT: 73,
  ETXTBSY: 74,
  EXDEV: 75,
  ENOTCAPABLE: 76,
} as const;

/** libbpf's own errors (`libbpf.h`, `enum libbpf_errno`), with their texts. */
const LIBBPF_ERRNO: Readonly<Record<number, readonly [name: string, text: string]>> = {
  4000: ["LIBELF", "something wrong in libelf"],
  4001: ["FORMAT", "BPF object format invalid"],
  4002: ["KVERSION", "'version' section incorrect or lost"],
  4003: ["ENDIAN", "endian mismatch"],
  4004: ["INTERNAL", "internal error in libbpf"],
  4005: ["RELOC", "relocation failed"],
  4006: ["LOAD", "failed to load program"],
  4007: ["VERIFY", "kernel verifier blocks program loading"],
  4008: ["PROG2BIG", "program too big"],
  4009: ["KVER", "incorrect kernel version"],
  4010: ["PROGTYPE", "kernel doesn't support this program type"],
  4011: ["WRNGPID", "wrong pid in netlink message"],
  4012: ["INVSEQ", "invalid netlink sequence"],
  4013: ["NLPARSE", "netlink parsing error"],
};

/** Texts of the most common errors. Others are shown only by their name. */
const TEXTS: Readonly<Record<number, string>> = {
  1: "operation not permitted",
  2: "no such file or directory",
  3: "no such process",
  5: "input/output error",
  7: "argument list too long",
  9: "bad file descriptor",
  12: "out of memory",
  13: "permission denied",
  14: "bad address",
  16: "device or resource busy",
  17: "already exists",
  19: "no such device",
  20: "not a directory",
  21: "is a directory",
  22: "invalid argument",
  24: "too many open files",
  28: "no space left on device",
  32: "broken pipe",
  38: "function not implemented",
  95: "operation not supported",
  524: "operation not supported by the kernel",
};

let names: ReadonlyMap<number, LinuxErrnoName> | undefined;

/** The name of a positive Linux error number. The table is built at the first error. */
function linuxName(errno: number): LinuxErrnoName | undefined {
  names ??= new Map(Object.entries(LINUX_ERRNO).map(([name, number]) => [number, name as LinuxErrnoName]));
  return names.get(errno);
}

/** Linux errors whose WASI number has another name. */
const WASI_OTHERWISE: Readonly<Record<string, number>> = {
  EOPNOTSUPP: WASI_ERRNO.ENOTSUP,
  ENOTSUPP: WASI_ERRNO.ENOTSUP,
};

/** The symbolic name of a positive Linux or libbpf error number: "EPERM", or "errno 999" if it has no name. */
export function errnoName(errno: number): string {
  return linuxName(errno) ?? LIBBPF_ERRNO[errno]?.[0] ?? `errno ${errno}`;
}

/** A short text for a positive Linux or libbpf error number; undefined when the table has none. */
export function errnoText(errno: number): string | undefined {
  return TEXTS[errno] ?? LIBBPF_ERRNO[errno]?.[1];
}

/** Converts a Linux or libbpf error number of either sign to WASI's positive one; EIO if WASI has no such error. */
export function wasiErrno(errno: number): number {
  const number = Math.abs(errno);
  if (number >= 4000) return WASI_ERRNO.EINVAL;
  if (number === 0) return WASI_ERRNO.SUCCESS;
  const name = linuxName(number) ?? "EIO";
  const byName: Readonly<Record<string, number>> = WASI_ERRNO;
  return WASI_OTHERWISE[name] ?? byName[name] ?? WASI_ERRNO.EIO;
}

/** Error texts of the C library that differ from {@link TEXTS}. */
const OTHER_TEXTS: Readonly<Record<string, number>> = {
  "file exists": 17,
  "cannot allocate memory": 12,
  "invalid cross-device link": 18,
  "value too large for defined data type": 75,
  "operation already in progress": 114,
  "resource temporarily unavailable": 11,
  "no such device or address": 6,
  "unknown error 524": 524,
};

/** The positive Linux error number for a name ("EPERM") or a text of the C library ("Operation not permitted"). */
export function errnoOf(words: string): number | undefined {
  const byName: Readonly<Record<string, number>> = LINUX_ERRNO;
  const text = words.toLowerCase();
  const known = Object.entries(TEXTS).find(([, ours]) => ours === text)?.[0];
  return byName[words] ?? (known === undefined ? OTHER_TEXTS[text] : Number(known));
}
